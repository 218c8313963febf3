"""The command line: every action of the screen below by name, and those that want a word, found by a few letters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.dom import DOMNode
from textual.fuzzy import FuzzySearch
from textual.widgets import Input, OptionList, Static

from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.screens._bindings import translated
from tui.screens._resizing import SizedDialog
from widgets import in_language

LENGTH = 200
"""Cells of a completion that are shown."""


class Run(NamedTuple):
    """An action of a node, with the words it is given."""

    node: DOMNode
    action: str
    """As a binding has it where there are no words."""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that is done with a word: ``layout errors``."""

    name: str
    run: Run
    known: Callable[[], Iterable[str]] = tuple
    """Words to complete to; outside text."""
    free: bool = False
    """Any other text will do as well."""


@runtime_checkable
class HasVerbs(Protocol):
    """A screen that can do something with a word."""

    def verbs(self) -> Iterable[Verb]:
        """Return what can be done."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that can be chosen."""

    text: str
    """What is typed for it."""
    run: Run | None
    """None where a word is missing yet."""
    help: str = ""
    keys: str = ""
    also: str = ""
    """Another name to find it by."""


def entries(actions: Sequence[Entry], verbs: Sequence[Verb], typed: str) -> list[Entry]:
    """Return what was typed can become, the likeliest first: all in their order while nothing is typed."""
    line = typed.lstrip()
    name, space, rest = line.partition(" ")
    verb = next((each for each in verbs if each.name == name), None)
    if verb and space:
        return _of_verb(verb, rest.strip())
    found = [*actions, *(entry for each in verbs for entry in _of_verb(each, ""))]
    return _best(found, line.strip())


def _of_verb(verb: Verb, word: str) -> list[Entry]:
    """Return a verb with each word that fits, and with the word itself where any will do."""
    help_ = t(f"command.{verb.name}")
    known = [
        Entry(f"{verb.name} {each}", verb.run._replace(words=(each,)), help_) for each in dict.fromkeys(verb.known())
    ]
    found = _best(known, f"{verb.name} {word}" if word else "")
    if not verb.free:
        return found
    if not word:
        return [Entry(f"{verb.name} …", None, help_), *found]
    return [Entry(f"{verb.name} {word}", verb.run._replace(words=(word,)), help_), *found]


def _best(found: Sequence[Entry], typed: str) -> list[Entry]:
    """Return the entries that match, those that begin with it first."""
    if not typed:
        return [*found]
    search, low = FuzzySearch(), typed.lower()
    ranked = []
    for place, entry in enumerate(found):
        score = max(search.match(typed, entry.text)[0], 0.5 * search.match(typed, entry.also)[0])
        if score:
            begins = entry.text.lower().startswith(low) or entry.also.lower() == low
            ranked.append((not begins, -score, place, entry))
    return [entry for *_, entry in sorted(ranked, key=lambda each: each[:3])]


