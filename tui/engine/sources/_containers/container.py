"""Containers, how a user names them, and what is asked of an engine."""

import re
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from tui.engine.sources._containers.stamps import seconds
from tui.engine.sources._trouble import TroubleError


class Container(NamedTuple):
    """What an engine knows about one container."""

    id: str
    name: str
    created: float
    tty: bool
    driver: str
    """Where its log goes, such as ``json-file``."""
    running: bool
    started: float | None
    """When its process began last, in seconds since the epoch; None before the first time."""
    ended: float | None
    """When it ended last; None before the first time."""
    part: str = ""
    """Its name within the source where others run beside it: calls and processes are its own."""

    @classmethod
    def from_inspection(cls, told: Mapping[str, Any]) -> "Container":
        """Read what ``inspect`` answers.

        Raises:
            TroubleError: no engine answers like that.
        """
        try:
            state = told["State"]
            return cls(
                told["Id"],
                told["Name"].removeprefix("/"),
                seconds(told["Created"]) or 0.0,
                bool(told["Config"]["Tty"]),
                told["HostConfig"]["LogConfig"]["Type"],
                bool(state["Running"]),
                seconds(state["StartedAt"]),
                seconds(state["FinishedAt"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise TroubleError("docker_unclear", reason=repr(error)) from error

    @property
    def never_began(self) -> bool:
        """Tell whether no process of it had run when it was looked at: lines in its log are of one begun since."""
        return not (self.part or self.running or self.started or self.ended)

    @property
    def first_line_from(self) -> float | None:
        """The moment from which on lines are of the newest process: its first one may precede its start by a little."""
        if self.started is None:
            return None
        before = self.ended is not None and self.ended <= self.started
        return max(self.started - 1.0, self.ended if before and self.ended is not None else 0.0)


class Wanted(NamedTuple):
    """The containers a user means: a name (or id), a prefix ending in ``*``, ``label=VALUE`` or ``KEY=VALUE``."""

    text: str

    @property
    def filters(self) -> Mapping[str, str]:
        """The engine's filter, as ``ps --filter`` has it; empty for a name."""
        if "=" in self.text:
            return {"label": self.text.removeprefix("label=")}
        if self.text.endswith("*"):
            return {"name": "^/?" + re.escape(self.text.removesuffix("*"))}
        return {}


class Chunk(NamedTuple):
    """Some bytes of a log: one message of the engine where it frames them, else anything."""

    stream: int
    data: bytes


class Engine(Protocol):
    """The few things that are asked of an engine; each raises TroubleError where it cannot be asked."""

    summary: str
    """What answers, and where."""
    framed: bool
    """Messages come one by one, those of both output streams apart."""
    stopped: str
    """The trouble that all containers are stopped."""
    look_every_s: float
    """The time between two looks while nothing runs."""

    async def find(self, wanted: Wanted) -> list[Container]:
        """Return the containers meant, oldest first."""

    def log(self, container: Container, since: str, *, follow: bool) -> AsyncGenerator[Sequence[Chunk], None]:
        """Yield its log with times, from ``since`` (``SECONDS.NANOSECONDS``; empty: all) to its end for now."""

    def starts(self) -> AsyncGenerator[None, None]:
        """Yield as soon as it is listened, then whenever some container starts, without an end."""

    async def now(self) -> float:
        """Return the engine's time in seconds since the epoch."""

    async def answers(self) -> bool:
        """Tell whether the engine still answers; False where its silence tells nothing."""


def inspected(told: Iterable[Mapping[str, Any]]) -> list[Container]:
    """Read several answers of ``inspect``, oldest container first."""
    return sorted(map(Container.from_inspection, told), key=lambda each: each.created)
