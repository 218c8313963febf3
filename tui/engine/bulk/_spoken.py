"""Lines that carry what callers say and what is said to them: nothing, whatever the words are (semantics R79).

Words of printable characters alone, in JSON without quotation marks and with no escapes but of Latin letters, change
nothing in what the one wrapping around them makes of the rest of the line; no other goes on with such a symbol as
stands before them; and whether a message quotes anybody is asked before any dialect, and told by its begin. So what
stands before and behind the words of a line that was understood tells of any other line with the same that it means
nothing; and that it is of known writing, where that is so with hardly any words. A trace's id is no more than a word.
"""

import json
from collections.abc import Callable

from tui.engine.bulk._familiar import KNOWN
from tui.engine.bulk._records import begins_record
from tui.engine.dialects._speech import is_speech
from tui.engine.envelopes._envelope import _starting_with, unwrap
from tui.engine.model import LogEvent
from tui.engine.patterns import LazyPattern

_KEPT = 256
_LONGEST = 8192

_PRINTABLE = rb"[ !#-\[\]-~]*+"
# Nothing is tried twice below: a line of many colons would take long.
_JSON = LazyPattern(
    rb'(?P<stamp>\{"timestamp": "\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]\d{1,9})'
    rb'(?P<head>(?>", [^\\]*?"message": "(?:\\u[0-9a-f]{4})*+[^"\\]*?: ))'
    rb"" + _PRINTABLE + rb"(?:\\u00[a-f][0-9a-f]" + _PRINTABLE + rb')*+(?P<tail>"[^\\]*)'
)
_PLAIN = LazyPattern(
    rb"(?P<stamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z)(?P<head>(?> [^\x00-\x7f]{2,8} [ -~]*?: ))"
    rb"[ -~]*+(?:(?:\xc2[\xa0-\xbf]|[\xc3-\xc9][\x80-\xbf])[ -~]*+)*+(?P<tail>)"
)
_TRACE = LazyPattern(rb'(?<="trace_id": ")' + _PRINTABLE + rb'(?=")')
_SYMBOL = LazyPattern(r"[^\w\s.:|\[-]")
"""Behind a platform's time: see the wrapping of that name."""

_WORD = "~"
"""In no piece of text that shows whose writing a line is."""


class SpokenLines:
    """Remembers what stands around such words."""

    def __init__(self, ask: Callable[[bytes], LogEvent | int]) -> None:
        """``ask`` returns what the plain parser makes of a line alone: see ``Verdicts``."""
        self._ask = ask
        self._known: set[tuple[bytes, bytes]] = set()

    def knows(self, raw: bytes) -> bool:
        """Tell whether a line is surely one of these: of known writing, and nothing."""
        parts = _parts(raw) if self._known else None
        return parts is not None and (parts[1], parts[2]) in self._known

    def learn(self, raw: bytes) -> None:
        """Remember what stands around the words of a line, if it is one of these."""
        parts = _parts(raw) if len(self._known) < _KEPT else None
        if parts is None:
            return
        stamp, head, tail = parts
        line = stamp + head + _WORD.encode() + tail
        if (head, tail) not in self._known and _quotes(line) and self._ask(line) == KNOWN:
            self._known.add((head, tail))


def _parts(raw: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return what stands up to the time, between that and the words, and behind them."""
    found = (_JSON if raw[:1] == b"{" else _PLAIN).fullmatch(raw) if len(raw) <= _LONGEST else None
    if found is None:
        return None
    return found["stamp"], found["head"], _TRACE.sub(_WORD.encode(), found["tail"])


def _quotes(line: bytes) -> bool:
    """Tell whether a message of hardly any words is one of these by its begin, and wrapped only once."""
    try:
        message = json.loads(line)["message"] if line[:1] == b"{" else line.decode().partition(" ")[2]
    except (ValueError, KeyError):
        return False
    if not isinstance(message, str) or not _SYMBOL.match(message) or _starting_with(message[0]):
        return False
    begin = message.removesuffix(_WORD).strip()
    return is_speech(begin) and unwrap(line.decode()).message == message and begins_record(line)
