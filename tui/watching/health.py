"""``/healthz``: whether this process does its work, and what it sees of the sources and of the orchestrator."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from tui.engine.clock import Clock
from tui.engine.model import Snapshot

FROZEN_S = 10.0
"""Judging happens every second; after so long without, this process does not do its work."""


@dataclass(slots=True)
class Pulse:
    """When judging last went well, by the clock that never goes back."""

    clock: Clock
    at: float | None = None
    trouble: str = ""
    """Why nothing can be written just now; judging goes on."""
    probes: Callable[[], Awaitable[float | None]] | None = field(default=None, repr=False)
    """Returns the share of health questions answered well, where they are asked."""

    def beat(self) -> None:
        """Note that judging went well."""
        self.at = self.clock.monotonic()

    @property
    def alive(self) -> bool:
        """Tell whether judging goes on."""
        return self.at is not None and self.clock.monotonic() - self.at < FROZEN_S


def health_route(pulse: Pulse, snapshot: Callable[[], Snapshot]) -> web.RouteDef:
    """Return the route: 200 while this process judges and can write, else 503; sick sources are not its illness."""

    async def answer(_request: web.Request) -> web.Response:
        seen = snapshot()
        healthy = pulse.alive and not pulse.trouble
        share = await pulse.probes() if pulse.probes else None
        body = {
            "status": "ok" if healthy else "failing",
            "trouble": pulse.trouble,
            "verdict": seen.verdict.status.value,
            "sources": {one.name: one.state.value for one in seen.sources},
            "uptime": None if share is None else {"ratio": share, "basis": "probe"},
        }
        return web.json_response(body, status=200 if healthy else 503)

    return web.get("/healthz", answer)
