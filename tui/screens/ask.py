"""Small questions over the dashboard: a line to type with completion, or yes or no."""

import glob
from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, Static

from tui.engine.text import t
from tui.screens._bindings import translated
from tui.screens._resizing import Result, SizedDialog


class Completion(Suggester):
    """Completes what is being typed to the first known answer, else to a local path."""

    def __init__(self, known: Iterable[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._known = tuple(known)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the completed text, None if nothing begins like it."""
        first = next((each for each in self._known if each.startswith(value)), None)
        if first is not None or not value.startswith(("/", "./", "~", "file:")):
            return first
        paths = sorted(glob.glob(f"{glob.escape(value.removeprefix('file:'))}*"))  # noqa: PTH207 - the text is kept
        return next((value[: value.startswith("file:") and 5] + path for path in paths if path.isprintable()), None)


class Question(SizedDialog[Result]):
    """Something that is asked; messages stand behind it, so that it can be read in a small terminal too."""

    DEFAULT_CSS = """
    Question { layers: behind default; }
    Question > ToastRack { layer: behind; }
    """


class AskScreen(Question[str | None]):
    """Asks for one line; Enter answers, Esc answers nothing."""

    CSS = """
    AskScreen { align: center middle; }
    AskScreen > Input { width: 90%; max-width: 100; height: 3; border: round $primary; background: $surface; }
    """
    KEYS: ClassVar[list[Binding]] = [Binding("escape", "dismiss", id="back")]

    def __init__(self, title: str, hint: str, known: Iterable[str] = (), *, value: str = "") -> None:
        """``known`` are answers offered while typing; right arrow or End takes the one on show.

        ``value`` is there to begin with.
        """
        super().__init__()
        self._title, self._hint, self._known, self._value = title, hint, known, value
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show the line."""
        line = Input(self._value, placeholder=self._hint, suggester=Completion(self._known))
        line.border_title = Content(self._title)
        yield line

    @on(Input.Submitted)
    def answer(self, message: Input.Submitted) -> None:
        """Give the answer back."""
        self.dismiss(message.value.strip() or None)


class ConfirmScreen(Question[bool | None]):
    """Asks whether to do something that is not undone by a key."""

    CSS = """
    ConfirmScreen { align: center middle; }
    ConfirmScreen > Static {
        width: 90%; max-width: 80; height: auto; padding: 1 2;
        border: round $warning; background: $surface;
    }
    """
    KEYS: ClassVar[list[Binding]] = [
        Binding("y,s,enter", "dismiss(True)", id="yes"),
        Binding("n,q,escape", "dismiss(False)", id="no"),
    ]

    def __init__(self, question: str) -> None:
        """``question`` is safe text."""
        super().__init__()
        self._question = question
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show the question."""
        yield Static(Content(f"{self._question}\n\n{t('watching.yes_no')}"))
