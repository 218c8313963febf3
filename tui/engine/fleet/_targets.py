"""Each scraped target as a row of the sources panel: who is scraped, who is read, who is gone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tui.engine.fleet._answers import Answers, host_of
from tui.engine.model import SourceState, SourceStatus
from tui.engine.text import t

KIND = "prom"
QUIET_AFTER_S = 60.0
FROZEN_S = 30.0
"""A heartbeat this much older than its scrape belongs to a monitor that stands still."""


def machine_of(instance: str) -> str:
    """Return the machine of an instance such as ``web-1:9464``."""
    machine, _, port = instance.rpartition(":")
    return machine.strip("[]") if machine and port.isdecimal() else instance


def target_rows(answers: Answers, known: Iterable[str], *, own: bool) -> tuple[SourceStatus, ...]:
    """Return a row per target; ``known`` are those that were there before and may be gone now."""
    up = {host_of(each.labels): bool(each.value) for each in answers.of("up")}
    hosts = sorted({*up, *known})
    states = _by_host(answers)
    return tuple(_row(host, up.get(host), states[host], answers.now, own=own) for host in hosts)


def _by_host(answers: Answers) -> dict[str, dict[str, list[tuple[str, float]]]]:
    """Return (source, value) pairs by host and metric."""
    found: dict[str, dict[str, list[tuple[str, float]]]] = defaultdict(lambda: defaultdict(list))
    for each in answers.of("states"):
        found[host_of(each.labels)][each.labels["__name__"]].append((each.labels.get("source", ""), each.value))
    for name in ("scraped_at", "frozen", "lines_per_s"):
        for each in answers.of(name):
            found[host_of(each.labels)][name].append(("", each.value))
    return found


def _row(
    host: str, up: bool | None, states: Mapping[str, list[tuple[str, float]]], now: float, *, own: bool
) -> SourceStatus:
    def most(metric: str) -> float | None:
        return max((value for _, value in states.get(metric, ())), default=None)

    def count(metric: str) -> int:
        return sum(round(value) for _, value in states.get(f"voxtop_{metric}_total", ()))

    row = SourceStatus(
        host,
        KIND,
        SourceState.LIVE,
        lag_s=most("voxtop_source_lag_seconds"),
        lines_per_s=round(most("lines_per_s") or 0.0, 1),
        last_read_at=most("scraped_at"),
        last_line_at=most("voxtop_source_last_line_timestamp_seconds"),
        host=machine_of(host),
        lines=count("lines"),
        unrecognised=count("unrecognised_lines"),
        dropped=count("dropped_lines"),
        truncated=count("truncated_lines"),
        late=count("late_events"),
        gaps=count("gaps"),
    )
    if up is None:
        return _troubled(row, SourceState.STALE, "gone")
    if not up:
        return _troubled(row, SourceState.FAILED, "down", address=host)
    if own:
        return row
    if (most("frozen") or 0.0) > FROZEN_S:
        return _troubled(row, SourceState.STALE, "frozen")
    unread = sorted(source for source, value in states.get("voxtop_source_up", ()) if not value)
    if unread:
        return _troubled(row, SourceState.STALE, "unread", sources=", ".join(unread[:5]))
    quiet = row.last_line_at is None or now - row.last_line_at > QUIET_AFTER_S
    return replace(row, state=SourceState.QUIET) if quiet else row


def _troubled(row: SourceStatus, state: SourceState, key: str, **values: str) -> SourceStatus:
    return replace(
        row, state=state, reason=t(f"fleet.target_{key}", **values), remedy=t(f"fleet.target_{key}_remedy", **values)
    )
