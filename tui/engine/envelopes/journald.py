"""``journalctl -o json``: one object per entry, the line under MESSAGE, text or bytes."""

import re

from tui.engine.envelopes._envelope import Layer
from tui.engine.envelopes._json import json_object


class Journald:
    """Takes the line and the journal's time; PRIORITY is the stream's, not the line's (formats §2.4)."""

    name = "journald"
    rank = 12
    starts = "{"
    candidates = re.compile(rb'"MESSAGE" ?: ?\[')

    def unwrap(self, text: str) -> Layer | None:
        """Return the unit's line with the journal's time."""
        fields = json_object(text) if '"MESSAGE"' in text else None
        if fields is None:
            return None
        message = fields.get("MESSAGE")
        if isinstance(message, list):
            if not all(isinstance(byte, int) and 0 <= byte < 256 for byte in message):
                return None
            message = bytes(message).decode("utf-8", "replace")
        if not isinstance(message, str):
            return None
        stamp = str(fields.get("__REALTIME_TIMESTAMP", ""))
        micros = int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) <= 18 else None
        return Layer(message, stamp=micros / 1_000_000 if micros else None, platform=True)


ENVELOPE = Journald()
