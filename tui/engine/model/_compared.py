"""Two windows of time, figure by figure."""

from dataclasses import dataclass

from tui.engine.model._words import Status


@dataclass(frozen=True, slots=True)
class Amount:
    """One figure of one window."""

    value: float | None = None
    n: int = 0
    """What it stands on: calls, samples, events."""
    status: Status = Status.NO_DATA


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure in both windows."""

    name: str
    """A KPI, ``turn_p95``, ``calls``, ``short_calls`` or ``provider_p95``."""
    provider: str
    """Stage and provider where it is about one: outside text."""
    unit: str
    then: Amount = Amount()
    now: Amount = Amount()

    @property
    def change(self) -> float | None:
        """Return by how much it is more now than then, None where one of them is unknown."""
        if self.then.value is None or self.now.value is None:
            return None
        return self.now.value - self.then.value

    @property
    def change_pct(self) -> float | None:
        """Return the same in per cent of what was then, None where that is nothing."""
        return None if self.change is None or not self.then.value else 100 * self.change / self.then.value


@dataclass(frozen=True, slots=True)
class ComparedSpan:
    """One of the two windows."""

    start: float
    end: float
    kept: str = "nothing"
    """What its figures were computed from: ``events``, ``rollups``, or ``nothing``."""
    since: float | None = None
    """When what is kept of it begins, if that is well after its start."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both windows."""

    then: ComparedSpan
    now: ComparedSpan
    rows: tuple[Compared, ...] = ()
