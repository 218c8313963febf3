"""Coolify's API: the log of an application as one string in an object."""

from tui.engine.envelopes._envelope import Layer
from tui.engine.envelopes._json import json_object, text_at


class Coolify:
    r"""``{"logs": "…\\n"}``."""

    name = "coolify"
    rank = 11
    starts = "{"
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return what the object holds."""
        if not text.startswith('{"logs"'):
            return None
        logs = text_at(json_object(text) or {}, "logs")
        return Layer(logs.strip("\n")) if logs else None


ENVELOPE = Coolify()
