"""Simulated hosts behind one port: each a store with a real exporter, fed with calls as time goes on."""

import asyncio
import random
import sys

from aiohttp import web

from tui.engine.clock import Clock, SystemClock
from tui.engine.exporters.prometheus import PrometheusExporter
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Cumulative, LogEvent, Snapshot, SourceState, SourceStatus, Stage, Thresholds

CALLS_PER_S = 0.05
"""Of each host: three a minute."""
SOURCE = "app.log"
_TURNS = 4
_STAGES: tuple[tuple[Stage, str, float], ...] = (("STT", "Azure", 150), ("LLM", "Groq", 600), ("TTS", "Azure", 320))


class Host:
    """One machine with an orchestrator's log."""

    def __init__(self, number: int, clock: Clock) -> None:
        self.exporter = PrometheusExporter(self, clock)
        self._clock = clock
        self._random = random.Random(number)  # noqa: S311 - a simulation
        self._store = MetricsStore(Thresholds())
        self._store.expose(clock.now())
        self._line = 0
        self._open: list[str] = []

    def snapshot(self) -> Snapshot:
        """Return the figures of this moment."""
        now = self._clock.now()
        row = SourceStatus(SOURCE, "file", SourceState.LIVE, lines=self._line, last_read_at=now, last_line_at=now)
        return self._store.snapshot(now, (row,))

    def cumulative(self) -> Cumulative:
        """Return what was counted so far."""
        return self._store.cumulative()

    def live(self, seconds: float) -> None:
        """Let some time pass."""
        if self._random.random() < CALLS_PER_S * seconds:
            call = f"call-{self._line}"
            self._open.append(call)
            self._take("call_opened", id=call, client="twilio")
            for _ in range(_TURNS):
                for stage, provider, ms in _STAGES:
                    value = self._random.gauss(ms, ms / 4)
                    self._take("ttfb", stage=stage, provider=provider, ms=max(1.0, value), trace=call)
            if self._random.random() < 0.02:
                self._take("error", stage="TTS", provider="Azure", code="429", text="Error: 429", id=call)
                self._take("fallback", stage="TTS", to="Google", id=call)
        if len(self._open) > 5:
            self._take("call_closed", id=self._open.pop(0), duration_s=60.0)
        self.exporter.beat()

    def _take(self, kind: str, **fields: object) -> None:
        self._line += 1
        now = self._clock.now()
        event = LogEvent(kind, SOURCE, self._line, now, now, "guide")._replace(**fields)  # type: ignore[arg-type]
        self._store.apply([event], now)


async def _run(port: int, count: int) -> None:
    clock = SystemClock()
    hosts = [Host(number, clock) for number in range(count)]

    async def answer(request: web.Request) -> web.Response:
        exposition = hosts[int(request.match_info["number"])].exporter.expose(request.headers.get("Accept", ""))
        response = web.Response(body=exposition.body, headers={"Content-Type": exposition.content_type})
        response.enable_compression()
        return response

    app = web.Application()
    app.add_routes([web.get("/metrics/{number}", answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    while True:
        for host in hosts:
            host.live(1.0)
            await asyncio.sleep(1.0 / count)


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), int(sys.argv[2])))
