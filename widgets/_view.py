"""What drawing depends on beside the figures: the time, whether they are fresh, the signs in use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from tui.engine.model import SourceState, Status
from tui.engine.text import t
from widgets import _format
from widgets._glyphs import UNICODE, Glyphs
from widgets._lines import Role, Run

_ROLES: dict[Status, Role] = {
    Status.OK: "ok",
    Status.NO_DATA: "no-data",
    Status.WARNING: "warning",
    Status.CRITICAL: "critical",
}
_SOURCE_ROLES: dict[SourceState, Role] = {
    SourceState.LIVE: "ok",
    SourceState.STALE: "warning",
    SourceState.WAITING: "warning",
    SourceState.FAILED: "critical",
}


def role_of(status: Status) -> Role:
    """Return the role that shows a state."""
    return _ROLES[status]


def source_role(state: SourceState) -> Role:
    """Return the role that shows what a source is doing; quiet is neither good nor bad."""
    return _SOURCE_ROLES.get(state, "no-data")


@dataclass(slots=True)
class View:
    """One drawing; remembers the ages it printed and when they change, so that they can be looked at again."""

    now: float
    live: bool = True
    """Without fresh data good news expires: OK is drawn as no data, bad news stays."""
    glyphs: Glyphs = UNICODE
    printed: list[tuple[Callable[[float], str], Callable[[float], float], str]] = field(default_factory=list)
    """How to tell an age at a moment, when after a moment it may be told differently, and what was told."""
    due: float = inf
    """Before this moment no age reads differently."""

    picked: tuple[str | None, int] | None = None
    """The value under the cursor of a chart: whose series (a stage, or None where there is one), and its place."""

    def cursor_of(self, stage: str | None = None) -> int | None:
        """Return the place of the cursor in the series of a stage, if it is there."""
        return self.picked[1] if self.picked and self.picked[0] == stage else None

    def current(self, status: Status) -> Status:
        """Return the state that may be claimed now."""
        return Status.NO_DATA if status is Status.OK and not self.live else status

    def mark(self, status: Status) -> Run:
        """Return sign and word of a state."""
        status = self.current(status)
        return Run(f"{self.glyphs.of(status)} {t(f'status.{status.value}')}", role_of(status))

    def sign(self, status: Status) -> Run:
        """Return the sign of a state alone, for beside a figure that has its word nearby."""
        status = self.current(status)
        return Run(self.glyphs.of(status), role_of(status))

    def age(self, then: float | None) -> str:
        """Return how long ago something was."""
        if then is None:
            return _format.NONE
        return self._print(lambda now: _format.age(then, now), lambda now: _format.age_changes(then, now))

    def left(self, until: float) -> str:
        """Return how long it is until something."""
        return self._print(lambda now: _format.left(until, now), lambda now: _format.left_changes(until, now))

    def timer(self, since: float) -> str:
        """Return for how long something goes on, to the second: ``1:02:03``."""
        return self._print(lambda now: _format.timer(now - since), lambda now: _format.next_second(since, now))

    def time_of_day(self) -> str:
        """Return the local time, to the minute."""
        return self._print(lambda now: _format.clock_time(now, now), _format.next_minute)

    def _print(self, text_at: Callable[[float], str], changes: Callable[[float], float]) -> str:
        text = text_at(self.now)
        self.printed.append((text_at, changes, text))
        self.due = min(self.due, changes(self.now))
        return text

    def forget(self) -> None:
        """Begin a new drawing."""
        self.printed.clear()
        self.due = inf

    def aged(self, now: float) -> bool:
        """Tell whether an age that was printed reads differently by now."""
        if self.now <= now < self.due:
            return False
        if any(text_at(now) != text for text_at, _, text in self.printed):
            return True
        self.due = min((changes(now) for _, changes, _ in self.printed), default=inf)
        return False
