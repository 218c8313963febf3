"""Where log lines come from, one kind per file."""
