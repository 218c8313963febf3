"""The guide's lines, behind a platform's time or none: ``2027-03-09T08:15:14.006Z 📊 [STT Azure] TTFB=160ms``."""

from tui.engine.bulk._clock import NO_STAMP, Stamp
from tui.engine.bulk.forms._pieces import Place
from tui.engine.envelopes._cleaning import is_clean
from tui.engine.envelopes._envelope import _starting_with
from tui.engine.model import LogEvent
from tui.engine.patterns import LazyPattern

_LINE = LazyPattern(
    rb"(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(?P<fraction>\d{1,9})Z )?(?P<lead>[^\x00-\x7f]{2,8}) (?P<message>[!-~].*)"
)


def place(raw: bytes, event: LogEvent) -> Place | None:
    """Return where the message stands in such a line: behind a symbol no wrapping begins with."""
    found = _LINE.fullmatch(raw)
    if not found or event.level is not None:
        return None
    lead = found["lead"].decode("utf-8", "replace")
    if not is_clean(lead) or _starting_with(lead[0]):
        return None
    fraction = found["fraction"]
    stamp = Stamp(b"", b".", len(fraction), "Z") if fraction else NO_STAMP
    return Place(stamp, found.start("message"), len(raw))
