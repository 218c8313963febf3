"""Observations of one figure: each was good or missed the goal, at a time, somewhere."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tui.engine.blame._told import Telling, Told
from tui.engine.model import Dimension, Finding, Thresholds, owner

DIMENSIONS: tuple[Dimension, ...] = ("stage", "provider", "host", "source", "client")
"""In the order in which equally telling ones are named."""

FAILURES = frozenset({"fallback", "fallback_spike", "errors", "errors_per_minute", "all_failed"})
"""Figures that count failures; what went well beside them is the traffic they are measured against."""

_NO_TRACE = {None, "", "unknown", "none", "-"}


class Unit(NamedTuple):
    """One observation."""

    at: float
    over: bool
    """It missed the goal."""
    ms: float | None
    where: tuple[str | None, ...]
    """Its value in each of ``DIMENSIONS``; None where nobody knows."""
    call: tuple[str, str] | None = None
    """Source and id of its call, where the log says."""


class Places:
    """Tells where an event belongs."""

    def __init__(self, events: Telling, hosts: Mapping[str, str]) -> None:
        """``hosts`` are those of the sources by name."""
        self._hosts = hosts
        self._clients: dict[tuple[str, str | None], str | None] = {
            (event.source, event.id): event.client for event in events if event.kind == "call_opened" and event.id
        }
        self._known: dict[tuple[str | None, ...], tuple[str | None, ...]] = {}
        self._calls: dict[tuple[str, str], tuple[str, str]] = {}

    def unit(self, event: Told, *, over: bool, ms: float | None = None) -> Unit:
        """Return an observation that an event stands for."""
        client = event.client or self._clients.get((event.source, event.id))
        host = self._hosts.get(owner(event.source)) or None
        where = (event.stage, event.provider, host, event.source, client)
        call = (event.source, event.id) if event.id else None
        return Unit(
            event.at, over, ms, self._known.setdefault(where, where), call and self._calls.setdefault(call, call)
        )

    def sample(self, event: Told, limit: float) -> Unit:
        """Return a latency; over is what reaches the limit (semantics R1)."""
        return self.unit(event, over=(event.ms or 0.0) >= limit, ms=event.ms)


def units_of(finding: Finding, events: Telling, places: Places, thresholds: Thresholds, now: float) -> list[Unit]:
    """Return the observations that a finding is about, by time."""
    if finding.kpi in FAILURES:
        return list(_failures(finding, events, places))
    if finding.kpi == "silence":
        return _answers(events, places, thresholds.silence_after_s, now)
    if finding.kpi == "short_calls":
        return list(_calls(events, places, thresholds.short_call_s))
    own = (event for event in events if event.kind == finding.kpi and event.stage == finding.stage)
    return [places.sample(event, finding.limit or 0.0) for event in own]


def _failures(finding: Finding, events: Telling, places: Places) -> Iterator[Unit]:
    """Yield failures, and beside them what went well: first bytes and calls that were taken."""
    for event in events:
        if event.kind == "call_opened" or (event.kind == "ttfb" and finding.stage in {None, event.stage}):
            yield places.unit(event, over=False)
        elif _is_failure(finding, event):
            yield places.unit(event, over=True)


def _is_failure(finding: Finding, event: Told) -> bool:
    if finding.kpi.startswith("fallback"):
        return event.kind == "fallback" and event.stage == finding.stage
    if finding.kpi == "all_failed":
        return event.kind == "error" and event.code == "all_failed" and event.stage == finding.stage
    return event.kind == "error"


def _answers(events: Telling, places: Places, patience_s: float, now: float) -> list[Unit]:
    """Return the turns of which the log names a trace: over where no speech came in time (see metrics.silence)."""
    due: dict[tuple[str, str], tuple[float, Told]] = {}
    found: list[Unit] = []
    for event in events:
        if event.kind == "process_start":
            due = {key: value for key, value in due.items() if key[0] != event.source}
        elif event.kind == "ttfb" and event.trace not in _NO_TRACE:
            key = (event.source, event.trace or "")
            since, _ = due.get(key, (event.at, event))
            due[key] = since, event
            if event.stage == "TTS":
                del due[key]
                found.append(places.unit(_turn(since, event), over=event.at - since > patience_s))
    late = [each for each in due.values() if now - each[0] > patience_s]
    found += [places.unit(_turn(since, last), over=True) for since, last in late]
    return sorted(found, key=lambda unit: unit.at)


def _turn(since: float, event: Told) -> Told:
    """Return an event that stands for a whole turn: who was heard of last is not who kept the caller waiting."""
    return event._replace(at=since, stage=None, provider=None)


def _calls(events: Telling, places: Places, short_s: float) -> Iterator[Unit]:
    """Yield the calls that ended: over where one was so short that it looks like a crash (semantics R55)."""
    opened: dict[tuple[str, str | None], float] = {}
    for event in events:
        key = (event.source, event.id)
        if event.kind == "call_opened":
            opened.setdefault(key, event.at)
        elif event.kind == "call_closed":
            began = opened.pop(key, None)
            lasted = event.duration_s if event.duration_s is not None else None if began is None else event.at - began
            if lasted is not None:
                yield places.unit(event, over=lasted < short_s)
