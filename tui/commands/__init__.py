"""One subcommand per file, imported only when asked for."""

COMMANDS = ("demo", "replay", "report", "check", "events", "doctor", "config", "serve", "watch", "alerts", "rules")
"""In the order of the help page."""
