"""What a message means, one orchestrator per file."""
