"""What a user wants to be watched, as typed: single sources, and all files that match a pattern, as they come."""

import asyncio
import resource
from collections.abc import Callable, Sequence

from tui.engine.clock import Clock
from tui.engine.errors import UsageError
from tui.engine.model import SourceState, SourceStatus
from tui.engine.monitor._monitor import Monitor
from tui.engine.safe_text import safe_text
from tui.engine.sources import pattern_of
from tui.engine.sources._glob import Pattern
from tui.engine.text import t

RESCAN_S = 5.0
"""Between two looks at which files match a pattern."""

GONE_S = 30.0
"""How long a file may be missing before nobody waits for it any more: rotation is quicker."""

FILES_MOST = 1_000
"""Files followed by patterns at once: each costs a descriptor and a look now and then."""

_RESERVED = 100
"""Descriptors left to everything else."""

Follow = Callable[[str], str]
"""Lets the monitor follow a source as typed, and returns its name; raises UsageError or ValueError (name taken)."""


class Watchlist:
    """Adds and removes sources while the monitor runs."""

    def __init__(self, monitor: Monitor, follow: Follow, clock: Clock, most: int | None = None) -> None:
        """``most`` is how many files patterns may bring; None is what the limit of descriptors allows."""
        self._monitor = monitor
        self._follow = follow
        self._clock = clock
        self._most = most
        self._names: dict[str, str] = {}
        self._patterns: dict[str, _Matches] = {}
        monitor.notes = self._notes
        monitor.chores.append(self._look)

    @property
    def specs(self) -> tuple[str, ...]:
        """Return the sources as typed, patterns as patterns."""
        return (*self._names.values(), *self._patterns)

    def add(self, spec: str) -> None:
        """Watch one more source, or all files that match a pattern.

        Raises:
            UsageError: it is written wrongly, or watched already.
        """
        pattern = pattern_of(spec)
        if pattern is None:
            self._names[self._followed(spec)] = spec
        elif spec in self._patterns:
            raise UsageError(t("watching.twice", name=safe_text(spec)), t("watching.twice_remedy"))
        else:
            self._patterns[spec] = _Matches(pattern)
            self._take_in(self._patterns[spec], pattern.specs())

    def name_of(self, spec: str) -> str | None:
        """Return by which name ``remove`` knows what was typed so; None where it is not watched."""
        if spec in self._patterns:
            return spec
        return next((name for name, each in self._names.items() if each == spec), None)

    def _followed(self, spec: str) -> str:
        try:
            return self._follow(spec)
        except ValueError as error:
            raise UsageError(t("watching.twice", name=safe_text(str(error))), t("watching.twice_remedy")) from error

    def remove(self, name: str) -> None:
        """Watch a source no longer; a file that a pattern brought does not come back.

        Raises:
            KeyError: there is no such source.
        """
        if matches := self._patterns.pop(name, None):
            for each in matches.names.values():
                self._monitor.detach(each)
            self._monitor.wake()
            return
        self._monitor.detach(name)
        self._names.pop(name, None)
        for matches in self._patterns.values():
            matches.refused |= {spec for spec, each in matches.names.items() if each == name}
            matches.names = {spec: each for spec, each in matches.names.items() if each != name}

    async def _look(self) -> None:
        """Look again and again which files match."""
        while True:
            await asyncio.sleep(RESCAN_S)
            for matches in tuple(self._patterns.values()):
                found = await asyncio.to_thread(matches.pattern.specs)
                if matches in self._patterns.values():
                    self._let_go(matches, found)
                    self._take_in(matches, found)

    def _take_in(self, matches: "_Matches", found: Sequence[str]) -> None:
        """Follow the files that are new, as many as there is room for."""
        new = [spec for spec in found if spec not in matches.names and spec not in matches.refused]
        room = max(0, self._room() - sum(len(each.names) for each in self._patterns.values()))
        for spec in new[:room]:
            try:
                matches.names[spec] = self._follow(spec)
            except ValueError:  # named on its own too
                matches.refused.add(spec)
        matches.left_out = max(0, len(new) - room)

    def _let_go(self, matches: "_Matches", found: Sequence[str]) -> None:
        """Follow no longer what has been gone for a while."""
        now, there = self._clock.monotonic(), set(found)
        for spec, name in list(matches.names.items()):
            if spec in there:
                matches.gone.pop(spec, None)
            elif now - matches.gone.setdefault(spec, now) >= GONE_S:
                del matches.names[spec], matches.gone[spec]
                self._monitor.detach(name)
        matches.refused &= there

    def _room(self) -> int:
        if self._most is not None:
            return self._most
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return min(FILES_MOST, soft - _RESERVED if soft != resource.RLIM_INFINITY else FILES_MOST)

    def _notes(self) -> tuple[SourceStatus, ...]:
        """Return a row for each pattern that brings nothing, or more than there is room for."""
        return tuple(note for spec, matches in self._patterns.items() if (note := matches.note(spec)))


class _Matches:
    """The files that one pattern has brought."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.names: dict[str, str] = {}
        self.refused: set[str] = set()
        """Removed by the user, or followed under another name."""
        self.gone: dict[str, float] = {}
        """Since when each that is missing is."""
        self.left_out = 0

    def note(self, spec: str) -> SourceStatus | None:
        if not (self.names or self.refused or self.left_out):
            state, key = SourceState.WAITING, "no_match"
        elif self.left_out:
            state, key = SourceState.FAILED, "too_many"
        else:
            return None
        words = {"pattern": safe_text(self.pattern.path), "followed": len(self.names), "left": self.left_out}
        reason, remedy = t(f"watching.{key}", **words), t(f"watching.{key}_remedy")
        return SourceStatus(spec, "glob", state, reason=reason, remedy=remedy)
