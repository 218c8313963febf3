"""The monitor in a browser: a guarded server that gives each viewer a read-only monitor of its own."""
