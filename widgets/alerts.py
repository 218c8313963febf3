"""Panel 8: what fires, since when, who has it, and whether anybody was told."""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.engine.model import AlertBoard, AlertState, Snapshot
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._lines import Column, Line, Role, Run, crop, joined, table
from widgets._panel import Panel
from widgets._view import View

if TYPE_CHECKING:
    from tui.engine.model import Alert, Silence

_STATES: dict[AlertState, int] = {AlertState.FIRING: 0, AlertState.PENDING: 1, AlertState.RESOLVED: 2}


def alerts_lines(
    board: AlertBoard, width: int, height: int, view: View, *, full: bool = False, first: int = 0
) -> list[Line]:
    """Return a row per alert, worst first, and below what is muted or could not be sent.

    Args:
        board: What is known.
        width: Cells per row.
        height: Rows.
        view: The time, the signs.
        full: A second row per alert with everything about it, and the silences.
        first: The row to begin with; in full the notes scroll with the rows.
    """
    notes = _notes(board, width, view, full=full)
    if not board.alerts:
        key = "none" if board.known else "unjudged"
        return [(Run(t(f"panel_alerts.{key}"), "label"),), *notes]
    rows = table(_COLUMNS, [_row(alert, view) for alert in board.alerts], width, header=False)
    if full:
        rows = [
            line for row, alert in zip(rows, board.alerts, strict=True) for line in (row, _details(alert, width, view))
        ]
    if full:
        return [*rows, *notes][first:]
    return [*rows[first : first + max(1, height - len(notes))], *notes]


_COLUMNS = [
    Column(),
    Column(rank=3),
    Column(right=True),
    Column(rank=2),
    Column(least=20, stretch=True),
    Column(rank=1),
]


def sign(alert: "Alert", view: View) -> Run:
    """Return the sign and the word of an alert's state."""
    if alert.state is AlertState.FIRING:
        rank = 3 if alert.severity == "critical" else 2
        role: Role = "critical" if rank == 3 else "warning"
        quiet = alert.acknowledged or bool(alert.muted_by)
        return Run(f"{view.glyphs.status[rank]} {t('panel_alerts.firing')}", "label" if quiet else role)
    return Run(f"{view.glyphs.status[1]} {t(f'panel_alerts.{alert.state.value}')}", "label")


def _row(alert: "Alert", view: View) -> list[Run]:
    over = alert.state is AlertState.RESOLVED
    return [
        sign(alert, view),
        Run(alert.id, "label"),
        Run(view.age(alert.resolved_at if over else alert.since), "label"),
        Run(alert.rule, "strong"),
        Run(safe_text(alert.summary, 300)),
        Run(_whose(alert), "hint"),
    ]


def _whose(alert: "Alert") -> str:
    """Return who has an alert, or why nobody is told of it."""
    if alert.acknowledged:
        return t("panel_alerts.acked_by", who=safe_text(alert.acked_by, 20))
    return t("panel_alerts.muted_by", what=safe_text(alert.muted_by, 30)) if alert.muted_by else ""


def _details(alert: "Alert", width: int, view: View) -> Line:
    since = t("panel_alerts.since", time=fmt.clock_time(alert.since, view.now))
    parts: list[Line] = [(Run(f"    {since}", "label"),)]
    if alert.value is not None:
        figures = f"{_amount(alert.value, alert.unit)} / {_amount(alert.target, alert.unit)}"
        parts += [(Run(figures, "strong"),), (Run(f"n {alert.n}", "label"),)]
    parts.append((Run(t("panel_alerts.sent", count=alert.sent), "label"),))
    if alert.dead:
        parts.append((Run(t("panel_alerts.dead", count=alert.dead), "critical"),))
    return joined(parts, width, "  ")


def _amount(value: float | None, unit: str) -> str:
    if unit == "ms":
        return fmt.latency(value)
    return f"{fmt.number(value, 1)} {unit}" if unit else fmt.number(value)


def _notes(board: AlertBoard, width: int, view: View, *, full: bool) -> list[Line]:
    """Return messages given up or on their way, and the silences in full or counted."""
    parts: list[Line] = []
    if board.dead:
        parts.append((Run(f"{view.glyphs.status[3]} {t('panel_alerts.dead', count=board.dead)}", "critical"),))
    if board.waiting:
        parts.append((Run(t("panel_alerts.waiting", count=board.waiting), "label"),))
    if board.silences and not full:
        parts.append((Run(t("panel_alerts.silences", count=len(board.silences)), "label"),))
    lines = [joined(parts, width, "  ")] if parts else []
    if board.trouble:
        lines.append((Run(crop(t("panel_alerts.trouble", reason=safe_text(board.trouble, 200)), width), "critical"),))
    return lines + ([_silence(one, view) for one in board.silences] if full else [])


def _silence(silence: "Silence", view: View) -> Line:
    text = t(
        "panel_alerts.silence",
        id=silence.id,
        match=safe_text(silence.match, 60),
        left=fmt.span(silence.until - view.now),
        who=safe_text(silence.author, 20),
        comment=safe_text(silence.comment, 80),
    )
    return (Run(text, "label"), Run("  "), Run(view.age(silence.created_at), "label"))


