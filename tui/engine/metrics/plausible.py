"""What can be a latency, and what only looks like one (semantics R17)."""

MAX_MS = 120_000.0
"""A longer wait is no sample."""


def is_sample(ms: float | None) -> bool:
    """Tell a latency from what cancelled requests and broken clocks print: zero, negative, NaN, hours."""
    return ms is not None and 0 < ms <= MAX_MS
