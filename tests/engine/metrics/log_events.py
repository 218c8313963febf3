"""Short ways to write the events the store takes."""

# ruff: noqa: ANN401 - a test names whichever fields of an event it is about

from itertools import count
from typing import Any

from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Kind, LogEvent, Snapshot, SourceState, SourceStatus

NOW = 1_800_000_000.0
"""A round minute and a round ten seconds, well after the year 2000."""

LIVE = (SourceStatus("app", "file", SourceState.LIVE),)

_lines = count(1)


def event(kind: Kind, at: float | None = NOW, **fields: Any) -> LogEvent:
    """Return an event of the source "app" on the next line."""
    return LogEvent(kind, fields.pop("source", "app"), fields.pop("line", None) or next(_lines), time=at, **fields)


def ttfb(
    ms: float, at: float | None = NOW, stage: str = "TTS", provider: str | None = "Azure", **fields: Any
) -> LogEvent:
    return event("ttfb", at, ms=ms, stage=stage, provider=provider, dialect=fields.pop("dialect", "guide"), **fields)


def opened(call: str | None, at: float | None = NOW, **fields: Any) -> LogEvent:
    return event("call_opened", at, id=call, **{"client": "twilio", **fields})


def closed(call: str | None, at: float | None = NOW, **fields: Any) -> LogEvent:
    return event("call_closed", at, id=call, **fields)


def error(at: float | None = NOW, **fields: Any) -> LogEvent:
    return event("error", at, **{"stage": "TTS", "provider": "Azure", "code": "401", "text": "Error: 401", **fields})


def missing(field: str, at: float | None = NOW, **fields: Any) -> LogEvent:
    return event("config_warning", at, field=field, text=f"[Config] {field} is not set", **fields)


def started(at: float | None = NOW, pid: int = 1, **fields: Any) -> LogEvent:
    return event("process_start", at, **{"text": f"Started server process [{pid}]", **fields})


def applied(store: MetricsStore, *events: LogEvent, now: float = NOW) -> Snapshot:
    """Apply events, the whole hour before ``now`` observed, and return the snapshot with a live source."""
    store.apply(events, now)
    store.observe(now - 3600, now)
    return store.snapshot(now, LIVE)
