"""Takes off what terminals and copies leave on a line (formats §2.1)."""

import re

from tui.engine.patterns import LazyPattern

_RAW_DIRT = LazyPattern(
    rb"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)"
    rb"|\x1b[@-Z\\^_a-z=>]|\x1b[()][A-Z0-9]|\x00"
)
_DIRT = LazyPattern(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]"
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\x9d]{0,4096}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[@-Z\\^_a-z=>]|\x1b[()][A-Z0-9]|[\x00\ufe0e\ufe0f]"
)
_LOOK = LazyPattern("[\x00\x1b\r\x9b\x9d\ufe0e\ufe0f\ud800-\udfff]")
_LOOK_LINES = LazyPattern("[\n" + _LOOK.pattern[1:])
_SURROGATES = LazyPattern("[\ud800-\udfff]+")


def clean_bytes(raw: bytes) -> bytes:
    """Return the line without NULs and terminal sequences, so that byte patterns see what a reader sees."""
    return _RAW_DIRT.sub(b"", raw)


def is_clean(text: str) -> bool:
    """Tell whether a text is one line in which nothing but its head may have to be cleaned."""
    return _LOOK_LINES.search(text) is None


def without_head(text: str) -> str:
    """Return a text that is clean otherwise without what a copy left before it."""
    return text.lstrip("\ufeff").removeprefix("^C")


def clean_text(text: str) -> str:
    """Return the text as a reader saw it: no sequences, no overwritten part, no variation selectors.

    Lone surrogates (JSON may hold them) become U+FFFD, so that every event can be written out.
    """
    if text[:1] == "\ufeff":
        text = text.lstrip("\ufeff")
    if _LOOK.search(text):
        text = _DIRT.sub("", text)
        text = without_halves(text)
        if "\r" in text:
            text = text.rstrip("\r").rpartition("\r")[2]
        text = text.removeprefix("\ufeff")
    return text.removeprefix("^C")


def without_halves(text: str) -> str:
    """Return the text with U+FFFD for each half of a surrogate pair, which nothing can write out."""
    return text if text.isascii() else _SURROGATES.sub(_joined, text)


def _joined(found: re.Match[str]) -> str:
    return found.group().encode("utf-16", "surrogatepass").decode("utf-16", "replace")
