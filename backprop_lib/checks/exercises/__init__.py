"""The exercises: one module for each chapter that has some, named after it; each is found by itself."""
