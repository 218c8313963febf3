"""Many hosts at once: the panels filled from a server that speaks the Prometheus API."""
