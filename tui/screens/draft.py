"""The draft of a playbook: read it, then write it into the configuration folder or copy it."""

import os
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.engine.model import ErrorGroup
from tui.engine.playbooks.draft import draft
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.screens._bindings import translated
from tui.screens._resizing import SizedDialog
from tui.screens.help import HELP, help_over
from widgets import KeyFooter

TRIES = 100
"""Names that are tried until one is free."""


class DraftScreen(SizedDialog[None]):
    """Shows what would be written, and where; nothing is written before ``w``, and nothing over another file."""

    CSS = """
    DraftScreen { align: center middle; }
    DraftScreen > VerticalScroll {
        width: 90%; max-width: 110; height: 90%;
        background: $surface; border: round $primary; border-title-color: $foreground; padding: 0 1;
    }
    DraftScreen Static { height: auto; }
    """
    KEYS: ClassVar[list[Binding]] = [
        Binding("w", "write_draft", id="write"),
        Binding("y", "copy_draft", id="copy_draft"),
        Binding("escape,q", "dismiss", id="back"),
        HELP,
    ]

    def __init__(self, group: ErrorGroup, folder: Path) -> None:
        super().__init__()
        name, self._text = draft(group)
        self._path = folder / f"{name.replace('.', '-')}.toml"
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show the file as it would be."""
        with VerticalScroll() as page:
            page.border_title = Content(t("screen.draft_title", path=safe_text(str(self._path))))
            lines = (safe_text(line, 1000) for line in self._text.splitlines())
            yield Static(Content("\n".join(lines)), markup=False)
        yield KeyFooter()

    def action_help(self) -> None:
        """Open the page of keys and figures."""
        self.app.push_screen(help_over(self))

    def action_copy_draft(self) -> None:
        """Put the draft on the clipboard (OSC 52)."""
        self.app.copy_to_clipboard(self._text)
        self.notify(t("screen.copied"), markup=False)

    def action_write_draft(self) -> None:
        """Write the draft, and tell where it is."""
        try:
            path = write_new(self._path, self._text)
        except OSError as error:
            reason = safe_text(error.strerror or str(error))
            message = t("screen.draft_failed", path=safe_text(str(self._path)), reason=reason)
            self.notify(message, severity="error", markup=False)
            return
        self.dismiss()
        self.app.notify(t("screen.draft_written", path=safe_text(str(path))), markup=False)


def write_new(path: Path, text: str) -> Path:
    """Write a file for this user alone, beside and never over one that is there; return where it went.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(1, TRIES):
        chosen = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
        try:
            descriptor = os.open(chosen, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return chosen
    raise FileExistsError(None, os.strerror(17), str(path))
