"""A monitor seen through a scope: everything, or only what one source or one host says."""

from collections.abc import Callable, Iterator

from tui.engine.clock import Clock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, RawLine, Scope, Snapshot, SourceStatus
from tui.engine.monitor._monitor import Monitor
from tui.engine.monitor._part import Part
from tui.engine.monitor._watchlist import Watchlist


class ScopedMonitor:
    """What a screen looks at; alerts and exports look at the monitor itself, whatever a user has chosen here."""

    def __init__(
        self, monitor: Monitor, watchlist: Watchlist, new_store: Callable[[], MetricsStore], clock: Clock
    ) -> None:
        """``new_store`` makes an empty store like that of the monitor."""
        self._monitor = monitor
        self._watchlist = watchlist
        self._new_store = new_store
        self._clock = clock
        self._part: Part | None = None
        self._choice: tuple[str, Callable[[SourceStatus], bool]] | None = None

    async def run(self) -> None:
        """Run the monitor until the task is cancelled."""
        await self._monitor.run()

    @property
    def specs(self) -> tuple[str, ...]:
        """Return the sources as typed."""
        return self._watchlist.specs

    def add(self, spec: str) -> None:
        """Watch one more source.

        Raises:
            UsageError: it is written wrongly, or watched already.
        """
        self._watchlist.add(spec)

    def remove(self, name: str) -> None:
        """Watch a source no longer; with the last one in scope everything is shown again.

        Raises:
            KeyError: there is no such source.
        """
        self._watchlist.remove(name)
        if self._part is not None and not self._part.names:
            self.choose_all()

    def remove_spec(self, spec: str) -> None:
        """Watch a source no longer that was typed so, if it is watched."""
        if name := self._watchlist.name_of(spec):
            self.remove(name)

    async def begin_anew(self) -> None:
        """Compute all figures again in new stores, from what the journal keeps."""
        await self._monitor.begin_anew(self._new_store())
        if self._choice is not None:
            await self._choose(*self._choice)

    def retry(self, name: str) -> None:
        """Try at once what a source is waiting to try again."""
        self._watchlist.retry(name)

    async def news(self, patience: float) -> bool:
        """Return as soon as something to show changed, or after ``patience`` seconds without (see ``Monitor.news``)."""
        return await self._monitor.news(patience)

    def wake(self) -> None:
        """Let ``news`` return: what is shown has changed."""
        self._monitor.wake()

    def snapshot(self) -> Snapshot:
        """Return the figures of what is in scope; every source stands in it, so that another can be chosen."""
        return self._monitor.snapshot_of(self._part)

    def events(self, since: float, until: float) -> Iterator[LogEvent]:
        """Return what is known by now of a span of event time in scope, oldest first (see ``Monitor.events``)."""
        return self._monitor.events(since, until, self._part.names if self._part else None)

    def lines(self, source: str, first: int, last: int) -> tuple[RawLine, ...]:
        """Return raw lines as far as they are kept (see ``Monitor.lines``)."""
        return self._monitor.lines(source, first, last)

    def lines_kept(self, source: str) -> tuple[int, int] | None:
        """Return the numbers of the oldest and the newest raw line kept of a source, if any is."""
        return self._monitor.lines_kept(source)

    async def find_line(self, source: str, start: int, wanted: Callable[[str], bool], step: int) -> int | None:
        """Return the next kept line that is wanted (see ``Monitor.find_line``)."""
        return await self._monitor.find_line(source, start, wanted, step)

    @property
    def scope(self) -> Scope | None:
        """Return which sources the figures are about; None where they are about all."""
        return self._part.scope if self._part else None

    def began(self) -> dict[str, float]:
        """Return from when on each source was read by this monitor, as far as its log tells."""
        return self._monitor.began()

    def seen(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """Return over which spans of time each source was read, whatever is in scope."""
        return self._monitor.seen()

    async def choose_source(self, name: str) -> None:
        """Show one source only."""
        await self._choose(name, lambda status: status.name == name)

    async def choose_host(self, host: str, label: str) -> None:
        """Show the sources of one host only; empty is this machine, called ``label``."""
        await self._choose(label, lambda status: status.host == host)

    def choose_all(self) -> None:
        """Show everything."""
        self._part = self._choice = None
        self._monitor.keep_too(None)

    async def _choose(self, label: str, covers: Callable[[SourceStatus], bool]) -> None:
        part = Part(label, covers, self._new_store(), self._clock)
        await part.fill(self._monitor.keep_too(part))
        self._part, self._choice = part, (label, covers)
        self._monitor.wake()
