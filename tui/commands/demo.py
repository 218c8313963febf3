"""``voxtop demo``: a simulated orchestrator writes a real log file, and the monitor tails it like any other."""