class AlertsPanel(Panel):
    """A cursor over the alerts, the worst that nobody has taken on first."""

    NUMBER: ClassVar[int] = 8
    TITLE: ClassVar[str] = "panel_alerts.title"
    SCREEN_KEYS: ClassVar[tuple[str, ...]] = ("calls", "acknowledge", "silence", "test_channels")

    ENTER: ClassVar[str] = "drill"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "drill", "panel.key_drill", tooltip="panel.tip_drill", id="alerts.drill"),
        Binding("up,k", "move(-1)", "panel.key_up", tooltip="panel.tip_up", id="alerts.up", show=False),
        Binding("down,j", "move(1)", "panel.key_down", tooltip="panel.tip_down", id="alerts.down", show=False),
        Binding("home,g", "move(-100000)", "rows.key_first", tooltip="rows.tip_first", id="alerts.first", show=False),
        Binding("end,G", "move(100000)", "rows.key_last", tooltip="rows.tip_last", id="alerts.last", show=False),
        Binding(
            "pageup,ctrl+u", "page(-1)", "panel.key_page_up", tooltip="panel.tip_page", id="alerts.back", show=False
        ),
        Binding(
            "pagedown,ctrl+d", "page(1)", "panel.key_page_down", tooltip="panel.tip_page", id="alerts.on", show=False
        ),
    ]

    class Drilled(Message):
        """Enter was pressed."""

    full = False
    """Show everything about each alert."""
    _at = 0
    _id = ""
    """The alert that the cursor stays on while others come above it; empty before it was looked for."""
    _first = 0
    """The row at the top."""

    @property
    def selected(self) -> "Alert | None":
        """The alert under the cursor."""
        alerts = self.snapshot.alerts.alerts
        return alerts[min(self._at, len(alerts) - 1)] if alerts else None

    def choose(self, alert: "Alert | None") -> None:
        """Put the cursor on an alert, as soon as it is on show."""
        self._id = alert.id if alert else ""

    def show(self, snapshot: Snapshot, now: float) -> None:
        """Show a snapshot; while somebody looks, the cursor stays on its alert wherever that stands now."""
        if snapshot.alerts is not self.snapshot.alerts:
            places = {alert.id: place for place, alert in enumerate(snapshot.alerts.alerts)}
            self._at = places.get(self._id, self._at)
            self.snapshot = snapshot
            if self.has_focus:
                self._keep()
        super().show(snapshot, now)

    def _keep(self) -> None:
        if self.selected:
            self._id = self.selected.id

    def part(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Return the alerts."""
        return (snapshot.alerts,)

    def subtitle(self) -> str:
        """Return who judges."""
        board = self.snapshot.alerts
        return safe_text(board.watched_by, 40)

    def copied(self) -> str:
        """Return the id of the selected alert."""
        return self.selected.id if self.selected else ""

    def move(self, step: int) -> bool:
        """Move the cursor."""
        self.action_move(step)
        return True

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the alert that was clicked."""
        offset = event.get_content_offset(self)
        place = -1 if offset is None else (self._first + offset.y) // self._each
        if 0 <= place < len(self.snapshot.alerts.alerts):
            self.action_move(place - self._at)

    @property
    def _each(self) -> int:
        """How many rows an alert takes."""
        return 2 if self.full else 1

    def cursor_row(self) -> int | None:
        """Return the row under the cursor while the panel has the focus."""
        alerts = self.snapshot.alerts.alerts
        row = min(self._at, len(alerts) - 1) * self._each - self._first
        return row if alerts and self.has_focus else None

    def on_focus(self) -> None:
        """Show the cursor, and stay on its alert from now on."""
        self._keep()
        self.forget()

    def on_blur(self) -> None:
        """Hide the cursor; the worst stands at the top again."""
        self._at, self._id = 0, ""
        self.forget()

    def action_move(self, step: int) -> None:
        """Move the cursor and stop at either end."""
        self._at = max(0, min(len(self.snapshot.alerts.alerts) - 1, self._at + step))
        self._keep()
        self.redraw(self._view.now, live=self._view.live)

    def action_page(self, pages: int) -> None:
        """Move the cursor by as many alerts as the panel shows."""
        self.action_move(pages * max(1, self.size.height // self._each - 1))

    def action_drill(self) -> None:
        """Ask for everything about the alerts."""
        self.post_message(self.Drilled())

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the rows of the panel, that of the cursor in sight."""
        board = self.snapshot.alerts
        notes = len(_notes(board, width, view, full=self.full))
        count, each = len(board.alerts), self._each
        room = height if self.full else max(1, height - notes)
        top = min(self._at, max(0, count - 1)) * each
        # Below the last alert of the whole page stand the silences: whoever goes to the end sees them.
        end = top + each + (notes if self.full and self._at >= count - 1 else 0)
        self._first = min(top, max(end - room, min(self._first, top))) if self.has_focus else 0
        return alerts_lines(board, width, height, view, full=self.full, first=self._first)


class AlertsPage(AlertsPanel):
    """The same with everything about each alert; Enter leads on to what to do."""

    full = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "drill", "panel.key_open", tooltip="panel.tip_open", id="alerts.playbook"),
    ]