class CommandLine(SizedDialog[Run | None]):
    """A line at the bottom; Tab completes, Enter does what is marked, Esc does nothing."""

    CSS = """
    CommandLine { align: center bottom; background: $background 40%; }
    CommandLine > Vertical { width: 100%; height: auto; max-height: 100%; background: $surface; }
    CommandLine OptionList {
        min-width: 8; height: auto; max-height: 12; border: none; padding: 0; background: $surface;
        scrollbar-size-vertical: 1;
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted { background: $primary 30%; color: $foreground; text-style: bold; }
    }
    CommandLine OptionList:ansi > .option-list--option-highlighted,
    CommandLine OptionList:nocolor > .option-list--option-highlighted { text-style: reverse; }
    CommandLine Horizontal { height: 1; }
    CommandLine Static { width: 2; height: 1; padding: 0 0 0 1; color: $accent; text-style: bold; }
    CommandLine Input, CommandLine Input:focus {
        border: none; height: 1; width: 1fr; padding: 0; background: $surface;
    }
    """
    KEYS: ClassVar[list[Binding]] = [
        Binding("escape", "dismiss", id="back"),
        Binding("down", "mark(1)", id="command_down", show=False, priority=True),
        Binding("up", "mark(-1)", id="command_up", show=False, priority=True),
        Binding("pagedown", "mark(10)", id="command_page_down", show=False, priority=True),
        Binding("pageup", "mark(-10)", id="command_page_up", show=False, priority=True),
        Binding("tab", "complete", id="command_complete", show=False, priority=True),
    ]

    def __init__(self, actions: Sequence[Entry], verbs: Sequence[Verb], typed: str = "") -> None:
        super().__init__()
        self._actions, self._verbs, self._typed = actions, verbs, typed
        self._shown: list[Entry] = []
        self._bindings = translated(self.KEYS)

    def compose(self) -> ComposeResult:
        """Show the line, and above it what it can become."""
        with Vertical():
            choices = OptionList(markup=False)
            choices.can_focus = False
            yield choices
            with Horizontal():
                yield Static(":", markup=False)
                yield Input(self._typed, placeholder=t("command.prompt"), select_on_focus=False)

    def on_mount(self) -> None:
        """Offer everything."""
        for line in self.query(Input):  # there is none when the program ends meanwhile
            self.set_focus(line)  # at once: letters are on their way already
        self._offer(self._typed)

    @on(Input.Changed)
    def offer(self, message: Input.Changed) -> None:
        """Offer what the line can become now."""
        self._offer(message.value)

    def _offer(self, typed: str) -> None:
        self._shown = entries(self._actions, self._verbs, typed)
        choices = self.query_one(OptionList)
        choices.clear_options()
        width = max(20, self.app.size.width - 3)
        choices.add_options(_row(entry, width) for entry in self._shown)
        choices.highlighted = 0 if self._shown and typed.strip() else None

    @property
    def _marked(self) -> Entry | None:
        place = self.query_one(OptionList).highlighted
        return None if place is None else self._shown[place]

    def action_mark(self, step: int) -> None:
        """Mark another line and stop at either end."""
        choices = self.query_one(OptionList)
        if self._shown:
            place = -1 if choices.highlighted is None else choices.highlighted
            choices.highlighted = max(0, min(len(self._shown) - 1, place + step))

    def action_complete(self) -> None:
        """Put what is marked into the line."""
        if self._marked:
            line = self.query_one(Input)
            line.value = self._marked.text.removesuffix("…")
            line.cursor_position = len(line.value)

    @on(Input.Submitted)
    def do_marked(self) -> None:
        """Do what is marked, or ask for the word it still wants."""
        self._do(self._marked)

    @on(OptionList.OptionSelected)
    def do_clicked(self, message: OptionList.OptionSelected) -> None:
        """Do what was clicked."""
        self._do(self._shown[message.option_index])

    def _do(self, entry: Entry | None) -> None:
        if entry is None and self._shown:
            return
        if entry is None:
            self.query_one(OptionList).clear_options().add_option(Content(t("command.nothing")))
        elif entry.run is None:
            line = self.query_one(Input)
            line.value = entry.text.removesuffix("…")
            line.cursor_position = len(line.value)
        else:
            self.dismiss(entry.run)


def _row(entry: Entry, width: int) -> Content:
    """Return one line: what is typed, what it does, its key."""
    keys = Content(entry.keys)
    text = Content(safe_text(entry.text, LENGTH))
    room = width - keys.cell_length - text.cell_length - 3
    told = Content(entry.help).truncate(max(0, room), ellipsis=True) if room > 8 else Content("")
    space = " " * max(1, width - keys.cell_length - text.cell_length - told.cell_length - 2)
    return Content.assemble(text, "  ", told.stylize("$foreground-muted"), space, keys.stylize("$accent"))


def actions_of(below: Iterable[tuple[DOMNode, Binding]], key_of: Callable[[Binding], str]) -> Iterator[Entry]:
    """Return each named binding of a screen once, with the keys that do the same."""
    keys: dict[str, list[str]] = {}
    first: dict[str, tuple[DOMNode, Binding]] = {}
    for node, binding in below:
        if binding.id and binding.description:
            first.setdefault(binding.id, (node, in_language(binding)))
            keys.setdefault(binding.id, []).append(key_of(binding))
    for identity, (node, binding) in first.items():
        run = Run(node, binding.action)
        yield Entry(binding.description, run, binding.tooltip, " ".join(keys[identity]), identity.replace("_", " "))
