"""How fast an error budget is spent: the share of bad minutes against the share that may be bad."""

import dataclasses
from collections.abc import Sequence

from tui.engine.alerts.figures import Figure, Reading
from tui.engine.alerts.rule import AlertRule, Burn
from tui.engine.model import Labels, Limits, Snapshot, Status

LEAST_MINUTES = 3
"""Observed minutes below which the short window proves nothing."""


def burning(rule: AlertRule, burn: Burn, figure: Figure, snapshot: Snapshot) -> Figure:
    """Return the readings of a figure with the burn rate in place of their value.

    Both windows must burn at the rule's factor: the long one shows that it matters, the short one that it
    still goes on. Minutes that nobody observed count for neither.
    """
    return Figure(
        tuple(_burn(rule, burn, one, _minutes(rule.figure, one.labels, burn, snapshot)) for one in figure.readings)
    )


def _burn(rule: AlertRule, burn: Burn, reading: Reading, bad: Sequence[bool | None]) -> Reading:
    long, short = (rate(bad, seconds, burn.objective) for seconds in (burn.long_s, burn.short_s))
    value = None if long is None or short is None else min(long, short)
    status = Status.NO_DATA
    if value is not None and reading.status is not Status.NO_DATA:
        worst = Status.CRITICAL if rule.severity == "critical" else Status.WARNING
        status = worst if value >= burn.factor else Status.OK
    return dataclasses.replace(
        reading, status=status, value=value, limits=Limits(burn.factor, burn.factor), unit="×", window_s=burn.long_s
    )


def rate(bad: Sequence[bool | None], seconds: float, objective: float) -> float | None:
    """Return the share of bad minutes over the share allowed; None where too few were observed."""
    seen = [one for one in bad[-int(seconds // 60) :] if one is not None]
    if len(seen) < LEAST_MINUTES:
        return None
    return sum(seen) / len(seen) / (1 - objective / 100)


def _minutes(figure: str, labels: Labels, burn: Burn, snapshot: Snapshot) -> list[bool | None]:
    """Return for each of the last 60 complete minutes whether it was bad; None where nobody knows."""
    stage = dict(labels).get("stage")
    values: Sequence[float | None]
    if figure == "ttfb":
        row = next(row for row in snapshot.ttfb if row.stage == stage)
        limit, values = row.limits.warn_at, [point and point[1] for point in row.series]
    elif figure == "fallback":
        limit, values = 1.0, next(row for row in snapshot.fallback if row.stage == stage).per_minute
    else:
        limit, values = snapshot.errors.rate_limits.warn_at, snapshot.errors.per_minute
    limit = limit if burn.bad_at is None else burn.bad_at
    return [None if value is None else value >= limit for value in values[:-1]]
