"""One key writes an incident bundle: what is asked, what is gathered, and where it went."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from math import ceil, inf
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tui import screens
from tui.engine.errors import UsageError, VoxtopError
from tui.engine.model import Playbook, Snapshot, Status
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.engine.when import parse_seek
from tui.screens._travelling import TravellingScreen
from tui.screens.desk import Desk
from widgets import clock_time

if TYPE_CHECKING:
    from tui.engine.bundle.timeline import DoneSteps
    from tui.engine.bundle.writing import Incident
    from tui.engine.model import AlertNote
    from tui.engine.monitor import TimeMachine

BEFORE_S = 900.0
"""A bundle begins so long before the incident did."""
USUAL_S = 3600.0
"""Its length where nothing is wrong."""
SCREENS = 6
"""Pictures of the screen at most: at the beginning, when alerts began to fire, at the end."""
READ = 0.8
"""Part of the work that is done when all is gathered; the rest is writing it down."""
TOLD_EVERY_S = 2.0

_FONT = re.compile(r'url\("https?://[^"]*"\)[^,;]*,?')
"""A picture that asks another machine for its letters would tell that it was looked at."""


class BundlingScreen(TravellingScreen):
    """Knows the key for bundles."""

    BUNDLE_KEYS: ClassVar[list[Binding]] = [Binding("B", "bundle", id="bundle", show=False)]

    _desk: Desk
    _progress_told = -inf

    def _show(self, snapshot: Snapshot, now: float) -> None:
        raise NotImplementedError

    def action_bundle(self) -> None:
        """Ask for the span, offering that of the incident."""
        machine = self._machine()
        if machine is not None:
            end = self._end(machine)
            verdict = self._shown.verdict
            bad = verdict.status in {Status.WARNING, Status.CRITICAL} and verdict.since is not None
            begin = verdict.since - BEFORE_S if bad and verdict.since is not None else end - USUAL_S
            # A whole second that is not over yet: what was seen just now belongs to it.
            usual = " ".join(_typed(at, machine.tz) for at in (begin, ceil(end)))
            self.app.push_screen(screens.ask.AskScreen(t("bundle.ask"), t("bundle.ask_hint"), value=usual), self._asked)

    def _asked(self, answer: str | None) -> None:
        machine = self._machine()
        if answer is None or machine is None:
            return
        now = self._clock.now()
        try:
            moments = [parse_seek(word, self._now(), now, machine.tz) for word in answer.split()[:2]]
        except UsageError as error:
            self._notes(safe_text(str(error)), bad=True)
            return
        begin, end = (*moments, self._end(machine))[:2]
        if begin >= end:
            self._notes(t("bundle.backwards"), bad=True)
        else:
            self.run_worker(self._bundle(machine, begin, min(end, self._known_until())), group="bundle", exclusive=True)

    def _end(self, machine: "TimeMachine") -> float:
        """Return where a bundle ends unless told: at the moment that is shown."""
        return self._known_until() if machine.moment is None else machine.moment

    def _known_until(self) -> float:
        """Return the end of what can be in a bundle: a log's clock may run ahead of this machine's."""
        ahead = max((source.skew_s or 0.0 for source in self._present.sources), default=0.0)
        return self._clock.now() + (ahead + 1.0 if ahead > 0 else 0.0)  # it is told in whole seconds

    async def _bundle(self, machine: "TimeMachine", begin: float, end: float) -> None:
        """Gather everything, write it, and tell where."""
        from tui.engine.bundle.writing import write_bundle  # noqa: PLC0415 - reports are no part of a start

        folder = self._desk.bundles
        try:
            incident = await self._gathered(machine, begin, end)
            if not incident.events:
                times = (clock_time(at, end, seconds=True) for at in (begin, end))
                self._notes(t("bundle.empty", **dict(zip(("start", "end"), times, strict=True))), bad=True)
                return
            loop = asyncio.get_running_loop()

            def tell(written: float) -> None:
                loop.call_soon_threadsafe(self._tell_progress, READ + written * (1 - READ))

            path = await asyncio.to_thread(write_bundle, incident, folder, tell)
        except VoxtopError as error:
            self._notes(safe_text(str(error)), bad=True)
        except OSError as error:
            reason = safe_text(error.strerror or str(error))
            self._notes(t("bundle.failed", folder=safe_text(str(folder)), reason=reason), bad=True)
        else:
            self._notes(t("bundle.written", path=safe_text(str(path))))

    async def _gathered(self, machine: "TimeMachine", begin: float, end: float) -> "Incident":
        """Return what happened, redacted whatever the screen shows."""
        from importlib.metadata import version  # noqa: PLC0415 - reports are no part of a start

        from tui.engine.bundle.masking import masked  # noqa: PLC0415 - as above
        from tui.engine.bundle.writing import Incident  # noqa: PLC0415
        from tui.engine.report import Span  # noqa: PLC0415
        from tui.engine.reviewing import report_over  # noqa: PLC0415

        self._progress_told = -inf
        self._tell_progress(0)
        notes = await self._alerts.notes(begin, end) if self._alerts else []
        events = await asyncio.to_thread(list, machine.events(begin, end))
        moments = sorted({begin, *_fired(notes), end})[-SCREENS:]
        pictures: dict[float, Snapshot] = {}
        for at in moments:
            pictures[at] = masked(await machine.picture(at), redact)
            self._tell_progress(READ * len(pictures) / len(moments))
        last = pictures[end]
        limits, tz, now = last.thresholds, machine.tz, self._clock.now()
        report = await asyncio.to_thread(report_over, events, Span(begin, end), now, limits, tz=tz, clean=redact)
        return Incident(
            report,
            last,
            events,
            notes,
            await self._steps(pictures.values(), begin, end),
            self._drawn(pictures),
            version("voxtop"),
            tz,
        )

    def _tell_progress(self, done: float) -> None:
        """Say how far it is, 0…1, but no more often than it can be read."""
        now = self._clock.monotonic()
        if now - self._progress_told >= TOLD_EVERY_S:
            self._progress_told = now
            self._notes(t("bundle.writing", percent=round(100 * done)))

    async def _steps(self, pictures: Iterable[Snapshot], begin: float, end: float) -> "Sequence[DoneSteps]":
        """Return the playbooks that were worked with, as far as something then called for them."""
        from tui.engine.bundle.timeline import DoneSteps  # noqa: PLC0415 - as above

        books: dict[str, Playbook] = {}
        for each in pictures:
            found = [*(row.playbook for row in each.recent), *(one.playbook for one in each.verdict.findings)]
            found += [self._alerts.playbook(alert) for alert in each.alerts.alerts] if self._alerts else []
            books |= {book.id: book for book in found if book is not None}
        steps = []
        for book in books.values():
            done = await self._desk.ticks.ticks(book.id, begin)
            if within := {step: at for step, at in done.items() if at <= end}:
                steps.append(DoneSteps(book, within))
        return steps

    def _drawn(self, pictures: dict[float, Snapshot]) -> dict[str, tuple[str, str]]:
        """Draw the dashboard as of each moment; what is shown comes back before anybody sees the difference."""
        if not self.is_current:
            return {}
        found = {}
        for number, (at, picture) in enumerate(pictures.items(), 1):
            self._show(picture, at)
            title = t("bundle.screen_at", time=clock_time(at, self._clock.now(), seconds=True))
            found[f"{number:02}-dashboard.svg"] = (title, _FONT.sub("", self.app.export_screenshot(title=title)))
        self._show(self._shown, self._now())
        return found


def _fired(notes: "Iterable[AlertNote]") -> set[float]:
    return {note.at for note in notes if note.what == "firing"}


def _typed(at: float, tz: tzinfo | None) -> str:
    """Return a moment as it may be typed."""
    return datetime.fromtimestamp(at, tz).replace(tzinfo=None).isoformat(timespec="seconds")
