"""A failure on its way through the parser: its first line and whatever follows that belongs to it."""

import re

from tui.engine.dialects._dialect import meaning
from tui.engine.dialects._message import TEXT_LENGTH
from tui.engine.envelopes._envelope import Unwrapped
from tui.engine.model import LogEvent, LogLine
from tui.engine.patterns import LazyPattern

MAX_MORE = 256
"""Lines of a traceback or dump that are kept: its beginning and its end."""

TRACEBACK = "Traceback (most recent call last)"

_TAIL = LazyPattern(r"\s|[}\])>]+[,;]?\s*$|File \"|During handling of |The above exception |" + re.escape(TRACEBACK))
_SUMMARY = LazyPattern(r"[A-Za-z_][\w.]*(?:: |:?$)")
_EXCEPTION = LazyPattern(
    r"[\s|+-]*(?P<text>[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Timeout|Closed\w*|Group)\b(?::? .*|:?$))"
)


def is_tail(found: Unwrapped) -> bool:
    """Tell whether a line can only belong to the record above it (formats §2.6, semantics R38)."""
    if found.fields is not None or found.level is not None:
        return False
    return not found.message or _TAIL.match(found.message) is not None


class Record:
    """An error or a warning and the lines below it; nothing else is ever waited for."""

    def __init__(self, line: LogLine, event: LogEvent | None) -> None:
        """``event`` is None for a record whose lines are only to be swallowed."""
        self.line = line
        self.event = event
        self._more = line.more.split("\n") if line.more else []
        self._refined = not self._more
        self._in_traceback = line.message.startswith(TRACEBACK)

    @property
    def is_bare_header(self) -> bool:
        """A traceback's first line of which nothing followed: another record broke in."""
        return self._in_traceback and not self._more and self.line.message.startswith(TRACEBACK)

    def takes(self, found: Unwrapped) -> bool:
        """Add a line if it belongs here: what is_tail knows, a logged traceback, a traceback's last line."""
        message = found.message
        if not message.strip():
            return True
        if message.startswith(TRACEBACK) and (found.level is not None or found.fields is not None):
            if found.level != self.line.level and (self.event is None or self.event.kind != "error"):
                return False
            self._in_traceback = not found.more
        elif not is_tail(found):
            summary = self._in_traceback and found.level is None and found.fields is None
            if not (summary and _SUMMARY.match(message)):
                return False
            self._in_traceback = False
        elif message.startswith(TRACEBACK):
            self._in_traceback = True
        self._add(message)
        for line in found.more.split("\n") if found.more else ():
            self._add(line)
        return True

    def _add(self, text: str) -> None:
        self._refined = False
        self._more.append(text)
        if len(self._more) > MAX_MORE:
            del self._more[MAX_MORE // 2]

    def finished(self) -> LogEvent | None:
        """Return the event with what the lines below it tell: code, call and the exception's last line."""
        if self.event is None or self._refined:
            return self.event
        again = meaning(self.line._replace(more="\n".join(self._more)))
        found = again if isinstance(again, LogEvent) else self.event
        last = next((hit["text"] for text in reversed(self._more) if (hit := _EXCEPTION.match(text))), "")
        if not last:
            return found
        head = "" if self.line.message.startswith(TRACEBACK) else f"{self.line.message[: TEXT_LENGTH // 2]} — "
        return found._replace(text=(head + last)[:TEXT_LENGTH])
