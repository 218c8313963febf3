"""Missing configuration by generation, one life of the orchestrator's process (semantics R57-R64, R82)."""

from dataclasses import dataclass, field, replace

from tui.engine.metrics.windows import SlidingCount
from tui.engine.model import ConfigHealth, Hints, LogEvent, MissingKey, Playbook, Status

_BEFORE_START_S = 120.0
_READY_S = 60.0
UNNAMED_KEY = "API key"
"""Stands for the field where a provider's library says that its key is missing and not which one that is."""

_FIELDS_KEPT = 100
"""Distinct fields of one source; a log that names more means something else."""


@dataclass(slots=True)
class _Missing:
    """The warnings about one field."""

    playbook: Playbook | None
    first_at: float | None = None
    last_at: float | None = None
    lines: int = 0

    def widen(self, first_at: float | None, last_at: float | None, lines: int) -> None:
        self.lines += lines
        if first_at is not None:
            self.first_at = first_at if self.first_at is None else min(self.first_at, first_at)
        if last_at is not None:
            self.last_at = last_at if self.last_at is None else max(self.last_at, last_at)


@dataclass(slots=True)
class FieldHistory:
    """Everything that was ever said about one field."""

    lines: int = 0
    generations: int = 0
    """How many missed it (semantics R57)."""
    last_at: float | None = None
    counted_in: int = -1
    """Number of the last generation that was counted."""

    def missed_in(self, number: int) -> None:
        """Count a generation, once."""
        self.generations += number != self.counted_in
        self.counted_in = number


_Fields = dict[str, _Missing]


def _merge(into: _Fields, fields: _Fields) -> None:
    for name, missing in fields.items():
        into.setdefault(name, _Missing(missing.playbook)).widen(missing.first_at, missing.last_at, missing.lines)


@dataclass(slots=True)
class _SourceGenerations:
    """The present generation of one source, and what is left of the former ones."""

    number: int = 0
    started_at: float | None = None
    ready: bool = False
    stopped: bool = False
    """It said that it stops, and nothing was heard since: nobody knows what the next one will miss."""
    missing: _Fields = field(default_factory=dict)
    pending: _Fields = field(default_factory=dict)
    """Warned about lately: if a start marker follows, they belong to what it starts (R60)."""
    carried: _Fields = field(default_factory=dict)
    """Missed by former generations and not resolved until the present one got ready without them (R61)."""
    resolved: dict[str, None] = field(default_factory=dict)
    starts: SlidingCount = field(default_factory=SlidingCount)
    busy_at: float | None = None
    """When a call last showed that the process was up."""
    history: dict[str, FieldHistory] = field(default_factory=dict)

    def current(self) -> _Fields:
        """Return everything that counts as missing now."""
        fields: _Fields = {}
        for part in (self.carried, self.missing, self.pending):
            _merge(fields, part)
        return fields

    def warned(self, name: str, time: float | None, playbook: Playbook | None) -> None:
        if name in self.pending or len(self.pending) < _FIELDS_KEPT:
            self._remember(name, time)
            self.pending.setdefault(name, _Missing(playbook)).widen(time, time, 1)
            self.resolved.pop(name, None)

    def _remember(self, name: str, time: float | None) -> None:
        known = self.history.setdefault(name, FieldHistory())
        known.lines += 1
        waiting = self.pending.get(name)
        if waiting and waiting.last_at is not None and time is not None and time - waiting.last_at > _BEFORE_START_S:
            known.missed_in(self.number)  # what was said so long ago is not the next generation's
        if time is not None:
            known.last_at = max(time, known.last_at or time)

    def start(self, time: float | None) -> None:
        """Begin a generation; warnings of the 120 s before it are its own (R60)."""
        if time is not None:
            self.settle(time)
        _merge(self.carried, self.missing)
        self.missing = {}
        for name, missing in self.pending.items():
            late = time is not None and missing.last_at is not None and time - missing.last_at > _BEFORE_START_S
            _merge(self.carried if late else self.missing, {name: missing})
            self.history[name].missed_in(self.number if late else self.number + 1)
        self.pending = {}
        for name in self.missing:
            self.carried.pop(name, None)
        self.number += 1
        self.starts.add(self.busy_at if time is None else time)
        self.started_at, self.ready, self.stopped = time, False, False

    def keep(self) -> None:
        """Decide that what was warned about belongs to the present generation."""
        for name in self.pending:
            self.history[name].missed_in(self.number)
        _merge(self.missing, self.pending)
        self.pending = {}

    def get_ready(self) -> None:
        """Resolve what the present generation, being up, did not warn about (R61)."""
        if self.number and not self.ready:
            self.ready = True
            warned = self.missing.keys() | self.pending.keys()
            self.resolved |= dict.fromkeys(name for name in self.carried if name not in warned)
            self.carried = {}

    def settle(self, now: float) -> None:
        """Take a process that has run for a minute as ready, whatever it printed."""
        if self.started_at is not None and now - self.started_at >= _READY_S:
            self.get_ready()

    def present(self, name: str) -> None:
        """Take the word of the process that a field is set."""
        found = [part.pop(name) for part in (self.missing, self.pending, self.carried) if name in part]
        if found:
            self.resolved[name] = None


