"""No sentence stands in the code of what talks to a user: all of them are in the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TALKING = [
    *sorted((ROOT / "tui").glob("*.py")),
    *sorted((ROOT / "tui" / "screens").rglob("*.py")),
    *sorted((ROOT / "tui" / "commands").rglob("*.py")),
    *sorted((ROOT / "widgets").rglob("*.py")),
]
SHOWING = {"Label", "Static", "Text", "Content", "Option", "Button", "Run", "notify", "echo", "secho"}
SHOWING |= {"UsageError", "ConfigError", "SystemCommand"}
"""Whoever calls these shows their first argument."""
SHOWN = {"border_title", "border_subtitle", "placeholder", "help"}
"""What is assigned to these, or passed by these names, is shown."""
NAMES = {"STT", "LLM", "TTS", "TTFB", "voxtop", "Tab", "ms", "min", "min:", "kB"}
"""The same in every language."""

_WORD = re.compile(r"[^\W\d_]{2,}")


def _words(node: ast.expr | None) -> Iterator[str]:
    """Yield the words of a text that is written here; what is put into it is somebody else's."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from (word for word in _WORD.findall(node.value) if word not in NAMES)
    elif isinstance(node, ast.JoinedStr):
        for piece in node.values:
            yield from _words(piece)
    elif isinstance(node, ast.BinOp | ast.IfExp | ast.BoolOp):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr) and child is not getattr(node, "test", None):
                yield from _words(child)


def written(code: str) -> list[str]:
    """Return the words that a module would show without the catalogue, each with its line."""
    found = []
    for node in ast.walk(ast.parse(code)):
        shown: list[ast.expr | None] = []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            shown = [node.args[0]] if name in SHOWING and node.args else []
            shown += [each.value for each in node.keywords if each.arg in SHOWN]
        elif isinstance(node, ast.Assign):
            shown = [node.value] if any(getattr(each, "attr", "") in SHOWN for each in node.targets) else []
        found += [f"{node.lineno}: {word}" for each in shown for word in _words(each)]
    return found


@pytest.mark.parametrize("path", TALKING, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_shown_comes_from_the_catalogue(path: Path) -> None:
    assert written(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        "Static('Hello')",
        "self.notify(f'{name} is gone')",
        "box.border_title = 'Title'",
        "Input(placeholder='type here')",
        "click.echo('done' if ok else fail)",
    ],
)
def test_a_sentence_in_the_code_would_be_noticed(code: str) -> None:
    assert written(code)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tui" / "engine" / "text" / "es").glob("*.toml")), ids=lambda path: path.stem
)
def test_spanish_has_one_word_for_one_thing(path: Path) -> None:
    """They are «archivo», «log» and «orden»."""
    assert re.findall(r"(?i)\b(?:fichero|registro|comando)s?\b", path.read_text(encoding="utf-8")) == []
