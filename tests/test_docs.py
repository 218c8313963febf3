"""What the documentation says can be found: links, pictures, commands, the rows of the guide."""

import re
import shlex
from pathlib import Path

import pytest

from tests.key_card import card, path_of
from tui.commands import COMMANDS
from tui.engine.text import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"`(voxtop [^`]+)`")


def _anchors(page: Path) -> set[str]:
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_link_is_dead(page: Path) -> None:
    dead = []
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            dead.append(link)

    assert dead == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")

    names = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert [name for name in sorted(names) if f"({name})" not in index] == []


def test_every_picture_is_shown_somewhere() -> None:
    texts = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)

    assert [each.name for each in (ROOT / "docs" / "pictures").iterdir() if f"pictures/{each.name}" not in texts] == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_key_card_tells_the_keys_there_are(language: str) -> None:
    """``make pictures`` writes it anew."""
    assert path_of(language).read_text(encoding="utf-8") == await card(language)


def test_the_commands_in_the_map_of_the_guide_exist() -> None:
    text = (ROOT / "docs" / "from-grep.md").read_text(encoding="utf-8").replace("\\|", "|")
    called = [shlex.split(call.split("|")[0])[1] for call in _CODE.findall(text)]

    assert called
    assert [word for word in called if word not in COMMANDS and not word.startswith(("-", "docker:"))] == []


GUIDE = {
    "§1": 3,
    "§2": 4,
    "§3": 2,
    "§4": 2,
    "§5": 2,
    "option A": 2,
    "option B": 6,
    "scenario": 3,
}
"""How many commands, alerts and scenarios each part of the guide has."""


@pytest.mark.parametrize("part", GUIDE)
def test_everything_in_the_guide_has_its_row(part: str) -> None:
    text = (ROOT / "docs" / "from-grep.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith(f"| {part}")]

    assert len(rows) == GUIDE[part]
    assert all(cell.strip() for row in rows for cell in row.replace("\\|", "").split("|")[1:4] if part[0] == "§")
