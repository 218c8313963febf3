"""The service behind ``voxtop watch``: everything it runs, from the first line to a clean end."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from socket import socket
from typing import Any

from tui.alerting import alerting
from tui.config import Settings, config_path
from tui.config_reload import file_stamp
from tui.engine.alerts.delivery import Delivery, Outcome
from tui.engine.alerts.judge import JUDGE_S, Change, Judge
from tui.engine.alerts.wording import describe
from tui.engine.clock import Clock
from tui.engine.errors import StateError, VoxtopError
from tui.engine.exporters.http import metrics_route, serve
from tui.engine.exporters.prometheus import PrometheusExporter
from tui.engine.model import AlertState, SourceState, SourceStatus
from tui.engine.monitor import Monitor
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.sources import identity
from tui.engine.state import StateDatabase
from tui.watching.health import Pulse, health_route
from tui.watching.log import EventLog, Level
from tui.watching.probing import Probe, keep_asking, uptime
from tui.watching.sd_notify import ServiceManager

CONFIG_LOOK_S = 2.0
"""How often the configuration file is looked at."""
UPTIME_S = 86_400.0
"""The share of answered probes is over a day."""
END_S = 5.0
"""Messages on their way may arrive within so long after the end was asked for."""

ENDING = (signal.SIGTERM, signal.SIGINT)
WARNED = frozenset({SourceState.FAILED, SourceState.STALE, SourceState.WAITING})


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service is made of."""

    settings: Settings
    specs: Sequence[str]
    monitor: Monitor
    database: StateDatabase
    playbooks: PlaybookCatalogue
    clock: Clock
    log: EventLog
    load: Callable[[], Settings]
    """Reads the settings again; raises ConfigError."""
    check: Callable[[Settings], None] = lambda _: None
    """Raises UsageError where settings name a source that cannot be."""
    config: Path | None = None
    listening: socket | None = None
    health_url: str = ""
    companions: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()


