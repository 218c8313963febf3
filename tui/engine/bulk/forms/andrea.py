"""The orchestrator's JSON records, with whatever fields before and behind the message."""

import json
import re

from tui.engine.bulk._clock import Stamp
from tui.engine.bulk.forms._pieces import Place
from tui.engine.model import LogEvent

_LINE = re.compile(
    rb'(?P<prefix>\{"timestamp": ")\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?P<separator>[,.])(?P<fraction>\d{1,9})'
    rb'", [^\\]*?"message": "(?P<message>(?:\\u[0-9a-f]{4})*[^"\\]*)(?P<tail>"[^\\]*)'
)
_TRACE_ID = re.compile(rb'(?P<tail>", "trace_id": ")[^"]*(?P<after>".*)')
_UNLIKE = {"record", "err"}


def place(raw: bytes, _event: LogEvent) -> Place | None:
    """Return where the message stands in such a record; behind it may be one more text that varies, the trace's id."""
    found = _LINE.fullmatch(raw)
    if not found or not _is_usual(raw):
        return None
    stamp = Stamp(found["prefix"], found["separator"], len(found["fraction"]), "")
    tail, after = found["tail"], None
    if traced := _TRACE_ID.fullmatch(tail):
        tail, after = traced["tail"], traced["after"]
    return Place(stamp, found.start("message"), found.end("message"), tail, after, quoted=True)


def _is_usual(raw: bytes) -> bool:
    """Tell whether a record is plain ASCII and has every field once."""
    keys: list[str] = []

    def noted(pairs: list[tuple[str, object]]) -> dict[str, object]:
        keys.extend(key for key, _ in pairs)
        return dict(pairs)

    try:
        json.loads(raw, object_pairs_hook=noted)
    except ValueError:
        return False
    return raw.isascii() and len(keys) == len(set(keys)) and _UNLIKE.isdisjoint(keys)
