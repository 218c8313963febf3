"""The pages of a wallboard, by the names that layouts use."""

PAGES = ("now", "latency", "traffic", "why")
