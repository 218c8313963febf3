"""Who judges and who notifies, when a monitor and a watch look at the same or at other sources."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.engine.alerts import figures
from tests.engine.alerts.figures import CALM, NOW
from tui.alert_desk import AlertDesk
from tui.alerting import Alerting
from tui.engine.alerts.judge import Judge
from tui.engine.alerts.policy import Policy
from tui.engine.alerts.rule import shipped
from tui.engine.alerts.telling import Teller
from tui.engine.clock import ManualClock
from tui.engine.model import NO_BOARD, AlertBoard, Notification, Snapshot
from tui.engine.sources import identity
from tui.engine.state import StateDatabase

PATIENCE_S = 30.0


class Sink:
    """A channel that remembers."""

    name = "ops"

    def __init__(self) -> None:
        self.arrived: list[Notification] = []

    async def send(self, message: Notification) -> None:
        self.arrived.append(message)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.engine.state._database.state_folder", lambda: tmp_path / "state")
    monkeypatch.setattr("tui.alert_desk.JUDGE_S", 0.01)
    monkeypatch.setattr("tui.engine.alerts.delivery.IDLE_S", 0.01)


@asynccontextmanager
async def desk(snapshot: Snapshot, clock: ManualClock, sink: Sink, **options: bool) -> AsyncIterator[AlertDesk]:
    alerting = Alerting(shipped(), {"ops": sink}, {"ops": Policy()}, Teller())
    one = AlertDesk(alerting, ["app.log"], lambda: snapshot, clock, **options)
    running = asyncio.ensure_future(one.run())
    try:
        yield one
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - files change without telling
            await asyncio.sleep(0.01)


async def test_without_a_watch_the_monitor_judges_and_notifies() -> None:
    sink = Sink()
    async with desk(figures.missing(at=NOW), ManualClock(NOW), sink) as one:
        await until(lambda: bool(sink.arrived))

        assert [alert.rule for alert in one.board().firing] == ["config_warning"]
        assert one.board().watched_by == ""
        assert [message.occasion for message in sink.arrived] == ["fired"]


async def test_whoever_waits_for_figures_to_be_judged_is_not_told_of_the_board_besides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.alert_desk.SETTLED_WITHIN_S", PATIENCE_S)
    told: list[AlertBoard] = []
    async with desk(figures.missing(at=NOW), ManualClock(NOW), Sink()) as one:
        one._tell = lambda: told.append(one.board())
        await one.settled()
        assert one.board().firing
        assert told == []

        await one.acknowledge(one.board().firing[0])
        await until(lambda: bool(told))
        assert told[0].alerts[0].acked_by


async def test_while_a_watch_judges_its_sources_the_monitor_shows_its_alerts_and_notifies_nobody() -> None:
    clock, sink = ManualClock(NOW), Sink()
    with StateDatabase() as database:
        watch = Judge(shipped(), database, clock, sources=[identity("app.log"), identity("other.log")])
        await watch.look(figures.missing("TELNYX_API_KEY", at=NOW))
        async with desk(figures.missing(at=NOW), clock, sink) as one:
            await until(lambda: bool(one.board().firing))

            assert [dict(alert.labels)["field"] for alert in one.board().firing] == ["TELNYX_API_KEY"]
            assert one.board().watched_by.startswith("watch ")
            await one.acknowledge(one.board().firing[0])
            await until(lambda: bool(one.board().alerts[0].acked_by))
            assert sink.arrived == []


async def test_a_watch_on_other_sources_leaves_the_monitor_its_own_alerts() -> None:
    clock, sink = ManualClock(NOW), Sink()
    with StateDatabase() as database:
        await Judge(shipped(), database, clock, sources=[identity("elsewhere.log")]).look(CALM)
        async with desk(figures.missing(at=NOW), clock, sink) as one:
            await until(lambda: bool(sink.arrived))

            assert [alert.rule for alert in one.board().firing] == ["config_warning"]


async def test_a_watch_that_is_gone_leaves_judging_to_the_monitor() -> None:
    clock, sink = ManualClock(NOW), Sink()
    with StateDatabase() as database:
        await Judge(shipped(), database, clock, sources=[identity("app.log")]).look(CALM)
        async with desk(figures.missing(at=NOW), clock, sink) as one:
            await until(lambda: one.board().known)
            assert one.board().firing == ()

            clock.advance(16)
            await until(lambda: bool(sink.arrived))


async def test_what_is_private_is_kept_from_everybody(tmp_path: Path) -> None:
    sink = Sink()
    async with desk(figures.missing(at=NOW), ManualClock(NOW), sink, private=True) as one:
        await until(lambda: bool(one.board().firing))

        assert not (tmp_path / "state").exists()
        assert sink.arrived == []


async def test_a_silence_from_the_monitor_mutes_and_every_channel_can_be_tried() -> None:
    clock, sink = ManualClock(NOW), Sink()
    async with desk(CALM, clock, sink) as one:
        await until(lambda: one.board().known)

        await one.silence("rule=gap", 60, "known")

        await until(lambda: bool(one.board().silences))
        assert await one.test() == [("ops", "")]
        assert [message.occasion for message in sink.arrived] == ["test"]


async def test_fault_37_where_no_state_can_be_kept_alerts_are_judged_all_the_same_and_the_board_says_so(
    tmp_path: Path,
) -> None:
    (tmp_path / "state").write_text("a file where a folder should be", encoding="utf-8")
    sink = Sink()
    async with desk(figures.missing(at=NOW), ManualClock(NOW), sink) as one:
        await until(lambda: bool(one.board().firing))

        assert str(tmp_path / "state") in one.board().trouble
        assert sink.arrived == []


async def test_new_channels_tell_what_happens_from_then_on() -> None:
    sink, other = Sink(), Sink()
    showing = [CALM]
    alerting = Alerting(shipped(), {"ops": sink}, {"ops": Policy()}, Teller())
    one = AlertDesk(alerting, ["app.log"], lambda: showing[-1], ManualClock(NOW))
    running = asyncio.ensure_future(one.run())
    await until(lambda: one.board() is not NO_BOARD)

    one.use(Alerting(shipped(), {"new": other}, {"new": Policy()}, Teller()))
    showing.append(figures.missing(at=NOW))
    await until(lambda: bool(other.arrived))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert [message.occasion for message in other.arrived] == ["fired"]
    assert sink.arrived == []
