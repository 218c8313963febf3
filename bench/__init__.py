"""Measurements of the program and of its source; not part of what is installed."""
