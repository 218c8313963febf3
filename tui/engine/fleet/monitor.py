"""Asks round by round and answers with snapshots, like the monitor over logs."""

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields, replace

from tui.engine.clock import Clock
from tui.engine.errors import UsageError
from tui.engine.fleet._answers import Answers, host_of, minute_ends
from tui.engine.fleet._api import PrometheusApi
from tui.engine.fleet._figures import figures, recent
from tui.engine.fleet._queries import OWN_METRICS, Queries
from tui.engine.fleet._targets import KIND, machine_of, target_rows
from tui.engine.fleet.address import FleetAddress
from tui.engine.metrics.slices import same
from tui.engine.metrics.verdict import freshness, grey, judge
from tui.engine.model import (
    EMPTY_SNAPSHOT,
    Hints,
    LogEvent,
    Playbook,
    RawLine,
    Snapshot,
    SourceState,
    SourceStatus,
    Thresholds,
)
from tui.engine.safe_text import safe_text
from tui.engine.sources._trouble import TroubleError
from tui.engine.text import t

POLL_S = 5.0
"""Seconds between rounds; more where a round takes long, so that asking never costs a server much."""
_REST = 4.0
"""Rounds are at least so many times as far apart as one takes."""
STALE_AFTER_S = 15.0
"""Answers older than this, and than three rounds, say nothing about now."""
_RETRY_S = 5.0
AGE_STEP_S = 5.0
"""What is shown moves at least this often, for ages grow."""
LOG = "/var/log/app.log"
"""Where an orchestrator's log is offered to be read; a user puts another path in its place."""
_EVER = "1d"
"""How far back targets are looked for that may be down now."""


