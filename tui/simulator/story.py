"""One scenario told with one seed: its lines in order, and a caption for each moment."""

from collections.abc import Iterator
from datetime import tzinfo
from random import Random

from tui.engine.text import t
from tui.simulator._dialect import Dialect
from tui.simulator.andrea import Andrea
from tui.simulator.guide import Guide
from tui.simulator.orchestrator import Orchestrator
from tui.simulator.scenarios import CALM, SCENARIOS, Phase

DIALECTS = ("andrea", "guide", "guide-docker")
"""``guide`` has no times; ``guide-docker`` has those that ``docker logs -t`` puts in front."""

PAST_S = 1800.0
"""Healthy past before the story begins, so that no chart is empty."""


class Story:
    """A scenario of the contract; equal arguments give equal lines."""

    def __init__(
        self,
        scenario: str = "all",
        seed: int = 1,
        dialect: str = "andrea",
        tz: tzinfo | None = None,
        past: float = PAST_S,
    ) -> None:
        """``tz`` is the zone of zone-less times, by default the machine's.

        Raises:
            KeyError: there is no such scenario.
        """
        self.past = past
        self._seed = seed
        self._dialect = dialect
        self._tz = tz
        self._phases = list(_placed(SCENARIOS[scenario], past))

    def lines(self, start: float, speed: float = 1.0) -> Iterator[tuple[float, str]]:
        """Yield (simulated second, physical line) in order, without end.

        Second 0 is the moment ``start``, in seconds since the epoch; the past has negative seconds.
        The story runs ``speed`` times as fast as the times it writes; the past keeps its own pace.
        """

        def wall(second: float) -> float:
            return start + (second / speed if second > 0 else second)

        return Orchestrator(self._writer(), Random(self._seed), wall).run(self._phases)  # noqa: S311 - a story, no secret

    def caption_at(self, seconds: float) -> str:
        """Return a sentence that says what is being simulated at a simulated second."""
        phase = [phase for begins, phase in self._phases if begins <= max(seconds, 0.0)][-1]
        return t(f"demo.{phase.caption}")

    def _writer(self) -> Dialect:
        if self._dialect == "andrea":
            return Andrea(self._tz)
        return Guide(stamped=self._dialect == "guide-docker")


def _placed(phases: tuple[Phase, ...], past: float) -> Iterator[tuple[float, Phase]]:
    """Yield each phase with the second it begins, after a calm past."""
    yield -past, CALM
    begins = 0.0
    for phase in phases:
        yield begins, phase
        begins += phase.seconds
