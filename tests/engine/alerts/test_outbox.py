"""Faults 91 to 93: whatever happens between change and delivery, every message is accounted for."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.alerts.figures import NOW
from tui.engine.alerts import book, outbox
from tui.engine.alerts.delivery import Delivery, Outcome
from tui.engine.alerts.notify import DeliveryError
from tui.engine.alerts.policy import Policy
from tui.engine.clock import ManualClock
from tui.engine.model import Notification
from tui.engine.state import StateDatabase
from tui.engine.when import Hours


class Sink:
    """A channel that fails as often as it is told to and remembers what arrived."""

    def __init__(self, *failures: DeliveryError, name: str = "ops") -> None:
        self.name = name
        self.failures = list(failures)
        self.tried: list[Notification] = []
        self.arrived: list[Notification] = []

    async def send(self, message: Notification) -> None:
        self.tried.append(message)
        if self.failures:
            raise self.failures.pop(0)
        self.arrived.append(message)


def message(alert: str = "a1", number: int = 1, **fields: object) -> Notification:
    values: dict[str, object] = {
        "key": f"voxtop-{alert}-1-{number}",
        "alert_key": f"voxtop-{alert}-1",
        "occasion": "fired",
        "rule": "ttfb_p95",
        "severity": "critical",
        "summary": f"{alert} is slow",
        "at": NOW,
        "since": NOW - 300,
        "episode": 1,
        **fields,
    }
    return Notification(**values)  # type: ignore[arg-type] # the fields a test names


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StateDatabase]:
    with StateDatabase(tmp_path / "state") as opened:
        yield opened


def put(database: StateDatabase, *messages: Notification, channel: str = "ops", muted: bool = False) -> None:
    for one in messages:
        alert = one.alert_key.split("-")[1]
        database.write_now(partial(outbox.put, channels=(channel,), alert=alert, messages=(one,), muted=muted))


def states(database: StateDatabase) -> Counter[str]:
    return database.read_now(lambda c: Counter(state for (state,) in c.execute("SELECT state FROM outbox")))


class Post:
    """A delivery with a clock that a test moves and no chance in its waits."""

    def __init__(self, database: StateDatabase, sink: Sink, policy: Policy | None = None) -> None:
        self.clock = ManualClock(NOW)
        self.outcomes: list[Outcome] = []
        self.delivery = Delivery(
            database,
            {"ops": sink},
            self.clock,
            tell=self.outcomes.append,
            policies={"ops": policy or Policy(per_hour=10)},
            chance=lambda: 1.0,
        )

    async def drain(self, seconds: int = 0) -> None:
        """Send all that can be sent, second by second."""
        for _ in range(seconds + 1):
            while await self.delivery.send_next("ops"):
                pass
            self.clock.advance(1)


async def test_a_message_arrives_once(database: StateDatabase) -> None:
    post = Post(database, sink := Sink())
    put(database, message(), message())

    await post.drain(3)

    assert [one.key for one in sink.arrived] == ["voxtop-a1-1-1"]
    assert states(database) == {"sent": 1}


async def test_a_message_that_does_not_arrive_is_sent_again_under_the_same_key_ever_more_rarely(
    database: StateDatabase,
) -> None:
    post = Post(database, sink := Sink(*(DeliveryError("451 try later") for _ in range(4))))
    put(database, message())

    await post.drain(29)
    assert len(sink.tried) == 4
    await post.drain(1)

    assert {one.key for one in sink.tried} == {"voxtop-a1-1-1"}
    assert len(sink.arrived) == 1
    assert states(database) == {"sent": 1}
    assert [outcome.error for outcome in post.outcomes] == ["451 try later"] * 4 + [""]


async def test_a_receiver_that_wants_to_be_left_alone_is(database: StateDatabase) -> None:
    post = Post(database, sink := Sink(DeliveryError("429", retry_after_s=90)))
    put(database, message())

    await post.drain(89)
    assert len(sink.tried) == 1
    await post.drain(1)

    assert len(sink.arrived) == 1


async def test_what_is_refused_for_good_is_a_dead_letter_with_its_reason(database: StateDatabase) -> None:
    post = Post(database, Sink(DeliveryError("550 no such user", permanent=True)))
    put(database, message())

    await post.drain()

    (dead,) = database.read_now(partial(outbox.dead_letters, since=0.0))
    assert (dead.channel, dead.rule, dead.error) == ("ops", "ttfb_p95", "550 no such user")
    assert database.read_now(partial(book.read_board, scopes=(), now=NOW)).dead == 1


async def test_a_message_that_did_not_arrive_for_a_day_is_given_up_visibly(
    database: StateDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.alerts.delivery.GIVE_UP_S", 600.0)
    post = Post(database, Sink(*(DeliveryError("down") for _ in range(9999))))
    put(database, message())

    await post.drain(1300)

    assert states(database) == {"dead": 1}


async def test_a_channel_that_hangs_has_failed(database: StateDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(Sink):
        async def send(self, message: Notification) -> None:
            self.tried.append(message)
            await asyncio.Event().wait()

    monkeypatch.setattr("tui.engine.alerts.delivery.SEND_S", 0.01)
    post = Post(database, Hanging())
    put(database, message())

    await post.delivery.send_next("ops")

    assert "0.01" in post.outcomes[0].error
    assert states(database) == {"open": 1}


async def test_fault_91_a_message_whose_process_died_while_sending_is_sent_by_the_next_one(
    database: StateDatabase,
) -> None:
    put(database, message(), message("b2"))
    letter = await database.write(partial(outbox.claim, channel="ops", now=NOW, per_hour=10))
    assert letter is not None  # … and here the process is gone

    sink = Sink()
    post = Post(database, sink)
    await database.write(partial(outbox.resume, channels=("ops",), reason="gone", now=NOW))
    await post.drain()

    assert sink.arrived == [letter.message]
    assert states(database) == {"sent": 1, "suppressed": 1}


@pytest.mark.parametrize("rules", [1, 7, 1000], ids="{} rules".format)
async def test_fault_92_of_a_thousand_alerts_in_a_second_each_is_sent_or_counted(
    database: StateDatabase, rules: int
) -> None:
    def flood(connection: sqlite3.Connection) -> None:
        for number in range(1000):
            one = message(f"x{number}", rule=f"rule{number % rules}")
            outbox.put(connection, ("ops",), f"x{number}", (one,), muted=False)

    database.write_now(flood)
    post = Post(database, sink := Sink())

    await post.drain(5)

    assert len(sink.arrived) <= 10
    assert len(sink.arrived) + sum(one.suppressed for one in sink.arrived) == 1000
    assert states(database) == {"sent": len(sink.arrived), "suppressed": 1000 - len(sink.arrived)}
    keys = [key for one in sink.arrived for key in (one.alert_key, *one.also_keys)]
    assert len(set(keys)) == len(keys) == 1000


async def test_fault_93_a_flapping_alert_is_told_a_bounded_number_of_times_and_its_last_state_is_right(
    database: StateDatabase,
) -> None:
    post = Post(database, sink := Sink())
    for number in range(600):
        put(database, message(number=number, occasion="resolved" if number % 2 else "fired", at=NOW + number))
        await post.drain()

    await post.drain(3700)

    assert len(sink.arrived) <= 40
    assert sink.arrived[-1].occasion == "resolved"
    assert sink.arrived[-1].key == "voxtop-a1-1-599"
    assert len(sink.arrived) + sum(one.suppressed for one in sink.arrived) == 600


async def test_messages_of_one_alert_never_overtake_each_other(database: StateDatabase) -> None:
    post = Post(database, sink := Sink(DeliveryError("down"), DeliveryError("down")))
    put(database, message(number=1))
    await post.drain()
    put(database, message(number=2, occasion="resolved"))

    await post.drain(20)

    assert [one.occasion for one in sink.arrived] == ["fired", "resolved"]


async def test_a_failing_message_holds_up_no_other_alert(database: StateDatabase) -> None:
    post = Post(database, sink := Sink(DeliveryError("bad luck", retry_after_s=500)))
    put(database, message("a1"))
    await post.drain()
    put(database, message("b2"))

    await post.drain(1)

    assert [one.alert_key for one in sink.arrived] == ["voxtop-b2-1"]


async def test_of_muted_alerts_nobody_is_told_but_the_next_message_counts_them(database: StateDatabase) -> None:
    put(database, message("a1"), message("b2"), muted=True)
    post = Post(database, sink := Sink())
    await post.drain()
    assert sink.tried == []

    put(database, message("c3"))
    await post.drain()

    assert [one.suppressed for one in sink.arrived] == [2]


async def test_in_quiet_hours_only_critical_alerts_are_sent_and_the_rest_is_told_together_afterwards(
    database: StateDatabase,
) -> None:
    quiet = Policy(quiet=Hours(time(0, 0), time(23, 59, 59)), tz=ZoneInfo("UTC"))
    put(database, *(message(f"w{number}", severity="warning") for number in range(3)), message("c1"))
    sink = Sink()
    await Post(database, sink, quiet).drain()
    assert [one.severity for one in sink.arrived] == ["critical"]

    await Post(database, sink).drain()

    assert [(one.severity, one.suppressed) for one in sink.arrived[1:]] == [("warning", 2)]
    assert sink.arrived[1].also == ("w1 is slow", "w2 is slow")


async def test_what_a_receiver_opened_is_closed_by_a_message_of_its_own(database: StateDatabase) -> None:
    post = Post(database, sink := Sink())
    for alert in ("a1", "b2", "c3"):
        put(database, message(alert))
        await post.drain()
    put(database, *(message(alert, 2, occasion="resolved") for alert in ("c3", "a1", "b2", "d4")))

    await post.drain()

    closed = [one.alert_key for one in sink.arrived if one.occasion == "resolved"]
    assert sorted(closed) == ["voxtop-a1-1", "voxtop-b2-1", "voxtop-c3-1"]
    assert [one.also_keys for one in sink.arrived[3:]] == [("voxtop-d4-1",), (), ()]


async def test_messages_for_a_channel_that_is_gone_become_dead_letters(database: StateDatabase) -> None:
    put(database, message(), channel="old")

    await database.write(partial(outbox.resume, channels=("ops",), reason="no longer configured", now=NOW))

    assert states(database) == {"dead": 1}


async def test_settled_messages_are_kept_for_a_month(database: StateDatabase) -> None:
    put(database, message("a1"), message("b2", at=NOW + 86_400))
    await Post(database, Sink()).drain(1)
    assert sum(states(database).values()) == 2

    await database.write(partial(outbox.prune, now=NOW + 30 * 86_400 + 1))

    assert sum(states(database).values()) == 1


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from("abc")),
        st.tuples(st.just("mute"), st.sampled_from("abc")),
        st.tuples(st.just("send"), st.sampled_from(["well", "later", "never", "crash"])),
        st.tuples(st.just("wait"), st.integers(1, 700)),
    ),
    max_size=40,
)


@given(STEPS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_fault_91_whatever_the_history_every_row_is_settled_once(database: StateDatabase, steps: list[tuple]) -> None:  # type: ignore[type-arg] # of two kinds
    """A model of the whole life: put, mute, send, fail, give up, die while sending; then everything is sent."""
    database.write_now(lambda c: c.execute("DELETE FROM outbox"))
    clock, written = ManualClock(NOW), 0
    told: Counter[str] = Counter()
    for what, value in [*steps, *[("wait", 700), ("send", "well")] * 120]:
        if what in {"put", "mute"}:
            written += 1
            one = replace(message(value, written), at=clock.now())
            put(database, one, muted=what == "mute")
        elif what == "wait":
            clock.advance(value)
        else:
            claim = partial(outbox.claim, channel="ops", now=clock.now(), per_hour=3)
            letter = database.write_now(claim)
            if letter is None or value == "crash":
                continue
            if value == "well":
                database.write_now(partial(outbox.arrived, row=letter.row, now=clock.now()))
                told[letter.message.key] += 1
            else:
                due = clock.now() + 5 if value == "later" else None
                database.write_now(partial(outbox.failed, row=letter.row, due=due, reason="no", now=clock.now()))

    found = states(database)
    assert sum(found.values()) == written
    assert found["waiting"] == found["open"] == 0
    assert max(told.values(), default=1) == 1
    assert found["sent"] == len(told)
