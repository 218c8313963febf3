"""What one run keeps for the next: the recorder and its upkeep, or the reason why nothing is kept."""

import asyncio
from pathlib import Path

from tui.engine.clock import Clock
from tui.engine.errors import StateError
from tui.engine.model import Journal, Retention
from tui.engine.state._database import StateDatabase
from tui.engine.state._recorder import Recorder, Remembered
from tui.engine.state._upkeep import Upkeep
from tui.engine.text import t

ROLE = "recorder"


class Recording:
    """Records what a monitor reads, if the state file can be used and nobody else records.

    A monitor runs without it as well: ``notice`` then says on screen why nothing is kept.
    """

    def __init__(
        self,
        clock: Clock,
        retention: Retention | None = None,
        *,
        folder: Path | None = None,
        database: StateDatabase | None = None,
    ) -> None:
        """Record into a state file that is open, or open that of a folder; never raises for what may happen to it."""
        self.recorder: Recorder | None = None
        self._opened: StateDatabase | None = None
        self._upkeep: Upkeep | None = None
        self._told = ""
        try:
            if database is None:
                database = self._opened = StateDatabase(folder, clock=clock)
            if database.claim(ROLE):
                self.recorder = Recorder(database, clock)
                self._upkeep = Upkeep(database, clock, retention)
                self._told = database.notice
            else:
                self._told = t("state.recorded_elsewhere")
        except StateError as error:
            self._told = t("state.not_kept", reason=error)

    @property
    def journal(self) -> Journal | None:
        """Return the recorder as a monitor knows it; None where nothing is recorded."""
        return self.recorder

    def source(self, name: str, identity: str) -> Remembered:
        """Return where an earlier run left a source; nothing where nothing is recorded."""
        if self.recorder is None:
            return Remembered()
        try:
            return self.recorder.source(name, identity)
        except StateError as error:
            self.recorder, self._told = None, t("state.not_kept", reason=error)
            return Remembered()

    def notice(self) -> str:
        """Return what the screen has to say about it, if anything."""
        trouble = self.recorder.trouble if self.recorder else None
        return t("state.not_kept", reason=trouble) if trouble else self._told

    async def run(self) -> None:
        """Write and tidy up until cancelled."""
        if self.recorder is not None and self._upkeep is not None:
            await asyncio.gather(self.recorder.run(), self._upkeep.run())

    def close(self) -> None:
        """Write the rest, and let go of the file if it was opened here."""
        if self.recorder is not None:
            self.recorder.close()
        if self._opened is not None:
            self._opened.close()