class Watch:
    """Judges, tells, records and answers until a signal ends it."""

    def __init__(self, parts: Parts, manager: ServiceManager | None = None) -> None:
        """Open the channels.

        Raises:
            ConfigError: a rule, a channel or the token of the exporter is wrong.
        """
        self._parts = parts
        self._manager = manager or ServiceManager()
        self._alerting = alerting(parts.settings, parts.playbooks, self._rules_folder())
        self._judge = Judge(
            self._alerting.rules,
            parts.database,
            parts.clock,
            sources=[identity(spec) for spec in parts.specs],
            channels=self._alerting.policies,
            teller=self._alerting.teller,
        )
        self._token = parts.settings.listen_token()
        self._pulse = Pulse(parts.clock)
        if parts.health_url:
            self._pulse.probes = self._uptime
        self._changed = asyncio.Event()
        self._succeeded = asyncio.Event()
        self.successor: Settings | None = None
        """Settings that only a new watch can take on: set when this one ended for them."""
        self._ready = False
        self._states: dict[str, SourceState] = {}

    def _rules_folder(self) -> Path:
        return (self._parts.config or config_path()).parent / "alerts"

    async def run(self) -> int:
        """Run until a signal asks for the end, or new settings for a successor, and return the exit code."""
        parts, asked = self._parts, asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in ENDING:
            loop.add_signal_handler(each, asked.set)
        reload = asyncio.Event()
        loop.add_signal_handler(signal.SIGHUP, reload.set)
        parts.log.write("start", sources=", ".join(parts.specs), rules=len(self._alerting.rules))
        work = asyncio.ensure_future(self._work(reload))
        ending, giving_way = asyncio.ensure_future(asked.wait()), asyncio.ensure_future(self._succeeded.wait())
        await asyncio.wait({work, ending, giving_way}, return_when=asyncio.FIRST_COMPLETED)
        if asked.is_set() or not self._succeeded.is_set():
            self.successor = None
            self._manager.say("STOPPING=1")
        ending.cancel()
        giving_way.cancel()
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        await self._end()
        return 0

    async def _work(self, reload: asyncio.Event) -> None:
        parts = self._parts
        jobs = [*parts.companions, parts.monitor.run, self._judging, self._delivering, self._living]
        jobs.append(partial(self._reloading, reload))
        if parts.listening is not None:
            jobs.append(partial(self._serving, parts.listening))
        if parts.health_url:
            jobs.append(partial(keep_asking, parts.health_url, parts.database, parts.clock, self._probed))
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job())

    async def _judging(self) -> None:
        """Judge every second; a state file that refuses is told once, and tried again."""
        while True:
            snapshot = self._parts.monitor.snapshot()
            self._tell_sources(snapshot.sources)
            trouble = ""
            try:
                for change in await self._judge.look(snapshot):
                    self._tell_change(change)
            except StateError as error:
                trouble = str(error)
            if trouble != self._pulse.trouble:
                self._parts.log.write("state", "error" if trouble else "info", error=trouble, ok=not trouble)
                self._pulse.trouble = trouble
            if not self._ready and self._judge.judging:
                self._ready = True
                self._parts.log.write("ready", verdict=snapshot.verdict.status.value)
                self._manager.say("READY=1", f"STATUS=watching {len(self._parts.specs)} sources")
            self._pulse.beat()
            await asyncio.sleep(JUDGE_S)

    async def _delivering(self) -> None:
        """Send messages; after a reload through the new channels."""
        while True:
            self._changed.clear()
            tasks = [asyncio.ensure_future(self._new_delivery().run()), asyncio.ensure_future(self._changed.wait())]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                if tasks[0].done():
                    await tasks[0]
                    await self._changed.wait()  # there are no channels
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _new_delivery(self) -> Delivery:
        now = self._alerting
        return Delivery(
            self._parts.database, now.channels, self._parts.clock, policies=now.policies, tell=self._tell_outcome
        )

    async def _living(self) -> None:
        """Give the service manager the sign of life it waits for, as long as judging goes on."""
        period = self._manager.watchdog_s
        while period is not None:
            if self._pulse.alive:
                self._manager.say("WATCHDOG=1")
            await asyncio.sleep(period / 3)

    async def _reloading(self, asked: asyncio.Event) -> None:
        """Read the configuration again on SIGHUP and when its file changed."""
        path = self._parts.config or config_path()
        stamp = file_stamp(path)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(CONFIG_LOOK_S):
                    await asked.wait()
            newest = file_stamp(path)
            if asked.is_set() or newest != stamp:
                asked.clear()
                stamp = newest
                self.reload()

    def reload(self) -> None:
        """Take a new configuration as a whole, or keep the old one and say what is wrong with the new (fault 100)."""
        usec = int(self._parts.clock.monotonic() * 1e6)
        self._manager.say("RELOADING=1", f"MONOTONIC_USEC={usec}")
        try:
            settings = self._parts.load()
            self._parts.check(settings)
            new = alerting(settings, self._parts.playbooks, self._rules_folder())
        except VoxtopError as error:
            self._parts.log.write("reload", "error", ok=False, error=str(error))
        else:
            self._alerting = new
            self._judge.use(new.rules, new.policies, new.teller)
            self._changed.set()
            anew = self._changes(settings, "sources", "thresholds", "tz", "since", "expect_every", "insecure_host_key")
            later = self._changes(settings, "listen")
            self._parts.log.write("reload", ok=True, rules=len(new.rules), begins_anew=anew, needs_restart=later)
            if anew:
                self.successor = settings
                self._succeeded.set()
        self._manager.say("READY=1")

    def _changes(self, settings: Settings, *names: str) -> str:
        before = self._parts.settings
        return ", ".join(name for name in names if getattr(settings, name) != getattr(before, name))

    async def _serving(self, listening: socket) -> None:
        """Answer ``/healthz`` and ``/metrics``."""
        exporter = PrometheusExporter(self._parts.monitor, self._parts.clock)
        routes = [health_route(self._pulse, self._parts.monitor.snapshot), metrics_route(exporter, self._token)]
        async with asyncio.TaskGroup() as group:
            group.create_task(serve(listening, routes))
            while True:
                if self._pulse.alive:
                    exporter.beat()
                await asyncio.sleep(JUDGE_S)

    async def _uptime(self) -> float | None:
        since = self._parts.clock.now() - UPTIME_S
        try:
            return await self._parts.database.read(partial(uptime, since=since))
        except StateError:
            return None

    async def _end(self) -> None:
        """Send what can still be sent, and say that nobody judges any more."""
        await self._new_delivery().drain(END_S)
        with suppress(StateError):
            await self._judge.end()
        self._parts.log.write("stop")

    def _tell_change(self, change: Change) -> None:
        alert = change.alert
        level: Level = "error" if alert.severity == "critical" else "warning"
        self._parts.log.write(
            "alert",
            level if alert.state is AlertState.FIRING else "info",
            id=alert.id,
            rule=alert.rule,
            state=alert.state.value,
            severity=alert.severity,
            told=change.message.occasion if change.message else None,
            muted_by=alert.muted_by,
            summary=describe(alert),
        )

    def _tell_outcome(self, outcome: Outcome) -> None:
        level: Level = "error" if outcome.dead else "warning" if outcome.error else "info"
        message = outcome.letter.message
        self._parts.log.write(
            "notification",
            level,
            channel=outcome.channel,
            key=message.key,
            occasion=message.occasion,
            attempt=outcome.letter.attempts,
            suppressed=message.suppressed or None,
            error=outcome.error,
            dead=outcome.dead or None,
        )

    def _tell_sources(self, sources: Sequence[SourceStatus]) -> None:
        """Log each source whose state changed."""
        for one in sources:
            if self._states.get(one.name) is not one.state:
                self._states[one.name] = one.state
                level: Level = "warning" if one.state in WARNED else "info"
                self._parts.log.write("source", level, source=one.name, state=one.state.value, reason=one.reason)

    def _probed(self, probe: Probe) -> None:
        level: Level = "info" if probe.ok else "error"
        self._parts.log.write(
            "health", level, ok=probe.ok, status=probe.status, ms=round(probe.ms), reason=probe.reason
        )