class FleetMonitor:
    """One server's view of many hosts: ``news`` and ``snapshot`` as the dashboard wants them.

    What Prometheus cannot tell is left open, never guessed: texts of errors, single calls, which provider
    failed before a fallback. Percentiles are estimates between bucket bounds (semantics R21).
    """

    def __init__(
        self,
        address: FleetAddress,
        thresholds: Thresholds,
        clock: Clock,
        hints: Hints | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._address = address
        self._thresholds = thresholds
        self._clock = clock
        self._hints = hints
        self._environment = environment
        self._news = asyncio.Event()
        self._wake = asyncio.Event()
        self._host = ""
        self._jobs: set[str] = set()
        self._targets: dict[str, dict[str, str]] = {}
        self._own = False
        self._answers: Answers | None = None
        self._answered = float("-inf")
        self._patience = STALE_AFTER_S
        self._server = SourceStatus(address.name, KIND, reason=t("fleet.asking", url=address.url))
        self._snapshot = EMPTY_SNAPSHOT
        self._since: float | None = None
        self._built_from: tuple[object, ...] = ()

    async def run(self) -> None:
        """Ask until cancelled; a server that does not answer is asked again."""
        async with PrometheusApi(self._address.url, self._environment) as api:
            while True:
                began = self._clock.monotonic()
                pause = await self._round(api)
                self._news.set()
                took = self._clock.monotonic() - began
                self._wake.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), max(pause, _REST * took))

    async def _round(self, api: PrometheusApi) -> float:
        """Ask everything once and return the seconds to the next time."""
        began = self._clock.monotonic()
        try:
            await self._find_targets(api)
            answers = await _asked(api, self._queries(), self._queries(self._host), self._clock.now())
        except TroubleError as trouble:
            self._server = replace(self._server, state=trouble.state, reason=trouble.reason, remedy=trouble.remedy)
            return trouble.retry_in_s or _RETRY_S
        self._answers, self._answered = answers, self._clock.monotonic()
        took = self._answered - began
        self._patience = max(STALE_AFTER_S, 3 * (POLL_S + _REST * took))
        for each in answers.of("up"):
            self._targets[host_of(each.labels)] = dict(each.labels)
        self._server = replace(self._server, state=SourceState.LIVE, reason="", remedy="", last_read_at=answers.now)
        return POLL_S

    async def _find_targets(self, api: PrometheusApi) -> None:
        """Learn which jobs expose voxtop, else which an orchestrator's own metrics; the first time a day back."""
        now = self._clock.now()
        wanted = f"{{{self._address.matchers}}}" if self._address.matchers else ""
        looks = [f"voxtop_build_info{wanted}"]
        if not self._jobs:
            looks.append(f"last_over_time(voxtop_build_info{wanted}[{_EVER}])")
        for look in looks:
            found = await api.query(f"count by (job) ({look})", now)
            self._jobs |= {each.labels.get("job", "") for each in found}
        self._own = not self._jobs
        if self._own:
            names = f'__name__=~"{"|".join(OWN_METRICS)}"'
            both = ",".join(filter(None, (names, self._address.matchers)))
            found = await api.query(f"count by (job) ({{{both}}})", now)
            if not found:
                raise TroubleError("prom_nothing", url=self._address.url, state=SourceState.WAITING)

    def _queries(self, host: str = "") -> Queries:
        jobs = "|".join(sorted(map(_escaped, self._jobs)))
        matchers = [f'job=~"{jobs}"'] if jobs else []
        if self._address.matchers:
            matchers.append(self._address.matchers)
        if host:
            label = "host" if self._targets.get(host, {}).get("host") == host else "instance"
            matchers.append(f'{label}="{_quoted(host)}"')
        return Queries(tuple(matchers), self._thresholds, own=self._own)

    @property
    def host(self) -> str:
        """Return the host that is looked at; empty is all of them."""
        return self._host

    def look_at(self, host: str) -> None:
        """Look at one host only, at all for an empty name; figures follow with the next answers."""
        if host != self._host:
            self._host = host
            self._answers = None
            self._wake.set()
            self._news.set()

    async def choose_host(self, host: str, label: str) -> None:
        """Look at one host only."""
        del label
        self.look_at(next((target for target in self._targets if machine_of(target) == host), ""))

    async def choose_source(self, name: str) -> None:
        """Look at one target only."""
        self.look_at(name if name in self._targets else "")

    def choose_all(self) -> None:
        """Look at every host."""
        self.look_at("")

    @property
    def travels(self) -> None:
        """What was is known to the server alone."""

    @property
    def specs(self) -> tuple[str, ...]:
        """The address as typed."""
        return (self._address.name,)

    def add(self, spec: str) -> None:
        """Refuse another source.

        Raises:
            UsageError: always, since figures of logs and of Prometheus cannot be added up.
        """
        raise UsageError(t("fleet.alone", value=safe_text(spec)), t("fleet.alone_remedy"))

    def remove(self, name: str) -> None:
        """Refuse, as Prometheus says which hosts there are.

        Raises:
            UsageError: always.
        """
        raise UsageError(t("fleet.not_removed", value=safe_text(name)), t("fleet.alone_remedy"))

    def retry(self, name: str) -> None:
        """Ask anew at once, whichever host it was for."""
        del name
        self.ask()

    def ask(self) -> None:
        """Ask anew at once."""
        self._wake.set()

    def hosts(self) -> tuple[str, ...]:
        """Return the hosts that were ever seen."""
        return tuple(sorted(self._targets))

    async def news(self, patience: float) -> bool:
        """Return as soon as the server answered anew, or after ``patience`` seconds without an answer."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), patience)
        rung = self._news.is_set()
        self._news.clear()
        return rung

    def events(self, since: float, until: float) -> tuple[LogEvent, ...]:
        """Return nothing: Prometheus knows no single events."""
        del since, until
        return ()

    def lines(self, source: str, first: int, last: int) -> tuple[RawLine, ...]:
        """Return nothing: Prometheus knows no lines."""
        del source, first, last
        return ()

    def lines_kept(self, source: str) -> None:
        """Return that there are none."""

    async def find_line(self, source: str, start: int, wanted: Callable[[str], bool], step: int) -> None:
        """Find nothing."""

    @property
    def moment(self) -> None:
        """Always now."""

    def present(self) -> Snapshot:
        """Return the same as ``snapshot``."""
        return self.snapshot()

    def snapshot(self) -> Snapshot:
        """Return the figures of the newest answers; grey once these are old.

        Between two rounds only answers grow old, which is looked at every five seconds.
        """
        key = (self._answers, self._server, self._host, int(self._clock.monotonic() // AGE_STEP_S))
        if key != self._built_from:
            self._built_from = key
            self._build()
        return self._snapshot

    def _build(self) -> None:
        now, answers = self._clock.now(), self._answers or Answers(self._clock.now())
        rows = self._rows(answers)
        judged = [row for row in rows if self._host in {"", row.name}]
        found = figures(answers.seen_from(self._host), self._thresholds, self._hints)
        shown = found if freshness(judged) == "live" else grey(found)
        verdict = judge(shown, judged, self._thresholds, self._playbook)
        old = self._snapshot
        if verdict.status is not old.verdict.status or self._since is None:
            self._since = now
        new = replace(
            old,
            verdict=same(old.verdict, replace(verdict, since=self._since)),
            recent=same(old.recent, recent(answers, self._hints, self._opening())),
            sources=same(old.sources, rows),
            thresholds=self._thresholds,
            notice=same(old.notice, t("fleet.notice_host", host=self._host) if self._host else ""),
            config=same(old.config, shown.config),
            fallback=same(old.fallback, shown.fallback),
            ttfb=same(old.ttfb, shown.ttfb),
            turn=same(old.turn, shown.turn),
            calls=same(old.calls, shown.calls),
            silence=same(old.silence, shown.silence),
            errors=same(old.errors, shown.errors),
        )
        if any(getattr(old, each.name) is not getattr(new, each.name) for each in fields(Snapshot)):
            self._snapshot = replace(new, at=now, version=old.version + 1)

    def _rows(self, answers: Answers) -> tuple[SourceStatus, ...]:
        """Return the server's own row where it is in trouble, then the targets; all stale once answers are old."""
        rows = target_rows(answers, self._targets, own=self._own) if self._answers else ()
        age = self._clock.monotonic() - self._answered
        if self._answers and age > self._patience:
            reason = t("fleet.old_answers", seconds=int(age - age % 10))
            rows = tuple(replace(row, state=SourceState.STALE, reason=reason, remedy="") for row in rows)
        return rows if self._server.state is SourceState.LIVE and rows else (self._server, *rows)

    def _opening(self) -> str:
        """Return the command that shows the log of the host that is looked at."""
        instance = self._targets.get(self._host, {}).get("instance", self._host)
        return f"voxtop ssh://{machine_of(instance) or t('fleet.host')}{LOG}"

    def _playbook(self, key: str) -> Playbook | None:
        return self._hints.for_kpi(key) if self._hints else None


async def _asked(api: PrometheusApi, everywhere: Queries, here: Queries, now: float) -> Answers:
    """Ask how all targets are and the figures of those looked at, a few questions at a time."""
    instant, lasting = everywhere.targets() | here.figures(), here.minutes()
    ends = minute_ends(now)
    try:
        async with asyncio.TaskGroup() as group:
            values = {name: group.create_task(api.query(each, now)) for name, each in instant.items()}
            lines = {
                name: group.create_task(api.query_range(each, ends[0], ends[-1], 60)) for name, each in lasting.items()
            }
    except ExceptionGroup as failures:
        troubles = [each for each in failures.exceptions if isinstance(each, TroubleError)]
        if len(troubles) < len(failures.exceptions):
            raise
        raise troubles[0] from None
    return Answers(
        now,
        {name: task.result() for name, task in values.items()},
        {name: task.result() for name, task in lines.items()},
    )


def _escaped(job: str) -> str:
    """Return a job's name as a pattern that matches it alone, within quotes."""
    return _quoted(re.sub(r"([.+*?()|\[\]{}^$\\])", r"\\\1", job))


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
