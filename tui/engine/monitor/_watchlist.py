"""What a user wants to be watched, as typed: single sources, and all files that match a pattern, as they come."""

import asyncio
import resource
from collections.abc import Callable, Sequence
from contextlib import suppress

from tui.engine.clock import Clock, until_tick
from tui.engine.errors import UsageError
from tui.engine.model import SourceOptions, SourceState, SourceStatus
from tui.engine.monitor._monitor import Monitor
from tui.engine.safe_text import safe_text
from tui.engine.sources import identity, pattern_of
from tui.engine.sources._glob import LocalPattern, Pattern
from tui.engine.sources._trouble import TroubleError
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

    def __init__(
        self,
        monitor: Monitor,
        follow: Follow,
        clock: Clock,
        most: int | None = None,
        options: SourceOptions | None = None,
    ) -> None:
        """Watch nothing yet.

        Args:
            monitor: follows the sources.
            follow: lets it do so.
            clock: tells for how long files are gone.
            most: how many files patterns may bring; None is what the limit of descriptors allows.
            options: what the user set about sources.
        """
        self._options = options
        self._wanted = asyncio.Event()
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

    def identities(self) -> dict[str, str]:
        """Return what each source is by its name, wherever the program is called from."""
        brought = {name: spec for matches in self._patterns.values() for spec, name in matches.names.items()}
        return {name: identity(spec) for name, spec in (brought | self._names).items()}

    def add(self, spec: str) -> None:
        """Watch one more source, or all files that match a pattern.

        Raises:
            UsageError: it is written wrongly, or watched already.
        """
        pattern = pattern_of(spec, self._clock, self._options)
        if pattern is None:
            self._names[self._followed(spec)] = spec
        elif spec in self._patterns:
            raise UsageError(t("watching.twice", name=safe_text(spec)), t("watching.twice_remedy"))
        else:
            self._patterns[spec] = matches = _Matches(pattern)
            if isinstance(pattern, LocalPattern):
                self._take_in(matches, pattern.specs())
            self._wanted.set()

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

    def retry(self, name: str) -> None:
        """Try at once what a source, or a pattern, is waiting to try again."""
        if matches := self._patterns.get(name):
            matches.pattern.retry()
            self._wanted.set()
        else:
            self._monitor.retry(name)

    async def _look(self) -> None:
        """Look again and again which files match; a machine that lets wait holds up no other pattern."""
        async with asyncio.TaskGroup() as looking:
            while True:
                for matches in self._patterns.values():
                    if not matches.looking:
                        matches.looking = True
                        looking.create_task(self._look_at(matches))
                self._wanted.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wanted.wait(), until_tick(RESCAN_S) if self._patterns else None)

    async def _look_at(self, matches: "_Matches") -> None:
        try:
            found = await matches.pattern.look()
        except OSError as error:
            matches.trouble = error
        else:
            matches.trouble, matches.looked = None, True
            if matches in self._patterns.values():
                self._let_go(matches, found)
                self._take_in(matches, found)
        matches.looking = False
        self._monitor.wake()

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
        self.looking = False
        self.looked = isinstance(pattern, LocalPattern)
        """Somebody knows what matches."""
        self.trouble: OSError | None = None
        """Why nobody could tell at the last look."""

    def note(self, spec: str) -> SourceStatus | None:
        """Return a row of its own where it brings nothing, or not all."""
        words = {"pattern": safe_text(self.pattern.path), "followed": len(self.names), "left": self.left_out}
        state, key = SourceState.FAILED, "too_many"
        if not (self.names or self.refused or self.left_out):
            if self.trouble:
                return self._unseen(spec, self.trouble)
            state, key = (SourceState.WAITING, "no_match") if self.looked else (SourceState.CONNECTING, "looking")
        elif not self.left_out:
            return self._unseen(spec, self.trouble) if self.trouble else None
        reason, remedy = t(f"watching.{key}", **words), t(f"watching.{key}_remedy")
        return SourceStatus(spec, "glob", state, reason=reason, remedy=remedy)

    def _unseen(self, spec: str, trouble: OSError) -> SourceStatus:
        """Return the row of a pattern of which nobody can tell what it means."""
        if isinstance(trouble, TroubleError):
            return SourceStatus(spec, "glob", trouble.state, reason=trouble.reason, remedy=trouble.remedy)
        reason = t("watching.cannot_look", reason=safe_text(trouble.strerror or str(trouble)))
        return SourceStatus(spec, "glob", SourceState.FAILED, reason=reason, remedy=t("watching.cannot_look_remedy"))
