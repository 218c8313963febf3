"""What other monitoring systems read from a running voxtop."""
