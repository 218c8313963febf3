"""The monitor as lines of text, one for each change of state: for screen readers, logs and pipes."""

import asyncio
import signal
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, tzinfo
from functools import partial
from typing import Protocol

import click

from tui.config import Settings
from tui.engine.blame_sentence import blame_sentence
from tui.engine.clock import Clock, SystemClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import EMPTY_SNAPSHOT, Finding, Snapshot, SourceState, SourceStatus, Status
from tui.engine.monitor import Monitor
from tui.engine.parser import line_time
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.safe_text import safe_text
from tui.engine.sources import open_source
from tui.engine.text import t
from tui.engine.when import parse_since
from tui.memory import collect_rings
from widgets import finding_text

LOOK_EVERY_S = 1.0


class Watched(Protocol):
    """What can be told in lines."""

    def snapshot(self) -> Snapshot:
        """Return the figures of this moment."""


class StateChanges:
    """Compares snapshots and says what has become different; a figure that merely moved is no change."""

    def __init__(self, tz: tzinfo | None = None) -> None:
        self._before = EMPTY_SNAPSHOT
        self._tz = tz

    def since_last(self, snapshot: Snapshot) -> list[str]:
        """Return a sentence per change, the verdict first."""
        before, self._before = self._before, snapshot
        if snapshot is before:
            return []
        changes = (_verdict, _findings, partial(_changed, tz=self._tz), _sources)
        return [line for change in changes for line in change(before, snapshot)]


def _verdict(before: Snapshot, after: Snapshot) -> Iterator[str]:
    if after.verdict.status is not before.verdict.status or before is EMPTY_SNAPSHOT:
        yield t("plain.verdict", state=t(f"status.{after.verdict.status.value}"))


def _findings(before: Snapshot, after: Snapshot) -> Iterator[str]:
    old, new = _by_key(before), _by_key(after)
    for key, finding in new.items():
        former = old.get(key)
        if former is None or former.status is not finding.status:
            yield f"{t(f'status.{finding.status.value}')}: {finding_text(finding)}"
    if after.verdict.freshness == "live":  # without data nothing is over
        yield from (t("plain.over", what=finding_text(finding)) for key, finding in old.items() if key not in new)


def _changed(before: Snapshot, after: Snapshot, tz: tzinfo | None) -> Iterator[str]:
    """Yield where a change comes from, once for each place; that its share moves is no news."""
    old = {(one.kpi, one.stage, one.shift, one.culprit) for one in before.blame}
    for one in after.blame:
        if (one.kpi, one.stage, one.shift, one.culprit) not in old:
            yield t("plain.changed", what=blame_sentence(one, tz))


def _by_key(snapshot: Snapshot) -> dict[Hashable, Finding]:
    found = (one for one in snapshot.verdict.findings if one.kpi != "source" and one.status is not Status.NO_DATA)
    return {(one.kpi, one.stage, one.detail): one for one in found}


def _sources(before: Snapshot, after: Snapshot) -> Iterator[str]:
    old = {source.name: source for source in before.sources}
    for source in after.sources:
        former = old.pop(source.name, None)
        if former is None or former.state is not source.state:
            yield _source(source)
        if source.gaps > (former.gaps if former else 0):
            yield t("plain.gap", name=safe_text(source.name), reason=safe_text(source.gap_reason))
    yield from (t("plain.removed", name=safe_text(name)) for name in old)


def _source(source: SourceStatus) -> str:
    state = t(f"status.{source.state.value}")
    calm = source.state in {SourceState.LIVE, SourceState.QUIET, SourceState.CONNECTING}
    why = "" if calm else f" ({safe_text(source.reason)}; {safe_text(source.remedy)})"
    return t("plain.source", name=safe_text(source.name), state=state) + why.replace("; )", ")").replace(" ()", "")


async def tell(watched: Watched, clock: Clock, tz: tzinfo | None, write: Callable[[str], None]) -> None:
    """Write each change with its time until cancelled, and when every source has ended its last word."""
    changes = StateChanges(tz)
    while True:
        snapshot = watched.snapshot()
        moment = datetime.fromtimestamp(clock.now(), tz)
        for change in changes.since_last(snapshot):
            write(f"{moment:%Y-%m-%d %H:%M:%S}  {change}")
        if snapshot.sources and all(source.state is SourceState.ENDED for source in snapshot.sources):
            return
        await asyncio.sleep(LOOK_EVERY_S)


def run_plain(settings: Settings, specs: Sequence[str], clean: Callable[[str], str]) -> int:
    """Watch the sources and print each change on standard output until a signal or the end of all of them.

    Raises:
        UsageError: a source or the start of reading is written wrongly.
    """
    collect_rings()
    clock, tz = SystemClock(), settings.zone()
    open_one = partial(
        open_source,
        clock=clock,
        since=parse_since(settings.since, clock.now(), tz),
        line_time=partial(line_time, tz=tz),
        options=settings.source_options(),
    )
    store = MetricsStore(settings.thresholds, PlaybookCatalogue.load(), clean=clean)
    monitor = Monitor([open_one(spec) for spec in specs], store, clock, tz)
    return asyncio.run(_watch(monitor, clock, tz))


async def _watch(monitor: Monitor, clock: Clock, tz: tzinfo | None) -> int:
    telling = asyncio.create_task(tell(monitor, clock, tz, click.echo))
    ended: list[int] = []

    def end(number: int) -> None:
        ended.append(128 + number)
        telling.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    running = asyncio.create_task(monitor.run())
    running.add_done_callback(lambda _: telling.cancel())
    with suppress(asyncio.CancelledError):
        await telling
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return ended[0] if ended else 0
