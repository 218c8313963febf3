"""What happened shortly before: told as what came first, never as a cause."""

from collections.abc import Iterable, Iterator

from tui.engine.blame._told import Telling, Told
from tui.engine.model import Finding, Precursor, PrecursorKind, SourceStatus

PRECEDED_S = 120.0
"""What is older has nothing to do with it as far as anybody can tell: two minutes hold a failed probe, a restart."""
BURST = 3
"""Errors that make a burst…"""
BURST_S = 30.0
"""…within so long…"""
CALM_S = 60.0
"""…after none for so long."""
ONE_START_S = 30.0
"""Several lines tell of one start (semantics R64)."""
TOLD_MOST = 8

_KINDS: dict[str, PrecursorKind] = {
    "fallback": "fallback",
    "recovery": "recovery",
    "process_start": "start",
    "process_ready": "start",
    "config_warning": "config",
}


def preceding(finding: Finding, events: Telling, sources: Iterable[SourceStatus], at: float) -> tuple[Precursor, ...]:
    """Return what happened within ``PRECEDED_S`` before a moment, nearest first, of each kind and place the newest.

    What the finding itself is about is left out: a fallback is not preceded by itself.
    """
    found = [*_told(finding, events, at), *_bursts(finding, events, at), *_gaps(sources, at)]
    newest: dict[tuple[object, ...], Precursor] = {}
    for each in sorted(found, key=lambda one: one.at):
        key = (each.kind, each.stage, each.source)
        before = newest.get(key)
        if not (before and each.kind == "start" and each.at - before.at < ONE_START_S):
            newest[key] = each
    return tuple(sorted(newest.values(), key=lambda one: (-one.at, one.kind, one.source))[:TOLD_MOST])


def _told(finding: Finding, events: Telling, at: float) -> Iterator[Precursor]:
    for event in events.within(at - PRECEDED_S, at):
        kind = _KINDS.get(event.kind)
        own = kind == "fallback" and finding.kpi.startswith("fallback") and event.stage == finding.stage
        if kind and not own:
            yield _precursor(kind, event)


def _bursts(finding: Finding, events: Telling, at: float) -> Iterator[Precursor]:
    """Yield the first errors of bursts, by source."""
    if finding.kpi.startswith(("errors", "all_failed")):
        return
    errors: dict[str, list[Told]] = {}
    for event in events.within(at - PRECEDED_S - CALM_S, at):
        if event.kind == "error":
            errors.setdefault(event.source, []).append(event)
    for told in errors.values():
        for place, event in enumerate(told):
            calm = place == 0 or event.at - told[place - 1].at >= CALM_S
            last = place + BURST - 1
            burst = last < len(told) and told[last].at - event.at <= BURST_S
            if calm and burst and event.at >= at - PRECEDED_S:
                yield _precursor("errors", event)


def _gaps(sources: Iterable[SourceStatus], at: float) -> Iterator[Precursor]:
    for source in sources:
        if source.gap_at is not None and at - PRECEDED_S <= source.gap_at <= at:
            yield Precursor("gap", source.gap_at, source=source.name, text=source.gap_reason)


def _precursor(kind: PrecursorKind, event: Told) -> Precursor:
    return Precursor(kind, event.at, event.stage, event.source, event.text)
