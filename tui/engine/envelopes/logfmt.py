"""Keys and values in a row: structlog's logfmt, logrus without a terminal."""

from tui.engine.envelopes._envelope import LETTERS, Layer
from tui.engine.envelopes._levels import level_named
from tui.engine.patterns import LazyPattern

_PAIR = r"[A-Za-z_][\w.]*=(?:\"(?:[^\"\\]|\\.)*\"|[^\s\"]*)"
_LINE = LazyPattern(rf"{_PAIR}(?: +{_PAIR})+ *")
_PAIRS = LazyPattern(r"([A-Za-z_][\w.]*)=(?:\"((?:[^\"\\]|\\.)*)\"|([^\s\"]*))")


class Logfmt:
    """``time=… level=info msg="…"`` in any order."""

    name = "logfmt"
    rank = 70
    starts = LETTERS
    candidates = None

    def unwrap(self, text: str) -> Layer | None:
        """Return the message with its level, time and the other keys as fields."""
        if ("msg=" not in text and "event=" not in text) or not _LINE.fullmatch(text):
            return None
        fields: dict[str, object] = {
            key: quoted.replace('\\"', '"') or bare for key, quoted, bare in _PAIRS.findall(text)
        }
        message = fields.get("msg") or fields.get("event")
        stamp = fields.get("time") or fields.get("timestamp") or fields.get("ts")
        if not isinstance(message, str) or not (fields.keys() & {"level", "lvl"}):
            return None
        level = level_named(fields.get("level") or fields.get("lvl"))
        return Layer(message, level, stamp if isinstance(stamp, str) else None, fields=fields)


ENVELOPE = Logfmt()
