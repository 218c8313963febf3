"""The running engine: sources are followed, understood and counted; a snapshot can be taken at any time."""

from tui.engine.monitor._feed import SLICE_LINES, slices
from tui.engine.monitor._following import follow
from tui.engine.monitor._journal import MemoryJournal
from tui.engine.monitor._monitor import Monitor

__all__ = ["SLICE_LINES", "MemoryJournal", "Monitor", "follow", "slices"]
