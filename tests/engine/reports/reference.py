"""The figures of a report computed again, as plainly as they are defined, from the list of all events."""

import re
from collections import Counter
from dataclasses import dataclass, field
from math import ceil

from tui.engine.model import LogEvent

Events = list[LogEvent]


@dataclass
class Reference:
    """Figures of one source."""

    samples: dict[str, list[float]] = field(default_factory=dict)
    turns: list[float] = field(default_factory=list)
    bad: int = 0
    opened: int = 0
    closed: int = 0
    active: int = 0
    lost: int = 0
    peak: int = 0
    short: int = 0
    durations: list[float] = field(default_factory=list)
    clients: Counter[str] = field(default_factory=Counter)
    fallbacks: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    error_count: int = 0
    missing: Counter[str] = field(default_factory=Counter)


def nearest_rank(values: list[float], share: float) -> float:
    return sorted(values)[ceil(share * len(values)) - 1]


def once(events: Events) -> Events:
    """Leave out the text or JSON twin of a record (R71) and one sample that two dialects tell (R18)."""
    kept: list[tuple[LogEvent, bool]] = []
    for event in events:
        for index in range(len(kept) - 1, max(-1, len(kept) - 60), -1):
            other, has_twin = kept[index]
            if not has_twin and _twins(event, other):
                kept[index] = (other, True)
                break
        else:
            kept.append((event, False))
    return _single_samples([event for event, _ in kept])


def _twins(event: LogEvent, other: LogEvent) -> bool:
    same = event._replace(line=0, time=None, arrived=None) == other._replace(line=0, time=None, arrived=None)
    near = event.time is not None and other.time is not None and abs(event.time - other.time) <= 0.005001
    return same and near and event.level is not None and "socket" not in event.kind


def _single_samples(events: Events) -> Events:
    kept: Events = []
    paired: set[int] = set()
    for event in events:
        if event.kind == "ttfb":
            other = next((one for one in kept[-40:] if id(one) not in paired and _doubled(event, one)), None)
            if other is not None:
                paired.add(id(other))
                continue
        kept.append(event)
    return kept


def _doubled(event: LogEvent, other: LogEvent) -> bool:
    if other.kind != "ttfb" or event.dialect == other.dialect or event.ms is None or other.ms is None:
        return False
    if (event.stage, event.provider) != (other.stage, other.provider) or event.time is None or other.time is None:
        return False
    return abs(event.ms - other.ms) <= max(5, 0.02 * other.ms) and abs(event.time - other.time) <= 0.050001


def reference(all_events: Events) -> Reference:
    """Compute everything for one source whose lines carry times."""
    found, events = Reference(), once(all_events)
    for event in events:
        if event.kind in {"ttfb", "turn"} and event.ms is not None:
            if not 0 < event.ms <= 120_000:
                found.bad += 1
            elif event.kind == "turn":
                found.turns.append(event.ms)
            else:
                for key in (str(event.stage), f"{event.stage}/{event.provider}"):
                    found.samples.setdefault(key, []).append(event.ms)
    _calls(events, found)
    _fallbacks(events, found)
    _errors(events, found)
    _config(events, found)
    return found


BUSY = {"ttfb", "turn", "call_opened", "call_closed"}


def starts(events: Events) -> list[tuple[int, bool]]:
    """Return at which event each generation began, and whether several workers write the log by then.

    Start markers within 30 s are one start; where they carry no times, all up to the next call (R64).
    """
    began: list[tuple[int, bool]] = []
    at: float | None = None
    begun = workers = False
    pids: set[str] = set()
    for index, event in enumerate(events):
        if event.kind == "process_stop" or (event.kind in BUSY and at is None):
            begun = False
        if event.kind != "process_start":
            continue
        if not begun or (event.time is not None and at is not None and event.time - at >= 30):
            begun, at, pids = True, event.time, set()
            began.append((index, workers))
        pids.update(re.findall(r"process \[(\d+)\]", event.text))
        workers = workers or len(pids) > 1
    return began


def _calls(events: Events, found: Reference) -> None:
    lose_all = {index for index, workers in starts(events) if not workers}
    open_calls: dict[str, float] = {}
    for index, event in enumerate(events):
        if index in lose_all:
            found.lost += len(open_calls)
            open_calls.clear()
        if event.kind == "call_opened" and event.id not in open_calls and event.time is not None:
            open_calls[str(event.id)] = event.time
            found.opened += 1
            found.clients[str(event.client)] += 1
        if event.kind == "call_closed":
            since = open_calls.pop(str(event.id), None)
            found.closed += 1
            lasted = event.duration_s
            if lasted is None and since is not None and event.time is not None:
                lasted = event.time - since
            if lasted is not None:
                found.durations.append(lasted)
                found.short += lasted < 3
        found.peak = max(found.peak, len(open_calls))
    found.active = len(open_calls)


def _fallbacks(events: Events, found: Reference) -> None:
    last: dict[str, float] = {}
    for event in events:
        if event.kind != "fallback" or event.stage is None or event.time is None:
            continue
        if event.time - last.get(event.stage, 0.0) >= 2:
            last[event.stage] = event.time
            found.fallbacks[event.stage] += 1


def _errors(events: Events, found: Reference) -> None:
    last: dict[tuple[object, ...], float] = {}
    for event in events:
        if event.kind == "error" and event.time is not None:
            key = (event.stage, event.provider, event.code)
            if event.time - last.get(key, 0.0) >= 1:
                last[key] = event.time
                found.error_count += 1
                found.errors[event.code or ""] += 1


def _config(events: Events, found: Reference) -> None:
    began = [index for index, _ in starts(events)]
    pairs = set()
    for index, event in enumerate(events):
        if event.kind == "config_warning":
            later = [at for at in began if at > index and _one_boot(events[index:at], events[at].time)]
            generation = min(later) if later else max((at for at in began if at <= index), default=-1)
            pairs.add((event.field, generation))
    found.missing.update(str(name) for name, _ in pairs)


def _one_boot(before: Events, started: float | None) -> bool:
    """Tell whether a warning and what follows it up to a start marker belong to that start (R60)."""
    if started is None or before[0].time is None:
        return not any(event.kind in BUSY for event in before)
    return 0 <= started - before[0].time <= 120 and not any(event.kind == "process_ready" for event in before)
