"""A simulated orchestrator that writes a log as the real one would; headless, and the same story for the same seed."""
