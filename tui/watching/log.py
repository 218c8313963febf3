"""The log of ``voxtop watch``: one line for each event on stderr, as logfmt or as JSON."""

import json
import re
import sys
from datetime import UTC, datetime
from typing import Literal, TextIO

from tui.engine.clock import Clock
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text

Form = Literal["logfmt", "json"]
Level = Literal["info", "warning", "error"]

_PLAIN = re.compile(r"[^\s\"=]+")


class EventLog:
    """Writes events with their values; texts are masked and made harmless on the way."""

    def __init__(self, clock: Clock, form: Form = "logfmt", stream: TextIO = sys.stderr) -> None:
        self._clock = clock
        self._form = form
        self._stream = stream

    def write(self, event: str, level: Level = "info", **values: object) -> None:
        """Write one line; values that are None or empty are left out."""
        time = datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="milliseconds")
        shown = {key: _shown(value) for key, value in values.items() if value not in {None, ""}}
        line = {"time": time.replace("+00:00", "Z"), "level": level, "event": event, **shown}
        text = json.dumps(line, ensure_ascii=False) if self._form == "json" else _logfmt(line)
        self._stream.write(text + "\n")
        self._stream.flush()


def _shown(value: object) -> object:
    if isinstance(value, bool | int | float):
        return value
    return safe_text(redact(str(value)), 500)


def _logfmt(line: dict[str, object]) -> str:
    return " ".join(f"{key}={_quoted(value)}" for key, value in line.items())


def _quoted(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
