"""Entries as ``journalctl -o json`` prints them: where one is in the journal, when it came, what it says."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tui.engine.lines import Piece

ENTRY_SIZE = 60_000
"""Bytes of an entry from which on it is written anew: 64 KiB are looked at, and its fields come in any order."""
MESSAGE_CAP = 16_384
"""Characters kept of the message of such an entry."""

_CURSOR = re.compile(rb'"__CURSOR":"([^"\\]+)"')
_TIME = re.compile(rb'"__REALTIME_TIMESTAMP":"(\d{1,18})"')
# Neither can stand within a message: its quotes are escaped.


@dataclass(frozen=True, slots=True)
class Place:
    """A place between two entries."""

    cursor: str = ""
    """Of the last entry that told one; empty before the first."""
    after: int = 0
    """Entries taken behind that one: they were cut short before their cursor."""

    @classmethod
    def read(cls, bookmark: str) -> "Place":
        """Return the place that a bookmark stands for."""
        return cls(**json.loads(bookmark)) if bookmark else cls()

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    def behind(self, entries: Sequence[bytes]) -> "Place":
        """Return the place behind some more entries."""
        for back, entry in enumerate(reversed(entries)):
            if found := _CURSOR.search(entry):
                return Place(found[1].decode("ascii", "replace"), back)
        return Place(self.cursor, self.after + len(entries))


class Boundary:
    """Lets through what comes behind a place, from output that begins with the entry at it."""

    def __init__(self, place: Place) -> None:
        self._cursor = place.cursor
        self._left = place.after + bool(place.cursor)

    def passes(self, entries: list[bytes]) -> tuple[list[bytes], bool]:
        """Return the entries that are new, and whether the journal has forgotten the place."""
        if not entries or not self._left:
            return entries, False
        if self._cursor and Place().behind(entries[:1]).cursor != self._cursor:
            self._left = 0
            return entries, True
        self._cursor = ""
        known = min(self._left, len(entries))
        self._left -= known
        return entries[known:], False


def entry_time(entry: bytes) -> float | None:
    """Return when the journal took an entry, in seconds since the epoch."""
    found = _TIME.search(entry)
    return int(found[1]) / 1_000_000 if found else None


def readable(piece: Piece) -> Piece:
    """Return entries with messages of bytes as text, and huge ones short enough to be looked at."""
    huge = sum(len(entry) > ENTRY_SIZE for entry in piece.lines)
    lines = [
        _rewritten(entry) if len(entry) > ENTRY_SIZE or b'"MESSAGE":[' in entry else entry for entry in piece.lines
    ]
    return piece._replace(lines=lines, truncated=max(huge, piece.truncated))


def _rewritten(entry: bytes) -> bytes:
    """Return the time and the message alone; an entry that was cut stays as it is."""
    try:
        fields = json.loads(entry)
    except ValueError:
        return entry
    kept = {"__REALTIME_TIMESTAMP": fields.get("__REALTIME_TIMESTAMP"), "MESSAGE": _text(fields["MESSAGE"])}
    return json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace")


def _text(message: object) -> str:
    """Return what a message says: text, bytes as numbers where it is no UTF-8, or several of either."""
    if not isinstance(message, list):
        return str(message or "")[:MESSAGE_CAP]
    if all(isinstance(byte, int) and 0 <= byte < 256 for byte in message):
        return bytes(message).decode("utf-8", "replace")[:MESSAGE_CAP]
    return "\n".join(map(_text, message))[:MESSAGE_CAP]
