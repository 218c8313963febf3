"""What the messages of latencies and calls look like, and the layouts they give wherever such messages stand."""

from typing import NamedTuple

from tui.engine.bulk._call_layout import CallLayout
from tui.engine.bulk._clock import Stamp
from tui.engine.bulk._layouts import Layout
from tui.engine.bulk._sample_layout import SampleLayout
from tui.engine.envelopes._envelope import _starting_with
from tui.engine.model import LogEvent
from tui.engine.patterns import LazyPattern

_SAMPLE = LazyPattern(rb"\[(?:STT|LLM|TTS) [A-Za-z0-9_ .-]+\] (?:(?P<trace>trace=)[!-~]+ )?(?P<label>TTFB=)\d")
"""No wrapping goes on with such a tag, and no dialect before the guide's knows it."""

_METRIC = LazyPattern(
    rb"(?P<lead>[^ -~]{2,8} |(?:\\u[0-9a-f]{4}){1,2} )?"
    rb"(?P<label>\[Metrics\] [a-z]\w*_(?:stt|llm|tts)(?:_stream)?\.ttfb=|\[LATENCY\] TTFA \(Turn Latency\): )\d"
)
"""Behind a symbol with which no wrapping begins; no dialect before the orchestrator's knows these tags.

A line of the first kind that says ``FAILED`` further on is an error: such lines are never looked for.
"""

_CALL = LazyPattern(
    rb"(?:[^ -~]{2,8} |(?:\\u[0-9a-f]{4}){1,2} )?"
    rb"(?:WS (?:CONNECTION \| Client: [^\s,\"]+, |CLOSED \| )ID: (?P<id>[!-~]+?)(?P<duration> duration=\d{1,6}s)?"
    rb"|WebSocket disconnected: [!-~]+ \(ID: (?P<id2>[^) ]+)\))"
)
_DURATION = b" duration="


class Place(NamedTuple):
    """Where in a raw line its message stands."""

    stamp: Stamp
    begin: int
    end: int
    tail: bytes = b""
    after: bytes | None = None
    quoted: bool = False


def layout(raw: bytes, event: LogEvent, place: Place) -> Layout | None:
    """Return the layout of a line whose message is one of those above, else None."""
    if event.kind == "ttfb" and event.dialect == "guide":
        return _sample(raw, place)
    if event.kind in {"ttfb", "turn"} and event.dialect == "andrea":
        return _metric(raw, event, place)
    return _call(raw, event, place) if event.kind in {"call_opened", "call_closed"} else None


def _sample(raw: bytes, place: Place) -> SampleLayout | None:
    found = _SAMPLE.match(raw, place.begin)
    if not found:
        return None
    begin = place.stamp.size
    head, label = raw[begin : found.end("label")], b""
    if found["trace"]:
        head, label = raw[begin : found.end("trace")], b" TTFB="
    return SampleLayout(
        place.stamp, head, place.begin - begin, bool(label), label, place.tail, place.after, place.quoted
    )


def _metric(raw: bytes, event: LogEvent, place: Place) -> SampleLayout | None:
    found = _METRIC.match(raw, place.begin)
    if not found or (place.quoted and (not found["lead"] or _starting_with(event.text[0]))):
        return None
    begin = place.stamp.size
    head, message = raw[begin : found.end("label")], found.start("label") - begin
    return SampleLayout(
        place.stamp, head, message, token=False, label=b"", tail=place.tail, after=place.after, quoted=place.quoted
    )


def _call(raw: bytes, event: LogEvent, place: Place) -> CallLayout | None:
    found = _CALL.fullmatch(raw, place.begin, place.end)
    if not found or event.dialect not in {"guide", "andrea"}:
        return None
    group = "id" if found["id"] else "id2"
    id_, duration = found[group].decode(), (found["duration"] or b"").decode()
    if event.id != id_ or event.duration_s != (float(duration[10:-1]) if duration else None):
        return None
    end = found.end("duration") if duration else found.end(group)
    return CallLayout(
        place.stamp,
        raw[place.stamp.size : found.start(group)],
        (raw[found.end(group) :] + b"\n")[:1],
        _DURATION if duration else b"",
        raw[end : place.end] + place.tail,
        place.after,
        place.quoted,
    )
