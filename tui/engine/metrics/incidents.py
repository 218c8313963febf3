"""What makes errors equal, and which of them are one incident (semantics R37)."""

import re
from collections import OrderedDict
from functools import lru_cache

from tui.engine.model import LogEvent, Stage

_ONE_INCIDENT_S = 1.0
_INCIDENTS_KEPT = 4096
_SHAPE_LENGTH = 160
_VARIABLE = re.compile(r"\S*\d\S*")

_Incident = tuple[str, str, Stage | None, str | None, str | None, str]


def shape(event: LogEvent) -> str:
    """Return the text with everything that varies between equal errors masked: ids, numbers, times."""
    if event.kind == "config_warning":
        return event.field or ""
    if event.kind == "fallback":
        return event.to or ""
    text = event.text[:_SHAPE_LENGTH]
    for varying in (event.id, event.trace):
        if varying:
            text = text.replace(varying, "#")
    return _masked(text)


@lru_cache(512)
def _masked(text: str) -> str:
    return _VARIABLE.sub("#", text)


class Incidents:
    """Tells a new incident from its echo: equal stage, provider and code within a second (semantics R37).

    Where none of the three is known the shape of the text stands for them. Lines without any time are never
    collapsed, because only their order is known.
    """

    def __init__(self) -> None:
        self._last: OrderedDict[_Incident, float] = OrderedDict()
        self._previous: dict[str, float | None] = {}

    def is_new(self, event: LogEvent, time: float | None) -> bool:
        """Tell whether an error or warning is an incident of its own."""
        source = event.source
        if event.text.startswith("Traceback") and source in self._previous:
            before = self._previous[source]
            if time is None or before is None or abs(time - before) <= _ONE_INCIDENT_S:
                return False
        if event.kind == "error":
            self._previous[source] = time
        if time is None:
            return True
        known = event.stage or event.provider or event.code
        key = (source, event.kind, event.stage, event.provider, event.code, "" if known else shape(event))
        last = self._last.get(key)
        if last is not None and abs(time - last) < _ONE_INCIDENT_S:
            return False
        self._last.pop(key, None)
        self._last[key] = time
        if len(self._last) > _INCIDENTS_KEPT:
            self._last.popitem(last=False)
        return True
