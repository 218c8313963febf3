"""A cursor over the minutes of a panel's chart, and what Enter makes of the selected one."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.engine.model import Bucket, Stage
from tui.engine.text import t
from widgets import _format as fmt
from widgets._panel import Panel
from widgets._view import View

MINUTE_S = 60.0
LATELY = 6
"""The cursor begins at the worst of so many minutes: the verdict is about the last five."""


class BucketPanel(Panel):
    """A panel with a value per minute; while it has the focus one minute is selected."""

    ENTER: ClassVar[str] = "pick"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "bucket.key_open", tooltip="bucket.tip_open", id="bucket.open"),
        Binding("P", "open", "bucket.key_book", tooltip="bucket.tip_book", id="bucket.book", show=False),
        Binding("left,h", "earlier(1)", "bucket.key_earlier", tooltip="bucket.tip_earlier", id="bucket.l", show=False),
        Binding("right,l", "earlier(-1)", "bucket.key_later", tooltip="bucket.tip_later", id="bucket.r", show=False),
    ]

    class Picked(Message):
        """Enter was pressed on a minute."""

        def __init__(self, panel: Panel, bucket: Bucket, what: str) -> None:
            super().__init__()
            self.panel = panel
            self.bucket = bucket
            self.what = what
            """The bucket in words; safe text."""

    _minute: int | None = None
    """The minute that was chosen, in minutes since the epoch; None is the worst of late."""
    _tried: tuple[Stage | None, int] | None = None
    """What is drawn as selected to learn where that stands."""

    def values(self) -> Sequence[float | None]:
        """Return the value of each minute, oldest first."""
        raise NotImplementedError

    def counts(self) -> Sequence[int | None]:
        """Return what each value stands on."""
        raise NotImplementedError

    def stage_of_bucket(self) -> Stage | None:
        """Return the stage that the values are about, if they are about one."""
        return None

    def words(self, value: float, n: int) -> str:
        """Return a value in words."""
        raise NotImplementedError

    @property
    def _last_minute(self) -> int:
        return int(self.snapshot.at // MINUTE_S)

    @property
    def place(self) -> int | None:
        """The place of the selected minute among the values, if there are any."""
        values = self.values()
        if not values:
            return None
        if self._minute is not None:
            return max(0, min(len(values) - 1, len(values) - 1 - (self._last_minute - self._minute)))
        known = [(i, value) for i, value in enumerate(values) if value is not None]
        lately = [(value, i) for i, value in known if i >= len(values) - LATELY]
        return max(lately)[1] if lately else known[-1][0] if known else len(values) - 1

    @property
    def picked(self) -> tuple[str | None, int] | None:
        """Whose value is to be marked in the chart, and its place: none without the focus."""
        if self._tried is not None:
            return self._tried
        place = self.place if self.has_focus else None
        return None if place is None else (self.stage_of_bucket(), place)

    @property
    def bucket(self) -> Bucket | None:
        """The selected minute."""
        place = self.place
        if place is None:
            return None
        values, counts = self.values(), self.counts()
        since = MINUTE_S * (self._last_minute - (len(values) - 1 - place))
        return Bucket(
            self.NUMBER, since, since + MINUTE_S, self.stage_of_bucket(), value=values[place], n=counts[place] or 0
        )

    def described(self) -> str:
        """Return time, value and n of the selected minute; safe text."""
        bucket = self.bucket
        if bucket is None:
            return ""
        what = t("bucket.nothing") if bucket.value is None else self.words(bucket.value, bucket.n or 0)
        return f"{fmt.moment(bucket.since)[:5]} {what}"

    def subtitle_or_bucket(self, usual: str) -> str:
        """Return the selected minute while the panel has the focus, before what is usually said."""
        return " · ".join(filter(None, (self.described() if self.has_focus else "", usual)))

    def on_focus(self) -> None:
        """Show the cursor."""
        self.call_later(self._moved)

    def on_blur(self) -> None:
        """Hide the cursor; the next time it begins at the worst again."""
        self._minute = None
        self.call_later(self._moved)

    def _moved(self) -> None:
        self.forget()
        self._write_titles()

    def action_earlier(self, minutes: int) -> None:
        """Move the cursor to an earlier minute, or a later one for a negative number."""
        place, values = self.place, self.values()
        if place is not None:
            place = max(0, min(len(values) - 1, place - minutes))
            self._minute = self._last_minute - (len(values) - 1 - place)
            self._moved()

    def on_click(self, event: events.Click) -> None:
        """Choose the minute that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self._choose_at(offset.x, offset.y)

    def _choose_at(self, x: int, y: int) -> bool:
        """Choose the minute whose value is drawn at a cell, if one is: it lies between the first and the last."""
        stage, last = self.stage_of_bucket(), len(self.values()) - 1
        (begin, rows), (end, _) = self._drawn_at(stage, 0), self._drawn_at(stage, last)
        found = y in rows and begin <= x <= end
        if found:
            about = round((x - begin) / max(1, end - begin) * last)  # charts round in ways of their own
            near = range(max(0, about - 1), min(last, about + 1) + 1)
            place = min(near, key=lambda each: abs(self._drawn_at(stage, each)[0] - x))
            self._minute = self._last_minute - (last - place)
            self._moved()
        return found

    def _drawn_at(self, stage: Stage | None, place: int) -> tuple[int, list[int]]:
        """Return the column in which the cursor of a value would stand, and its rows: none where it is not drawn."""
        self._tried = stage, place
        try:
            lines = self.draw(*self.size, View(self._view.now, self._view.live, self._view.glyphs))
        finally:
            self._tried = None
        column, rows = 0, []
        for y, line in enumerate(lines):
            at = 0
            for run in line:
                if run.role == "picked":
                    column = at
                    rows.append(y)
                at += cell_len(run.text)
        return column, rows

    def action_pick(self) -> None:
        """Ask for the calls of the selected minute; without any, for the playbook."""
        bucket = self.bucket
        if bucket is None:
            self.action_open()
        else:
            self.post_message(self.Picked(self, bucket, self.described()))


class StagesPanel(BucketPanel):
    """A panel with values for each stage, of which one is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "stage(-1)", "bucket.key_stage_up", tooltip="bucket.tip_stage_up", id="stages.up", show=False),
        Binding(
            "down,j", "stage(1)", "bucket.key_stage_down", tooltip="bucket.tip_stage_down", id="stages.down", show=False
        ),
    ]

    _chosen: Stage | None = None

    def stages(self) -> Sequence[Stage]:
        """Return the stages that are shown, in order."""
        raise NotImplementedError

    def worst(self) -> Stage | None:
        """Return the stage that is looked at until one is chosen."""
        raise NotImplementedError

    @property
    def stage(self) -> Stage | None:
        """The chosen stage, else the worst."""
        return self._chosen if self._chosen in self.stages() else self.worst()

    def stage_of_bucket(self) -> Stage | None:
        """Return the stage that is looked at."""
        return self.stage

    def _choose_at(self, x: int, y: int) -> bool:
        """Choose the stage as well; of charts in one place it is that of the one on show."""
        chosen, stage = self._chosen, self.stage
        for each in sorted(self.stages(), key=lambda each: each != stage):
            self._chosen = each
            if super()._choose_at(x, y):
                return True
        self._chosen = chosen
        return False

    def action_stage(self, step: int) -> None:
        """Look at the next or previous stage."""
        stages, stage = self.stages(), self.stage
        if stage is not None:
            self._chosen = stages[(stages.index(stage) + step) % len(stages)]
            self._moved()
