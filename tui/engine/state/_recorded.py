"""Where recorded events stand in time, and how they are read back in that order."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from math import inf
from typing import NamedTuple

from tui.engine.metrics.windows import in_place, moment
from tui.engine.model import LogEvent
from tui.engine.state._codec import decode
from tui.engine.state._database import StateDatabase


class Run(NamedTuple):
    """Events of one source whose places do not go back."""

    first: float
    last: float
    events: list[LogEvent]


def runs(events: Sequence[LogEvent], top: float, now: float) -> Iterator[Run]:
    """Yield the events in runs; ``top`` is the place of the one before them, minus infinity if there is none.

    The place of an event is its moment, or that of the event above it if this is a little later or the event tells
    no time at all. A jump back begins a new run.
    """
    run = Run(top, top, [])
    for event in events:
        own = moment(event, now)
        if own is None:
            own = top if top > float("-inf") else now
        at = in_place(own, top)
        if run.events and at >= top:
            run = run._replace(last=at)
        else:
            if run.events:
                yield run
            run = Run(at, at, [])
        run.events.append(event)
        top = at
    if run.events:
        yield run


def recorded(
    database: StateDatabase,
    since: float,
    until: float,
    names: Mapping[int, str],
    sources: Collection[str] | None = None,
    *,
    only: Collection[int] | None = None,
    unwritten: Sequence[tuple[float, LogEvent]] = (),
) -> Iterator[LogEvent]:
    """Yield what is recorded of a span, both ends included; memory holds what overlaps in time.

    Args:
        database: the state file.
        since: seconds since the epoch.
        until: seconds since the epoch.
        names: today's names of sources by their number, where they are known.
        sources: names of those wanted; None is all.
        only: numbers of those wanted, where several have one name.
        unwritten: events on their way into the file, with their places; some may be there by now, or stand here twice.

    Raises:
        StateError: the state file cannot be read.
    """
    with closing(database.reader()) as connection:
        known = dict(connection.execute("SELECT id, name FROM sources")) | dict(names)
        wanted = {number for number, name in known.items() if sources is None or name in sources}
        wanted &= set(known if only is None else only)
        on_their_way = {
            _line_of(event): _Waiting(at, inf, event)
            for at, event in unwritten
            if since <= at <= until and (sources is None or event.source in sources)
        }
        waiting = list(on_their_way.values())
        for number, source, first, last, body in connection.execute(
            "SELECT id, source, first, last, body FROM batches WHERE last >= ? AND first <= ? ORDER BY first, id",
            (since, until),
        ):
            if source in wanted:
                waiting.sort(key=_place)
                ready = sum(each.at < first for each in waiting)
                yield from (each.event for each in waiting[:ready])
                del waiting[:ready]
                for at, event in placed(first, last, decode(known[source], body)):
                    if since <= at <= until and _line_of(event) not in on_their_way:
                        waiting.append(_Waiting(at, number, event))
        waiting.sort(key=_place)
        yield from (each.event for each in waiting)


class _Waiting(NamedTuple):
    at: float
    batch: float
    event: LogEvent


def _place(waiting: _Waiting) -> tuple[float, float]:
    return waiting.at, waiting.batch


def _line_of(event: LogEvent) -> tuple[object, ...]:
    """Return what tells an event from every other, its texts left out: these are cleaned on their way."""
    return event.source, event.line, event.kind, event.time


def placed(first: float, last: float, events: Iterable[LogEvent]) -> Iterator[tuple[float, LogEvent]]:
    """Yield the events of a run with their places, as ``runs`` had found them."""
    at = first
    for event in events:
        own = event.time if event.time is not None else event.arrived
        at = at if own is None else min(last, max(at, own))
        yield at, event
