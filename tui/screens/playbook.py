"""A playbook over the dashboard: read it, tick its steps off, copy its commands."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from tui.engine.model import Playbook, Snapshot
from tui.engine.text import t
from tui.screens._bindings import translated
from widgets import PlaybookCard


class PlaybookScreen(ModalScreen[None]):
    """Holds one card; Esc goes back. Nothing here runs a command."""

    CSS = """
    PlaybookScreen { align: center middle; }
    PlaybookScreen > PlaybookCard { width: 90%; max-width: 110; height: 90%; }
    """
    KEYS: ClassVar[list[Binding]] = [
        Binding("escape,q", "dismiss", id="back"),
    ]

    def __init__(self, playbook: Playbook, evidence: Sequence[str]) -> None:
        super().__init__()
        self._playbook = playbook
        self._evidence = tuple(evidence)
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show the card."""
        yield PlaybookCard(self._playbook, self._evidence)

    @on(PlaybookCard.Copied)
    def copy(self, message: PlaybookCard.Copied) -> None:
        """Put a command on the clipboard through the terminal (OSC 52)."""
        self.app.copy_to_clipboard(message.text)
        self.notify(t("screen.copied"), markup=False)


def evidence(snapshot: Snapshot, playbook: Playbook) -> tuple[str, ...]:
    """Return why this playbook was proposed: what was counted, since when, in whose words; raw outside text."""
    return tuple(
        t(
            "screen.evidence",
            kind=" ".join(filter(None, (group.stage, group.provider, group.code))) or group.kind.replace("_", " "),
            count=group.count,
            time=_clock_time(group.first_at),
            text=group.text,
        )
        for group in snapshot.recent
        if group.playbook is playbook
    )


def _clock_time(at: float | None) -> str:
    return "–" if at is None else datetime.fromtimestamp(at, UTC).astimezone().strftime("%H:%M:%S")