class Generations:
    """Knows what the running processes miss: silence of the same process is never resolution (R61)."""

    def __init__(self, hints: Hints | None) -> None:
        self.version = 0
        self.warning_lines = 0
        self._hints = hints
        self._sources: dict[str, _SourceGenerations] = {}
        self._last_warning_at: float | None = None

    def _of(self, source: str) -> _SourceGenerations:
        found = self._sources.get(source)
        if found is None:
            found = self._sources[source] = _SourceGenerations()
            self.version += 1
        return found

    def warned(self, event: LogEvent, time: float | None) -> bool:
        """Take a warning; return whether it says something new, a boot repeats itself (R57)."""
        self.warning_lines += 1
        self.version += 1
        if time is not None:
            self._last_warning_at = max(time, self._last_warning_at or time)
        source = self._of(event.source)
        name = event.field or " ".join(filter(None, (event.provider, UNNAMED_KEY)))
        known = name in source.pending
        playbook = self._hints.for_event(event) if self._hints and not known else None
        source.warned(name, time, playbook)
        return not known

    def started(self, source: str, time: float | None, *, new: bool) -> None:
        """Take a start marker; one that is not ``new`` belongs to the generation before it (R64)."""
        found = self._of(source)
        if new:
            found.start(time)
        else:
            found.keep()
        self.version += 1

    def ready(self, source: str) -> None:
        """Take "start-up complete": warnings so far were this generation's."""
        found = self._of(source)
        found.keep()
        found.get_ready()
        self.version += 1

    def stopped(self, source: str) -> None:
        """Take a stop marker: what was known of the process ends with it."""
        self._of(source).stopped = True
        self.version += 1

    def forget(self, source: str) -> None:
        """Know nothing any more of the process behind a source."""
        self._sources.pop(source, None)
        self.version += 1

    def present(self, event: LogEvent) -> None:
        """Take ``… configured: True`` (R61)."""
        if event.field is not None:
            self._of(event.source).present(event.field)
            self.version += 1

    def busy(self, source: str, time: float | None, *, call: bool) -> None:
        """Take call activity: a first call shows that a process is up; without times it ends a start (R60)."""
        found = self._sources.get(source) or self._of(source)
        if time is not None:
            found.busy_at = time
        if found.pending and (time is None or any(one.last_at is None for one in found.pending.values())):
            found.keep()
            self.version += 1
        if call and not found.ready and found.number:
            found.get_ready()
            self.version += 1
        if call and found.stopped:
            found.stopped = False
            self.version += 1

    @property
    def started_total(self) -> int:
        """Return the generations that began since the beginning."""
        return sum(source.number for source in self._sources.values())

    @property
    def known(self) -> bool:
        """Tell whether anything was heard of a process."""
        return bool(self._sources)

    def history(self) -> dict[str, list[FieldHistory]]:
        """Return what was said about each field since the beginning, one value per source."""
        found: dict[str, list[FieldHistory]] = {}
        for source in self._sources.values():
            for name, known in source.history.items():
                latest = replace(known)
                if name in source.pending:
                    latest.missed_in(source.number)
                found.setdefault(name, []).append(latest)
        return found

    def restarts(self, now: float, window_s: float) -> int:
        """Return the starts within the window of the source that has most."""
        return max((found.starts.within(now, window_s) for found in self._sources.values()), default=0)

    def figure(self, now: float) -> ConfigHealth:
        """Return panel 1 as of now: distinct fields of the present generation of each source (R57)."""
        missing: list[MissingKey] = []
        for source, found in self._sources.items():
            found.settle(now)
            missing += [
                MissingKey(name, one.first_at, one.last_at, one.lines, source, one.playbook)
                for name, one in found.current().items()
            ]
        sources = self._sources.values()
        started = [found.started_at for found in sources if found.started_at is not None]
        still = {key.field for key in missing}
        return ConfigHealth(
            status=self._status(missing),
            missing=tuple(missing),
            start_seen=any(found.number for found in sources),
            started_at=max(started, default=None),
            generations=sum(found.number for found in sources),
            resolved=tuple(sorted({name for found in sources for name in found.resolved} - still)),
            last_warning_at=self._last_warning_at,
        )

    def _status(self, missing: list[MissingKey]) -> Status:
        """Judge: green only if every orchestrator was seen starting, got ready and misses nothing (R82)."""
        if missing:
            return Status.CRITICAL
        sources = self._sources.values()
        complete = all(found.number and found.ready and not found.stopped for found in sources)
        return Status.OK if sources and complete else Status.NO_DATA
