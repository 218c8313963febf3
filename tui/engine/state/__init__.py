"""What outlives a run, in one SQLite file: positions, recorded events, roll-ups, alerts.

``StateDatabase`` is the one way to it. A new table or column is a new file in ``schema/``, numbered one above the
last; files that were released never change.
"""

from tui.engine.state._archive import Archive
from tui.engine.state._database import Job, StateDatabase, state_folder
from tui.engine.state._recorder import Recorder, Remembered
from tui.engine.state._recording import Recording
from tui.engine.state._rollups import Rollup, between
from tui.engine.state._ticks import RecordedTicks
from tui.engine.state._upkeep import Upkeep

__all__ = [
    "Archive",
    "Job",
    "RecordedTicks",
    "Recorder",
    "Recording",
    "Remembered",
    "Rollup",
    "StateDatabase",
    "Upkeep",
    "between",
    "state_folder",
]
