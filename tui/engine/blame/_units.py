"""Observations of one figure: each was good or missed the goal, at a time, somewhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tui.engine.model import Dimension, Finding, LogEvent, Stage, Thresholds, owner

Counted = Sequence[tuple[float, LogEvent]]

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

    def __init__(self, events: Counted, hosts: Mapping[str, str]) -> None:
        """``hosts`` are those of the sources by name."""
        self._hosts = hosts
        self._clients: dict[tuple[str, str | None], str | None] = {
            (event.source, event.id): event.client for _, event in events if event.kind == "call_opened" and event.id
        }

    def unit(self, at: float, event: LogEvent, *, over: bool, ms: float | None = None) -> Unit:
        """Return an observation that an event stands for."""
        client = event.client or self._clients.get((event.source, event.id))
        host = self._hosts.get(owner(event.source)) or None
        call = (event.source, event.id) if event.id else None
        return Unit(at, over, ms, (event.stage, event.provider, host, event.source, client), call)


def units_of(finding: Finding, events: Counted, places: Places, thresholds: Thresholds, now: float) -> list[Unit]:
    """Return the observations that a finding is about, by time."""
    if finding.kpi in FAILURES:
        return list(_failures(finding, events, places))
    if finding.kpi == "silence":
        return _answers(events, places, thresholds.silence_after_s, now)
    if finding.kpi == "short_calls":
        return list(_calls(events, places, thresholds.short_call_s))
    own = [(at, event) for at, event in events if event.stage == finding.stage]
    return latencies(own, places, finding.kpi, lambda _: finding.limit or 0.0)


def latencies(
    events: Iterable[tuple[float, LogEvent]], places: Places, kind: str, limit: Callable[[Stage | None], float]
) -> list[Unit]:
    """Return the samples of a kind; over is what reaches the limit of its stage (semantics R1)."""
    return [
        places.unit(at, event, over=(event.ms or 0.0) >= limit(event.stage), ms=event.ms)
        for at, event in events
        if event.kind == kind
    ]


def _failures(finding: Finding, events: Counted, places: Places) -> Iterator[Unit]:
    """Yield failures, and beside them what went well: first bytes and calls that were taken."""
    for at, event in events:
        if event.kind == "call_opened" or (event.kind == "ttfb" and finding.stage in {None, event.stage}):
            yield places.unit(at, event, over=False)
        elif _is_failure(finding, event):
            yield places.unit(at, event, over=True)


def _is_failure(finding: Finding, event: LogEvent) -> bool:
    if finding.kpi.startswith("fallback"):
        return event.kind == "fallback" and event.stage == finding.stage
    if finding.kpi == "all_failed":
        return event.kind == "error" and event.code == "all_failed" and event.stage == finding.stage
    return event.kind == "error"


def _answers(events: Counted, places: Places, patience_s: float, now: float) -> list[Unit]:
    """Return the turns of which the log names a trace: over where no speech came in time (see metrics.silence)."""
    due: dict[tuple[str, str], tuple[float, LogEvent]] = {}
    found: list[Unit] = []
    for at, event in events:
        if event.kind == "process_start":
            due = {key: value for key, value in due.items() if key[0] != event.source}
        elif event.kind == "ttfb" and event.trace not in _NO_TRACE:
            key = (event.source, event.trace or "")
            since, _ = due.get(key, (at, event))
            due[key] = since, event
            if event.stage == "TTS":
                del due[key]
                found.append(places.unit(since, _of_no_stage(event), over=at - since > patience_s))
    late = [each for each in due.values() if now - each[0] > patience_s]
    found += [places.unit(since, _of_no_stage(last), over=True) for since, last in late]
    return sorted(found, key=lambda unit: unit.at)


def _of_no_stage(event: LogEvent) -> LogEvent:
    """Return an event that stands for a whole turn: who was heard of last is not who kept the caller waiting."""
    return event._replace(stage=None, provider=None)


def _calls(events: Counted, places: Places, short_s: float) -> Iterator[Unit]:
    """Yield the calls that ended: over where one was so short that it looks like a crash (semantics R55)."""
    opened: dict[tuple[str, str | None], float] = {}
    for at, event in events:
        key = (event.source, event.id)
        if event.kind == "call_opened":
            opened.setdefault(key, at)
        elif event.kind == "call_closed":
            began = opened.pop(key, None)
            lasted = event.duration_s if event.duration_s is not None else None if began is None else at - began
            if lasted is not None:
                yield places.unit(at, event, over=lasted < short_s)
