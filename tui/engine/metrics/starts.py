"""Which start markers of a source are a new life of its process, and whether it runs several workers."""

import re
from dataclasses import dataclass, field

from tui.engine.model import RUNTIME, LogEvent

_ONE_START_S = 30.0
_ONE_BOOT_S = 120.0
"""A container was started before the program in it had anything to say (semantics R60)."""
_PARENT = re.compile(r"\bparent process\b", re.IGNORECASE)
_PID = re.compile(r"\bprocess \[(\d+)\]")


@dataclass(slots=True)
class Starts:
    """The start markers of one source (semantics R46, R64)."""

    workers: bool = False
    """Several processes write here: a parent announced itself, or one start named several pids."""
    complete: bool = False
    """The whole orchestrator was seen starting, so nothing before it can still be alive."""
    _begun: bool = False
    _at: float | None = None
    _within_s: float = _ONE_START_S
    _pids: set[str] = field(default_factory=set)

    def begins(self, event: LogEvent, time: float | None) -> bool:
        """Tell whether a marker begins a generation; markers within 30 s of the first belong to it (R64).

        Where the first is that of the container, the program in it may take 120 s until its own marker.
        Where there are no times, all markers up to the first call or stop are one start.
        """
        parent = _PARENT.search(event.text) is not None
        if self._is_same_start(time):
            self._note_workers(event, parent)
            return False
        self._begun, self._at, self._pids = True, time, set()
        self._within_s = _ONE_BOOT_S if event.dialect == RUNTIME else _ONE_START_S
        self.complete = self.complete or parent or not self.workers
        self._note_workers(event, parent)
        return True

    def _is_same_start(self, time: float | None) -> bool:
        if not self._begun:
            return False
        return time is None or self._at is None or abs(time - self._at) < self._within_s

    def _note_workers(self, event: LogEvent, parent: bool) -> None:
        pid = _PID.search(event.text)
        if pid:
            self._pids.add(pid[1])
        self.workers = self.workers or parent or len(self._pids) > 1

    def stopped(self) -> None:
        """Note a stop marker: whatever starts next is another generation."""
        self._begun = False

    def busy(self) -> None:
        """Note call activity: without times, it is all that separates one start from the next."""
        if self._at is None:
            self._begun = False
