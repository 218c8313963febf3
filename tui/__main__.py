"""Runs the program in a checkout: ``python -P -m tui``."""

from tui.cli import main

main()
