"""The orchestrator's JSON records, with whatever fields before and behind the message."""

from tui.engine.bulk._clock import Stamp
from tui.engine.bulk.forms._pieces import Place
from tui.engine.envelopes._json import is_one_record
from tui.engine.model import LogEvent
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    rb'(?P<prefix>\{"timestamp": ")\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?P<separator>[,.])(?P<fraction>\d{1,9})'
    rb'", [^\\]*?"message": "(?P<message>(?:\\u[0-9a-f]{4})*[^"\\]*)(?P<tail>"[^\\]*)'
)
_TRACE_ID = LazyPattern(rb'(?P<tail>", "trace_id": ")[^"]*(?P<after>".*)')


def place(raw: bytes, _event: LogEvent) -> Place | None:
    """Return where the message stands in such a record; behind it may be one more text that varies, the trace's id."""
    found = _LINE.fullmatch(raw)
    if not found or not raw.isascii() or not is_one_record(raw):
        return None
    stamp = Stamp(found["prefix"], found["separator"], len(found["fraction"]), "")
    tail, after = found["tail"], None
    if traced := _TRACE_ID.fullmatch(tail):
        tail, after = traced["tail"], traced["after"]
    return Place(stamp, found.start("message"), found.end("message"), tail, after, quoted=True)
