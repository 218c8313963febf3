"""The running engine: sources are followed, understood and counted; a snapshot can be taken at any time."""

from tui.engine.monitor._feed import SLICE_LINES, slices
from tui.engine.monitor._following import follow
from tui.engine.monitor._journal import MemoryJournal
from tui.engine.monitor._monitor import Monitor
from tui.engine.monitor._scoped import ScopedMonitor
from tui.engine.monitor._time_machine import TimeMachine
from tui.engine.monitor._watchlist import Watchlist

__all__ = ["SLICE_LINES", "MemoryJournal", "Monitor", "ScopedMonitor", "TimeMachine", "Watchlist", "follow", "slices"]
