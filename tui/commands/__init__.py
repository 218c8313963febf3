"""One subcommand per file, imported only when asked for."""
