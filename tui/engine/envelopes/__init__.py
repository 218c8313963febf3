"""What a log line is wrapped in, one wrapping per file."""
