"""Writings in which many lines are read at once, one per file; each finds the message in a line that was understood.

A file has a function ``place(raw, event)``: where in a raw line that the plain parser took for the event stand its time
and its message, or None where that is not sure. What is learned from it has to be true of every line that has the same
bytes around them: see ``tui/engine/bulk/_sample_layout.py``.
"""

from collections.abc import Callable

from tui.engine.bulk.forms import andrea, guide
from tui.engine.bulk.forms._pieces import Place
from tui.engine.model import LogEvent

FORMS: tuple[Callable[[bytes, LogEvent], Place | None], ...] = (guide.place, andrea.place)
