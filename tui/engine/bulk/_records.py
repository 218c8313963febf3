"""Where among some lines a record begins for sure, so that a log can be cut there."""

import re

from tui.engine.envelopes._cleaning import clean_bytes
from tui.engine.envelopes._envelope import Unwrapped, unwrap
from tui.engine.parser._parser import MAX_LINE
from tui.engine.parser._record import TRACEBACK, is_tail

_CUT_WITHIN = 2000
_MAY_END_TRACEBACK = re.compile(r"[A-Za-z_]")
_KEPT, _LONGEST = 2000, 1000
"""Lines remembered, and bytes of each at most."""

_AS_ZERO, _AS_ONE = (
    bytes(ord(digit) if chr(char).isdigit() else char for char in range(128)) + bytes(range(128, 256)) for digit in "01"
)


_usual = set[bytes]()
"""Lines that stand alone whatever their digits are, with zeros for these."""


def last_cut(lines: list[bytes]) -> int | None:
    """Return the last index at which a record begins for sure, None if there is none near the end."""
    for index in range(len(lines) - 1, max(0, len(lines) - _CUT_WITHIN), -1):
        if begins_record(lines[index]) and ends_whole(lines, index):
            return index
    return None


def ends_whole(lines: list[bytes], end: int) -> bool:
    """Tell whether what stands above an index waits for nothing: no rest of a line, no traceback's next line."""
    for index in range(end - 1, -1, -1):
        if _is_usual(lines[index]):
            return True
        found = _unwrapped(lines[index])
        if found.partial:
            return False
        if found.message.strip():
            return not found.message.startswith(TRACEBACK)
    return False


def begins_record(raw: bytes) -> bool:
    """Tell whether a line belongs to no record above it, whatever that is (semantics R38)."""
    return _is_usual(raw) or _begins(_unwrapped(raw))


def _is_usual(raw: bytes) -> bool:
    """Tell whether a line surely begins a record and is whole: it does with its digits, and with ones.

    What is taken off a line depends on where it has digits, not on which; where a certain one is wanted it is a 1, and
    what begins a record with all taken off does so with less. An escape in JSON may stand for a space, though.
    """
    line = raw.translate(_AS_ZERO)
    if line in _usual:
        return True
    if len(_usual) >= _KEPT or len(raw) > _LONGEST or b"\\u" in raw:
        return False
    if not (_stands_alone(_unwrapped(raw)) and _stands_alone(_unwrapped(raw.translate(_AS_ONE)))):
        return False
    _usual.add(line)
    return True


def _stands_alone(found: Unwrapped) -> bool:
    return _begins(found) and not found.partial


def _begins(found: Unwrapped) -> bool:
    if not found.message.strip() or found.message.startswith(TRACEBACK) or is_tail(found):
        return False
    explicit = found.level is not None or found.fields is not None
    return explicit or _MAY_END_TRACEBACK.match(found.message) is None


def _unwrapped(raw: bytes) -> Unwrapped:
    return unwrap(clean_bytes(raw[:MAX_LINE]).decode("utf-8", "replace"))
