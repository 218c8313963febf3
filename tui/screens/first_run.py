"""The first screen where nothing says what to watch: a demo, a source to type, and what was found on this machine."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.engine.clock import Clock
from tui.engine.detecting import Candidate
from tui.engine.errors import VoxtopError
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.screens._bindings import translated
from tui.screens._leaving import EndsItsWork
from tui.screens._resizing import SizedScreen
from tui.screens._watching import ADDABLE
from tui.screens.ask import AskScreen
from widgets import KeyFooter, glyphs_in_use
from widgets._format import age

DEMO, TYPED = "demo", "type"
DETAIL_AT = 38
"""Cells for the source itself; what is known of it stands behind."""


class Chosen(NamedTuple):
    """What a user wants to see."""

    specs: tuple[str, ...] = ()
    """Empty is the demo."""
    remember: bool = False


class Choices(OptionList):
    """The list, with the keys of the screen: a key pressed behind an arrow is then about where that led."""

    KEYS: ClassVar[list[Binding]] = [
        Binding("enter", "screen.choose", id="first_choose"),
        Binding("space", "screen.mark", id="first_mark"),
        Binding("w", "screen.remember", id="first_remember"),
    ]

    def __init__(self, *options: Option) -> None:
        super().__init__(*options)
        for bindings in translated(self.KEYS).key_to_bindings.values():
            self._bindings.key_to_bindings[bindings[0].key] = bindings


class FirstRunScreen(SizedScreen[Chosen], EndsItsWork):
    """Offers what could be watched; Enter opens it, alone or with all that is marked."""

    CSS = """
    FirstRunScreen { align: center middle; }
    FirstRunScreen > Vertical { width: 100%; max-width: 100; height: auto; max-height: 100%; padding: 0 1; }
    FirstRunScreen Static { height: auto; margin-bottom: 1; }
    FirstRunScreen .found { margin: 1 0 0 0; color: $text-muted; }
    FirstRunScreen OptionList { height: auto; max-height: 14; border: round $border; background: $background;
        text-wrap: nowrap; text-overflow: ellipsis; }
    FirstRunScreen OptionList.-ascii { border: ascii $border; }
    """
    KEYS: ClassVar[list[Binding]] = [Binding("q,escape", "app.leave(0)", id="quit")]

    def __init__(
        self, look: Callable[[], Awaitable[Sequence[Candidate]]], check: Callable[[str], None], clock: Clock
    ) -> None:
        """``look`` finds what could be watched; ``check`` raises VoxtopError where a source is written wrongly."""
        super().__init__()
        self._look = look
        self._check = check
        self._clock = clock
        self._marked: dict[str, None] = {}
        self._offered: dict[str, Candidate] = {}
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Say what this is about, and offer the two ways that are always there."""
        with Vertical():
            yield Static(Content(t("first.about")))
            choices = Choices(Option(Content(t("first.demo")), DEMO), Option(Content(t("first.type")), TYPED))
            choices.border_title = t("first.title")
            choices.highlighted = 0
            choices.set_class(glyphs_in_use().ascii, "-ascii")
            yield choices
            yield Static(Content(t("first.looking")), classes="found")
        yield KeyFooter()

    def on_mount(self) -> None:
        """Look around, while the user may already choose."""
        self.run_worker(self._look_around(), group="look")

    async def _look_around(self) -> None:
        found = await self._look()
        for each in found:
            self._offer(each)
        key = "first.found" if found else "first.nothing"
        self.query_one(".found", Static).update(Content(t(key, count=len(found))))

    def _offer(self, candidate: Candidate) -> None:
        if candidate.spec not in self._offered:
            self._offered[candidate.spec] = candidate
            self.query_one(OptionList).add_option(Option(self._row(candidate), f"={candidate.spec}"))

    def _row(self, candidate: Candidate) -> Content:
        glyphs = glyphs_in_use()
        mark = glyphs.tick if candidate.spec in self._marked else glyphs.no_tick
        details = [safe_text(candidate.about, 60)] if candidate.about else []
        if candidate.events:
            details.append(t("first.events", count=candidate.events))
        if candidate.written is not None:
            details.append(t("first.written", age=age(candidate.written, self._clock.now())))
        return Content(f"{mark} {safe_text(candidate.spec, DETAIL_AT):<{DETAIL_AT}}  {' · '.join(details)}")

    def action_mark(self) -> None:
        """Mark the source under the cursor to be watched too, or not."""
        choices = self.query_one(OptionList)
        if (spec := self._under_cursor()) is not None:
            self._marked.pop(spec, None) if spec in self._marked else self._marked.setdefault(spec)
            choices.replace_option_prompt(f"={spec}", self._row(self._offered[spec]))

    def _under_cursor(self) -> str | None:
        option = self.query_one(OptionList).highlighted_option
        spec = (option.id or "").removeprefix("=") if option else ""
        return spec if spec in self._offered else None

    @on(OptionList.OptionSelected)  # with the mouse
    def action_choose(self) -> None:
        """Open what is under the cursor and all that is marked."""
        self._choose(remember=False)

    def action_remember(self) -> None:
        """Do so, and write it into the configuration file."""
        self._choose(remember=True)

    def _choose(self, *, remember: bool) -> None:
        option = self.query_one(OptionList).highlighted_option
        if option is not None and option.id == TYPED:
            self.app.push_screen(AskScreen(t("watching.add"), t("watching.add_hint"), ADDABLE), self._typed)
        elif option is not None and option.id == DEMO:
            self.dismiss(Chosen())
        else:
            under_cursor = self._under_cursor()
            specs = dict.fromkeys((*self._marked, *([under_cursor] if under_cursor else ())))
            self.dismiss(Chosen(tuple(specs), remember))

    def _typed(self, spec: str | None) -> None:
        """Put a typed source among the others, marked."""
        if spec is None:
            return
        try:
            self._check(spec)
        except VoxtopError as error:
            self.notify(safe_text(str(error)), severity="error", markup=False)
            return
        self._marked.setdefault(spec)
        self._offer(Candidate(spec))
        choices = self.query_one(OptionList)
        choices.highlighted = choices.get_option_index(f"={spec}")
