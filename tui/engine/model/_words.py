"""The words of the field: stages, kinds of event, levels, states."""

from enum import StrEnum
from typing import Literal

Stage = Literal["STT", "LLM", "TTS"]
STAGES: tuple[Stage, ...] = ("STT", "LLM", "TTS")

Kind = Literal[
    "ttfb",
    "turn",
    "call_opened",
    "call_closed",
    "socket_opened",
    "socket_closed",
    "fallback",
    "recovery",
    "config_warning",
    "error",
    "warning",
    "process_start",
    "process_ready",
    "process_stop",
    "key_present",
]
"""What a log event is. ``process_ready`` (start-up complete) and ``key_present`` (``… configured: True``)
serve the store only and are not printed by ``voxtop events``."""

Level = Literal["debug", "info", "warning", "error", "critical"]


class Status(StrEnum):
    """How a figure stands against its limits; values as in reports."""

    OK = "ok"
    NO_DATA = "no_data"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Order for "the worst of": ok < no data < warning < critical."""
        return _RANK[self]


_RANK = {Status.OK: 0, Status.NO_DATA: 1, Status.WARNING: 2, Status.CRITICAL: 3}


Severity = Literal["warning", "critical"]
"""How bad what an alert tells is."""


class SourceState(StrEnum):
    """What a source is doing."""

    CONNECTING = "connecting"
    """Not read yet, or history is still being read."""
    LIVE = "live"
    """The last read worked and lines arrived lately."""
    QUIET = "quiet"
    """The last read worked, but no line came for a while: neither good nor bad."""
    STALE = "stale"
    """No read worked for longer than three polls, or silence outlasted ``expect_every``."""
    WAITING = "waiting"
    """The file does not exist yet or was deleted; the path is looked at again and again."""
    FAILED = "failed"
    """It cannot be read; reason and remedy say more."""
    ENDED = "ended"
    """It is over (end of standard input, end of a replay)."""
