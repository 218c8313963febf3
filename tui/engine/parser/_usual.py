"""Latencies whose lines were understood before, but for time, trace, number and rest: most of a busy log.

What stands around these parts in a line that took the whole way is remembered with what it meant. A line that has
the same there, byte for byte, and between it nothing but a time, printable ASCII and a plain number, means the same:
no wrapping goes on with such a tag, no dialect asked before knows it, and nothing else of it is looked at. Whatever is
not surely so takes the whole way, which stays the definition.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import tzinfo
from itertools import accumulate
from typing import NamedTuple

from tui.engine.dialects._dialect import own_dialects
from tui.engine.dialects._message import TEXT_LENGTH, known_trace, milliseconds
from tui.engine.envelopes._envelope import _starting_with
from tui.engine.envelopes._json import is_one_record
from tui.engine.envelopes._stamps import seconds
from tui.engine.model import LogEvent
from tui.engine.patterns import LazyPattern

_TOKENS = (b"TTFB=", b".ttfb=", b"(Turn Latency): ")
"""Each such line holds one of them."""

_NOTHING_ELSE = (None,) * (LogEvent._fields.index("text") - LogEvent._fields.index("trace") - 1)

_KEPT = 256
_SECONDS_KEPT = 64

_TAG = rb"\[(?:STT|LLM|TTS) [A-Za-z0-9_ .-]+\] "
_METRIC = rb"\[Metrics\] [a-z]\w*_(?:stt|llm|tts)(?:_stream)?\.ttfb=|\[LATENCY\] TTFA \(Turn Latency\): "
_VALUE = rb"(?P<label>TTFB=)?(?P<value>\d{1,6}(?:\.\d{1,6})?ms)(?! m?s\b)"

_PLAIN = LazyPattern(
    rb"(?:(?P<second>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(?P<fraction>\d{1,9})Z )?"
    rb"(?P<head>[^\x00-\x7f]{2,8} (?:" + _TAG + rb"|" + _METRIC + rb"))(?:trace=(?P<trace>[!-~]+) )?"
    rb"" + _VALUE + rb"(?P<rest>(?: [ -~]*[!-~])?)(?P<traced>)(?P<tail>)"
)
"""Behind a platform's time, or none, and a symbol."""

_JSON = LazyPattern(
    rb'\{"timestamp": "(?P<second>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[,.](?P<fraction>\d{1,9})'
    rb'(?P<head>", [^\\\[]*"message": "(?:(?:\\u[0-9a-f]{4}){1,2} )?(?:' + _TAG + rb"|" + _METRIC + rb"))"
    rb"(?:trace=(?P<trace>[!#-\[\]-~]+) )?" + _VALUE + rb"(?P<rest>(?: [ !#-\[\]-~]*[!#-\[\]-~])?)"
    rb'"(?:(?P<traced>, "trace_id": ")[ !#-\[\]-~]*")?(?P<tail>[^\\]*\})'
)
"""In a record of the orchestrator's logger; of the fields behind the message one more may differ, the trace's id."""

_Around = tuple[bytes, bytes | None, bool, bytes | None, bytes]
"""What lines have in common: up to the trace or the number, before the number, whether there is a trace, behind."""


class _Meaning(NamedTuple):
    """What such lines mean."""

    event: LogEvent
    text: str
    """Up to the trace or the number."""


class UsualLines:
    """The latencies of one source that are laid out like one that was understood."""

    def __init__(self, source: str, tz: tzinfo | None) -> None:
        """``tz`` is the zone of times without one; None is the machine's own."""
        self._source = source
        self._tz = tz
        self._known: dict[_Around, _Meaning] = {}
        self._seconds: dict[bytes, float | None] = {}

    @property
    def any_known(self) -> bool:
        """Tell whether it is worth looking."""
        return bool(self._known)

    def events(self, lines: Sequence[bytes], first: int, arrived: float | None) -> dict[int, LogEvent]:
        """Return what is surely a latency among some lines, by their numbers from ``first`` on."""
        found: dict[int, LogEvent] = {}
        block, ends = b"\n".join(lines), list(accumulate(len(line) + 1 for line in lines))
        for token in _TOKENS if self._known else ():
            at = block.find(token)
            while at >= 0:
                index = bisect_right(ends, at)
                event = self._read(lines[index], first + index, arrived)
                if event is not None:
                    found[first + index] = event
                at = block.find(token, ends[index])
        return found

    def _read(self, raw: bytes, number: int, arrived: float | None) -> LogEvent | None:
        parts = (_JSON if raw[:1] == b"{" else _PLAIN).fullmatch(raw)
        if parts is None:
            return None
        second, fraction, head, trace, label, value, rest, traced, tail = parts.groups()
        known = self._known.get((head, label, trace is not None, traced, tail))
        if known is None or (label is None and b"FAILED" in rest):
            return None
        time = self._time(second, fraction)
        ms = milliseconds(value.decode(), "ms")
        if ms is None or (time is None) is not (second is None):
            return None
        event, text = known
        # All fields by place: names would cost as much again as the event.
        return LogEvent._make(
            (
                event.kind,
                self._source,
                number,
                time,
                arrived,
                event.dialect,
                event.level,
                event.stage,
                event.provider,
                ms,
                None if trace is None else known_trace(trace.decode()),
                *_NOTHING_ELSE,
                (text + _varying(raw, parts))[:TEXT_LENGTH],
                None,
            )
        )

    def _time(self, second: bytes | None, fraction: bytes) -> float | None:
        if second is None:
            return None
        if second in self._seconds:
            whole = self._seconds[second]
        else:
            if len(self._seconds) >= _SECONDS_KEPT:
                self._seconds.clear()
            zone = "Z" if b"T" in second else ""
            whole = self._seconds[second] = seconds(second.decode() + zone, self._tz, 0.0)
        return None if whole is None else whole + float(b"0." + fraction)

    def learn(self, raw: bytes, event: LogEvent) -> None:
        """Remember what a line meant that took the whole way, if it is laid out so."""
        quoted = raw[:1] == b"{"
        parts = (_JSON if quoted else _PLAIN).fullmatch(raw)
        if parts is None or len(self._known) >= _KEPT or own_dialects():
            return
        _, _, head, trace, label, _, _, traced, tail = parts.groups()
        around, varying = (head, label, trace is not None, traced, tail), _varying(raw, parts)
        if around in self._known or not event.text.endswith(varying) or len(event.text) == TEXT_LENGTH:
            return
        if not _begins_plainly(event) or (quoted and not is_one_record(raw)):
            return
        self._known[around] = _Meaning(event, event.text.removesuffix(varying))
        if self._read(raw, event.line, event.arrived) != event:
            del self._known[around]


def _varying(raw: bytes, parts: re.Match[bytes]) -> str:
    """Return a message from its trace or number on."""
    return raw[parts.end("head") : parts.end("rest")].decode()


def _begins_plainly(event: LogEvent) -> bool:
    """Tell whether no wrapping begins as a message does: with the tag of a stage, or with a symbol."""
    return event.dialect == "guide" if event.text[0] == "[" else not _starting_with(event.text[0])
