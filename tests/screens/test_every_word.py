"""No text of the program's own reaches the screen but through the catalogue."""

import dataclasses
import re
import string
from collections.abc import Iterable, Iterator, Mapping

import pytest

from tests.screens.walk import PANELS, STATES, Page, pages
from tui.engine import text

_OTHER = {ord(letter): 0x10D0 + index for index, letter in enumerate(string.ascii_lowercase)}
_OTHER |= {ord(letter): 0x10D0 + index for index, letter in enumerate(string.ascii_uppercase)}
"""Letters of the program's own texts become Georgian, each as wide as before."""

_WORD = re.compile(r"[A-Za-z]{2,}")

NAMES = {"STT", "LLM", "TTS", "TTFB", "ms", "min", "kB", "MB", "GB"}
"""The same in every language: stages, the figure's name, units."""
KEYS = {"space", "ctrl", "enter", "Tab", "up", "down", "escape"}


@pytest.fixture
def another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put every text of the catalogue into letters that nothing else is written in."""
    for key, value in list(text.catalogue("en").items()):
        monkeypatch.setitem(text.catalogue("en"), key, _disguised(value))
    known = {key: text._with_keys(value) for key, value in text.catalogue("en").items()}
    monkeypatch.setitem(text._known, "en", known)  # what is said besides is kept there, and not in the catalogue


def _disguised(template: str) -> str:
    """Return a text in other letters, its marks as they were."""
    pieces = []
    for literal, name, form, conversion in string.Formatter().parse(template):
        pieces.append(literal.translate(_OTHER).replace("{", "{{").replace("}", "}}"))
        if name is not None:
            pieces.append("{" + name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "") + "}")
    return "".join(pieces)


def words_of(value: object) -> Iterator[str]:
    """Yield every word in a value from outside, however deep."""
    if isinstance(value, str):
        yield from _WORD.findall(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for item in dataclasses.fields(value):
            yield from words_of(getattr(value, item.name))
    elif isinstance(value, Mapping):
        yield from words_of([*value.keys(), *value.values()])
    elif isinstance(value, Iterable):
        for each in value:
            yield from words_of(each)


def own_words(page: Page, outside: set[str]) -> list[str]:
    """Return what stands on a page and comes neither from the catalogue nor from outside, whose words may be cut."""
    found = (match[0] for row in page.rows for match in _WORD.finditer(row))
    return [word for word in found if not any(word in each for each in outside)]


@pytest.mark.usefixtures("another_language")
@pytest.mark.parametrize("panel", PANELS)
async def test_every_word_behind_every_key_is_in_the_catalogue(panel: str) -> None:
    outside = NAMES | KEYS | set(words_of(STATES["on-fire"]()))

    async for page in pages("on-fire", panel):
        assert own_words(page, outside) == [], (page.way, "\n".join(page.rows))


@pytest.mark.usefixtures("another_language")
@pytest.mark.parametrize("state", STATES)
async def test_every_word_in_every_state_is_in_the_catalogue(state: str) -> None:
    outside = NAMES | KEYS | set(words_of(STATES[state]()))

    async for page in pages(state, ""):
        assert own_words(page, outside) == [], (page.way, "\n".join(page.rows))


def test_a_word_of_its_own_would_be_noticed() -> None:
    page = Page("", ["│ ✖ Oops  azure 12 ms"])

    assert own_words(page, {"azure", "ms"}) == ["Oops"]
