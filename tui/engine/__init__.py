"""The headless engine: sources, understanding, figures. It never loads a screen library."""
