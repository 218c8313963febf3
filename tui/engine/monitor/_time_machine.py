"""A monitor that can be looked at as of any moment that is recorded; reading goes on meanwhile."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from heapq import merge
from itertools import islice
from math import inf
from typing import Self

from tui.engine.alerts.rule import AlertRule
from tui.engine.blame import LOOKBACK_S, explainable
from tui.engine.clock import Clock
from tui.engine.metrics.slices import Told
from tui.engine.metrics.store import MetricsStore
from tui.engine.metrics.windows import SLICE_S
from tui.engine.model import LogEvent, RawLine, Snapshot, SourceState
from tui.engine.monitor._blaming import explained
from tui.engine.monitor._known import AHEAD_S, LATE_S, Known
from tui.engine.monitor._rewound import Rewound, Spans
from tui.engine.monitor._scoped import ScopedMonitor
from tui.engine.monitor._standing import Standing
from tui.engine.state import Archive
from tui.engine.text import t

FINE_S = 1800.0
STEPS = ((FINE_S, float(SLICE_S)), (10_800.0, 60.0), (inf, 600.0))
"""Up to so long before a moment it is computed in steps of so many seconds; figures move in the shortest ones."""
PICTURES = 720
"""Snapshots kept: a step back is mostly one of them."""
SAVED_EVERY_S = 7200.0
SAVED_BYTES = 48_000_000
CHUNK = 200
"""Events counted in one go."""
PATIENCE_S = 0.02
"""So long others wait for their turn at most while the past is computed, a slow event aside."""
WINDOW_S = 3600.0
"""The longest window of a panel."""


class TimeMachine:
    """What a screen looks at: the monitor as it is, or figures and alerts as of a moment of the past.

    The past is computed from recorded events by the same store and the same rules; what was not known then is not in
    it. Screens see through ``moment`` which of both they show.
    """

    def __init__(
        self,
        monitor: ScopedMonitor,
        new_store: Callable[[], MetricsStore],
        rules: Callable[[], Mapping[str, AlertRule]],
        clock: Clock,
        tz: tzinfo | None = None,
        *,
        archive: Archive | None = None,
        leap: Callable[[float], None] | None = None,
    ) -> None:
        """``new_store`` makes an empty store like that of the monitor; ``rules`` are those of this moment.

        ``archive`` has what was recorded of the sources before this monitor read them. ``leap`` goes to a moment
        ahead, where what is shown is played.
        """
        self.moment: float | None = None
        """What is shown: seconds since the epoch; None is live."""
        self.heading: float | None = None
        """The moment that is being computed."""
        self.progress = 0.0
        """How much of that is done, 0…1."""
        self.outdated = False
        """The moment shown was computed before all history was read: go there again."""
        self._behind = False
        self._monitor = monitor
        self._new_store = new_store
        self._rules = rules
        self._clock = clock
        self.tz = tz
        self.archive = archive
        self._leap = leap
        self._spans_before: Spans = {}
        self._standing = Standing()
        self._shown: Snapshot | None = None
        self._pictures: OrderedDict[float, Snapshot] = OrderedDict()
        self._saved: dict[float, bytes] = {}
        self._hand: Rewound | None = None

    async def run(self) -> None:
        """Follow the sources until cancelled."""
        await self._monitor.run()

    @property
    def travels(self) -> Self:
        """This one can show the past."""
        return self

    @property
    def specs(self) -> tuple[str, ...]:
        """Return the sources as typed."""
        return self._monitor.specs

    async def begin_anew(self) -> None:
        """Compute everything by other limits (see ``ScopedMonitor.begin_anew``)."""
        await self._monitor.begin_anew()
        await self._chosen()

    def add(self, spec: str) -> None:
        """Watch one more source; raises UsageError."""
        self._monitor.add(spec)
        self._forget()

    def remove(self, name: str) -> None:
        """Watch a source no longer; raises KeyError."""
        self._monitor.remove(name)
        self._forget()

    def remove_spec(self, spec: str) -> None:
        """Watch a source no longer that was typed so, if it is watched."""
        self._monitor.remove_spec(spec)
        self._forget()

    def retry(self, name: str) -> None:
        """Try again at once what a source waits to try."""
        self._monitor.retry(name)

    async def choose_source(self, name: str) -> None:
        """Show the figures of one source, of the moment shown."""
        await self._monitor.choose_source(name)
        await self._chosen()

    async def choose_host(self, host: str, label: str) -> None:
        """Show the figures of one host, of the moment shown."""
        await self._monitor.choose_host(host, label)
        await self._chosen()

    def choose_all(self) -> None:
        """Show all figures; those of a past moment come with the next ``go``."""
        self._monitor.choose_all()
        self._forget()

    def retell(self) -> None:
        """Have the past computed anew: it tells what it is in another language."""
        self._forget()
        self.outdated = self.moment is not None

    async def _chosen(self) -> None:
        self._forget()
        if self.moment is not None:
            await self.go(self.moment)

    def _forget(self) -> None:
        """Compute everything anew: it is about other sources."""
        self._pictures.clear()
        self._saved.clear()
        self._hand = None

    async def news(self, patience: float) -> bool:
        """Return as soon as there is something else to show, or after ``patience`` seconds without."""
        return await self._monitor.news(patience)

    def present(self) -> Snapshot:
        """Return the figures of now, whatever is shown."""
        snapshot = self._monitor.snapshot()
        self._standing.note(self._clock.now(), snapshot.sources)
        behind = any(one.progress is not None or one.state is SourceState.CONNECTING for one in snapshot.sources)
        if self._behind or behind:
            self._forget()  # what is read now was written then
            travelling = self.moment is not None or self.heading is not None
            self.outdated = self.outdated or (self._behind and not behind and travelling)
        self._behind = behind
        return snapshot

    def snapshot(self) -> Snapshot:
        """Return the figures of the moment shown; the same object while nothing changed."""
        present = self.present()
        return present if self._shown is None else self._shown

    def events(self, since: float, until: float) -> Iterator[LogEvent]:
        """Return what was known at the moment shown of a span of event time, oldest first."""
        now = self.moment
        if now is None:
            return self._recorded(since, until)
        found = self._recorded(since, min(until, now + AHEAD_S))
        return (event for event in found if event.arrived is None or event.arrived <= now)

    def _recorded(self, since: float, until: float) -> Iterator[LogEvent]:
        """Return what is kept of a span: by the monitor, and before it began by whoever recorded then."""
        kept = self._monitor.events(since, until)
        if self._leap is not None:
            kept = (event._replace(arrived=None) for event in kept)  # played at any speed: known when it was written
        if self.archive is None:
            return kept
        began, scope = self._monitor.began(), self._monitor.scope
        ends = {name: min(at, until) for name, at in began.items() if scope is None or name in scope.names}
        if not ends or since >= max(ends.values()):
            return kept
        return merge(self.archive.events(since, ends), kept, key=_time)

    def lines(self, source: str, first: int, last: int) -> tuple[RawLine, ...]:
        """Return raw lines as far as they are kept; they are what they are, whatever moment is shown."""
        return self._monitor.lines(source, first, last)

    def lines_kept(self, source: str) -> tuple[int, int] | None:
        """Return the numbers of the oldest and the newest raw line kept of a source, if any is."""
        return self._monitor.lines_kept(source)

    async def find_line(self, source: str, start: int, wanted: Callable[[str], bool], step: int) -> int | None:
        """Return the next kept line that is wanted."""
        return await self._monitor.find_line(source, start, wanted, step)

    def live(self) -> None:
        """Show what is now."""
        self.moment = self.heading = self._shown = None
        self.outdated = False
        self._monitor.wake()

    async def go(self, moment: float) -> None:
        """Show a moment; while it is computed, what was shown before stays. What lies ahead is live.

        Raises:
            StateError: what is recorded cannot be read.
        """
        now = self._clock.now()
        if moment >= now:
            self.live()
            if self._leap is not None and moment > now:
                self._leap(moment)
            return
        self.heading, self.progress, self.outdated = moment, 0.0, False
        try:
            picture = await self.picture(moment)
        finally:
            self.heading = None
        self.moment, self._shown = moment, picture
        self._monitor.wake()
        await self._explain(picture, moment)

    async def _explain(self, picture: Snapshot, moment: float) -> None:
        """Add what had changed by the moment shown; the figures do not wait for it."""
        if picture.blame or not explainable(picture):
            return
        blame = await explained(picture, self.events(moment - LOOKBACK_S, moment), moment)
        if blame and self.moment == moment:
            self._shown = replace(picture, blame=blame)
            self._keep(moment, self._shown)
            self._monitor.wake()

    async def picture(self, moment: float) -> Snapshot:
        """Return everything as of a moment, whatever is shown.

        Raises:
            StateError: what is recorded cannot be read.
        """
        return self._pictures.get(moment) or await self._computed(min(moment, self._clock.now()))

    async def _computed(self, moment: float) -> Snapshot:
        if self.archive is not None:
            self._spans_before = await asyncio.to_thread(self.archive.spans)
        rewound = self._nearest(moment)
        began = rewound.at
        known = Known(self._recorded(rewound.at - LATE_S, moment + AHEAD_S), rewound.at)
        due = self._clock.monotonic() + PATIENCE_S
        while True:
            fine = rewound.at >= moment - FINE_S
            step = next(step for reach, step in STEPS if rewound.at >= moment - reach)
            now = min((rewound.at // step + 1) * step, moment)
            events = known.upto(now)
            while chunk := list(islice(events, CHUNK)):
                rewound.take(chunk, now)
                due = await self._give_way(due)
            picture = self._look(rewound, now)
            self.progress = (now - began) / max(moment - began, 1.0)
            due = await self._give_way(due)
            if fine:
                self._keep(now, picture)
            elif now % SAVED_EVERY_S == 0:
                self._save(rewound)
            if now >= moment:
                self._hand = rewound
                return picture

    async def _give_way(self, due: float) -> float:
        """Let the others do what they have to do, if it is time; return when it is again."""
        if self._clock.monotonic() < due:
            return due
        self._monitor.wake()
        await asyncio.sleep(0)
        return self._clock.monotonic() + PATIENCE_S

    def _nearest(self, moment: float) -> Rewound:
        """Return figures as of some moment before this one, as few steps away as there are."""
        hand, self._hand = self._hand, None  # whoever is interrupted leaves nothing half counted behind
        saved = max((at for at in self._saved if at <= moment - FINE_S), default=-inf)
        if hand is not None and saved <= hand.at < moment:
            return hand
        if saved > -inf:
            return Rewound.restored(self._saved[saved], self._new_store())
        times = (_time(event) for event in self._recorded(-inf, inf))
        first = next((time for time in times if time > -inf), moment)
        return Rewound(self._new_store(), self._rules(), first, min(first, moment) - 1)

    def _look(self, rewound: Rewound, now: float) -> Snapshot:
        spans = self._spans()
        statuses = self._standing.at(now, self._monitor.snapshot().sources, spans, rewound.newest)
        begin = datetime.fromtimestamp(rewound.begin, self.tz)
        early = f" · {t('time.begins', time=f'{begin:%H:%M:%S}')}" if rewound.begin > now - WINDOW_S else ""
        return rewound.look(now, spans, statuses, Told(t("time.notice") + early, None, self._monitor.scope))

    def _spans(self) -> Spans:
        """Return over which spans each source was read: by whoever recorded, then by this monitor."""
        seen = self._monitor.seen()
        return {name: (*self._spans_before.get(name, ()), *spans) for name, spans in seen.items()}

    def _keep(self, now: float, picture: Snapshot) -> None:
        self._pictures[now] = picture
        self._pictures.move_to_end(now)
        while len(self._pictures) > PICTURES:
            self._pictures.popitem(last=False)

    def _save(self, rewound: Rewound) -> None:
        self._saved[rewound.at] = rewound.saved()
        while sum(map(len, self._saved.values())) > SAVED_BYTES:
            del self._saved[min(self._saved)]


def _time(event: LogEvent) -> float:
    if event.time is not None:
        return event.time
    return -inf if event.arrived is None else event.arrived
