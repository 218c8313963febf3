"""How long the processes of one source were down, as far as their start and stop markers tell."""

from tui.engine.metrics.starts import Starts
from tui.engine.model import LogEvent

_ONE_BOOT_S = 120.0
_OF_A_BOOT = {"config_warning", "key_present", "process_start"}
_SIGNS = {*_OF_A_BOOT, "process_ready", "process_stop"}
_BUSY = {"ttfb", "turn", "call_opened", "call_closed", "socket_opened", "socket_closed"}


class Uptime:
    """Adds up the gaps from the end of each generation to the moment the next one was ready (semantics R73).

    A generation ends with its stop marker, or else with the last line before the first sign of the next
    start. Silence alone is no gap, and neither is the time before the first generation.
    """

    def __init__(self) -> None:
        self.markers = False
        """A start or a stop was seen."""
        self.down_s = 0.0
        self._starts = Starts()
        self._alive = False
        self._last: float | None = None
        self._stopped: float | None = None
        self._boot: tuple[float | None, float] | None = None
        self._down: tuple[float, float] | None = None

    def take(self, event: LogEvent, time: float | None, before: float | None) -> None:
        """Take any event; ``before`` is the time of the last line above it, where somebody looked.

        A sign without a time of its own, among lines that have one, has the time of the line above.
        """
        kind = event.kind
        if time is None and kind in _SIGNS:
            time = before if before is not None else self._last
        if time is None:
            return
        if kind in _BUSY:
            self._busy()
        elif kind in _OF_A_BOOT:
            self._booting(event, time, before)
        elif kind == "process_ready":
            self._up(time)
        elif kind == "process_stop":
            self.markers = self._alive = True
            self._starts.stopped()
            self._stopped = time if self._stopped is None else max(time, self._stopped)
        self._last = time if self._last is None else max(time, self._last)

    def _busy(self) -> None:
        """A call is going on: the process is up, and has been since it said that it starts."""
        self._alive = True
        self._boot = self._stopped = None
        self._starts.busy()
        if self._down is not None:
            self._up(self._down[1])

    def _booting(self, event: LogEvent, time: float, before: float | None) -> None:
        if self._boot is None or abs(time - self._boot[1]) > _ONE_BOOT_S:
            ended = self._stopped if self._stopped is not None else before if before is not None else self._last
            self._boot = (ended, time)
        if event.kind != "process_start":
            return
        self.markers = True
        several = self._starts.workers
        if not self._starts.begins(event, time):
            return
        ended = self._boot[0]
        # With several workers the start of one says nothing about the others.
        if self._alive and ended is not None and (self._stopped is not None or not several):
            self._down = (ended, time)
        self._alive = True

    def _up(self, time: float) -> None:
        if self._down is not None:
            self.down_s += max(0.0, time - self._down[0])
        self._down = self._boot = self._stopped = None
