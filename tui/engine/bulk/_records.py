"""Where among some lines a record begins for sure, so that a log can be cut there."""

import re

from tui.engine.envelopes._cleaning import clean_bytes
from tui.engine.envelopes._envelope import unwrap
from tui.engine.parser._parser import MAX_LINE
from tui.engine.parser._record import TRACEBACK, is_tail

_CUT_WITHIN = 2000
_MAY_END_TRACEBACK = re.compile(r"[A-Za-z_]")


def last_cut(lines: list[bytes]) -> int | None:
    """Return the last index at which a record begins for sure, None if there is none near the end."""
    for index in range(len(lines) - 1, max(0, len(lines) - _CUT_WITHIN), -1):
        if begins_record(lines[index]) and ends_whole(lines, index):
            return index
    return None


def ends_whole(lines: list[bytes], end: int) -> bool:
    """Tell whether what stands above an index waits for nothing: no rest of a line, no traceback's next line."""
    for index in range(end - 1, -1, -1):
        found = unwrap(_text(lines[index]))
        if found.partial:
            return False
        if found.message.strip():
            return not found.message.startswith(TRACEBACK)
    return False


def begins_record(raw: bytes) -> bool:
    """Tell whether a line belongs to no record above it, whatever that is (semantics R38)."""
    found = unwrap(_text(raw))
    if not found.message.strip() or found.message.startswith(TRACEBACK) or is_tail(found):
        return False
    explicit = found.level is not None or found.fields is not None
    return explicit or _MAY_END_TRACEBACK.match(found.message) is None


def _text(raw: bytes) -> str:
    return clean_bytes(raw[:MAX_LINE]).decode("utf-8", "replace")
