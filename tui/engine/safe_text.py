"""The one gate between text from outside and anything that shows it (reliability §3).

Log lines, host names, paths, banners and exception messages may carry terminal escapes, controls,
bidirectional overrides or lone surrogates. ``safe_text`` makes each of them visible and harmless.
"""

import re
import unicodedata
from functools import cache

MAX_LENGTH = 2000

_SGR = re.compile(r"(?:\x1b\[|\x9b)[0-9;:]{0,64}m")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@cache
def _visible(char: str) -> str:
    """Return what stands for one character on a screen."""
    code = ord(char)
    if char == "\t":
        return "    "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    category = unicodedata.category(char)
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return ""
    if category == "Cs":
        return "\ufffd"
    if category in _HIDDEN or 0x1F3FB <= code <= 0x1F3FF:
        return f"⟨{code:x}⟩"
    return " " if category == "Zs" else char


def safe_text(text: str, limit: int = MAX_LENGTH) -> str:
    """Return ``text`` fit for a terminal, a mail or a page: nothing raw, nothing silently gone.

    Colour sequences are dropped; tabs become spaces; other controls become pictures (``␛``), format
    characters their number (``⟨202e⟩``). Longer text is cut at ``limit`` characters and marked ``…``.
    Idempotent; never raises. Plain text, not markup: never pass the result through a markup parser.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    shown = "".join(map(_visible, _SGR.sub("", text)))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
