"""Before anything is compared: Matplotlib's font cache, whose making would be reported in a notebook's output."""

import matplotlib.font_manager  # noqa: F401
