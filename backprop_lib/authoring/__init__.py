"""What keeps the notebooks in order: pairing, execution, audits. Only authors need it."""
