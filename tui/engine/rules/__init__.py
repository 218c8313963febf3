"""Files for other systems, generated from the limits in force: Prometheus, Alertmanager, Grafana, systemd."""
