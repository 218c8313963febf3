"""Looks for what changed while something is wrong: now and then, in a thread, and not at all while nothing is."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from tui.engine.blame import LOOKBACK_S, explain, explainable
from tui.engine.clock import Clock
from tui.engine.errors import StateError
from tui.engine.memory import give_back
from tui.engine.model import Blame, Finding, LogEvent, Snapshot, Stage

AGAIN_S = 10.0
"""At least between two looks at the same findings: a slice of the windows, so that the figures have moved."""

SILENT_AGAIN_S = 30.0
"""The same where no event came and only more callers hear silence: one look costs as much as a minute of idling."""

FAR_BEHIND = 4_000_000
"""Bytes of a source still to be read from which on its figures are of then: what is wrong now, nobody can tell yet."""

_THREAD = ThreadPoolExecutor(1, "explaining")
"""One of its own: what the C library holds for a thread can be given back if nothing that stays lies in between."""

History = Callable[[float, float], Iterable[LogEvent]]
"""Returns what is known of a span of event time; iterated in a thread (see ``Monitor.events``)."""


async def explained(snapshot: Snapshot, events: Iterable[LogEvent], now: float) -> tuple[Blame, ...]:
    """Explain the findings of a snapshot beside everything else (see ``explain``); raises StateError."""
    return await asyncio.get_running_loop().run_in_executor(_THREAD, _explain, snapshot, events, now)


def _explain(snapshot: Snapshot, events: Iterable[LogEvent], now: float) -> tuple[Blame, ...]:
    try:
        return explain(snapshot, events, now)
    finally:
        give_back()


class Blaming:
    """Keeps what explains the findings of one store."""

    def __init__(self, clock: Clock) -> None:
        self.found: tuple[Blame, ...] = ()
        """For the findings of the last look."""
        self._clock = clock
        self._asked: tuple[object, ...] = ()
        self._knew = (0, 0.0)
        """What the last look could go by: how many events, and callers who hear silence."""
        self._looked_at = float("-inf")

    async def look(self, snapshot: Snapshot, history: History, events: int) -> bool:
        """Explain the findings of a snapshot, if they are others than last time or there is news; tell whether it did.

        News is an event (``events`` is how many there were so far), or one more caller who hears silence, which no
        event tells. While history is read, or a storm, nobody knows yet what was before, and a key would wait for
        the thread. A state file that cannot be read explains nothing; it is tried again.
        """
        if any(source.progress is not None or source.lag_bytes > FAR_BEHIND for source in snapshot.sources):
            return False
        findings = explainable(snapshot)
        asked = tuple((each.kpi, self._where(each), each.limit) for each in findings)
        silent = sum(each.value or 0.0 for each in findings if each.kpi == "silence")
        monotonic = self._clock.monotonic()
        if not asked:
            self.found, self._asked = (), ()
            return False
        ago = monotonic - self._looked_at
        news = (events != self._knew[0] and ago >= AGAIN_S) or (silent > self._knew[1] and ago >= SILENT_AGAIN_S)
        if set(asked) <= set(self._asked) and not news:
            return False
        self._asked, self._knew, self._looked_at = asked, (events, silent), monotonic
        now = self._clock.now()
        try:
            self.found = await explained(snapshot, history(now - LOOKBACK_S, now), now)
        except StateError:
            self.found, self._knew = (), (0, 0.0)
        return True

    def _where(self, finding: Finding) -> Stage | None:
        """Return the stage by which a finding is another one.

        That of silence is where its longest caller waits, which changes as they hang up; where nothing explains it
        that is no reason to look again.
        """
        moves = finding.kpi == "silence" and not any(one.kpi == "silence" for one in self.found)
        return None if moves else finding.stage
