"""Layouts that are read in many lines at once, one per file; each learns it from a line that was understood.

A file has a function ``learn(raw, event)``: the layout of a raw line that the plain parser took for the event, or
None. What a layout says has to be true of every line it fits: see ``tui/engine/bulk/_sample_layout.py``.
"""

from collections.abc import Callable

from tui.engine.bulk._layouts import Layout
from tui.engine.bulk.forms import andrea, guide
from tui.engine.model import LogEvent

FORMS: tuple[Callable[[bytes, LogEvent], Layout | None], ...] = (guide.learn, andrea.learn)
