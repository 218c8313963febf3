"""A first playbook for an error that has none, written from the shape that its lines have in common."""

import re

import tomlkit

from tui.engine.model import ErrorGroup
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text
from tui.engine.shapes import line_shape
from tui.engine.text import t

_SIGNS = re.compile(r"[^\w\[(<\"'/.#-]+")

WORDS = 8
"""Of the shape that go into the pattern: later ones are often what somebody said."""


def draft(group: ErrorGroup) -> tuple[str, str]:
    """Return a name for the playbook, and the file: TOML, to be finished by hand."""
    name = f"ours.{_slug(group)}"
    seen = safe_text(redact(group.text), 300)
    where = " ".join(filter(None, (group.stage, group.provider, group.code)))
    table = tomlkit.table()
    table["match"] = [pattern(group.text)]
    table["applies_to"] = [group.kind]
    table["severity"] = "critical" if group.kind in {"error", "config_warning"} else "warning"
    table["title"] = safe_text(redact(where) or seen, 60)
    table["cause"] = ""
    table["steps"] = [t("draft.step")]
    table["commands"] = []
    document = tomlkit.document()
    for line in t("draft.head", text=seen).strip().splitlines():
        document.add(tomlkit.comment(line))
    document[name] = table
    return name, tomlkit.dumps(document)


def _slug(group: ErrorGroup) -> str:
    """Return a name of letters, digits and dashes from what is known of an error, else from its first words."""
    known = " ".join(filter(None, (group.stage, group.provider, group.code)))
    words = re.findall(r"[a-z0-9]+", (known or safe_text(group.text, 80)).lower())
    return "-".join(words[:5])[:40] or group.kind.replace("_", "-")


def pattern(text: str) -> str:
    """Return a regular expression for the lines of this one's kind: what varies between them is left open.

    Words of signs alone, as emoji are, stay out at the beginning: not every log keeps them (semantics R59).
    """
    words = line_shape(text).removesuffix(" …").split()
    while len(words) > 1 and _SIGNS.fullmatch(words[0]):
        del words[0]
    del words[WORDS:]
    while len(words) > 1 and words[-1] == "#":
        words.pop()
    return r"\s+".join(map(_word, words))


def _word(word: str) -> str:
    if word == "#":
        return ".{1,300}"  # may stand for several
    if "***" in word or not word.isprintable():
        return r"\S{1,300}"
    return ".{0,200}".join(re.sub(r"\d+", r"\\d+", re.escape(part)) for part in word.split("#"))
