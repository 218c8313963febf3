"""The source over a fake of Loki's API."""

import base64
import time
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web

from tests.engine.sources.loki import SECOND, Loki
from tests.engine.sources.running import Running
from tui.engine.clock import ManualClock
from tui.engine.errors import UsageError
from tui.engine.model import SourceOptions, SourceState
from tui.engine.parser import Parser
from tui.engine.sources import open_source

Run = Callable[..., Running]
NOW = time.time_ns()
PAST = NOW - 600 * SECOND


@pytest.fixture
async def loki() -> AsyncIterator[Loki]:
    async with Loki() as server:
        yield server


@pytest.fixture(name="run")
def run_within(loki: Loki, run: Run) -> Run:  # noqa: ARG001 - the order is what it is for
    """Close every source before the server goes: one that is just connecting would be left half open."""
    return run


def opened(run: Run, server: Loki, **more: object) -> Running:
    return run(server.source, **({"options": SourceOptions(environment={})} | more))


def said(source: Running) -> list[str]:
    """Return the lines without the time in front of them."""
    return [line.decode().split("Z ", 1)[-1] for line in source.lines]


def ids(first: int, last: int) -> list[str]:
    return [f"line {number}" for number in range(first, last + 1)]


def hold(server: Loki, first: int, last: int, **labels: str) -> None:
    for number in range(first, last + 1):
        server.hold(PAST + number * 1_000_000, f"line {number}", **labels)


async def shows(source: Running, wanted: list[str]) -> None:
    await source.until(lambda: len(source.lines) >= len(wanted))
    assert said(source) == wanted


async def test_several_pages_are_read_once_and_in_order(run: Run, loki: Loki) -> None:
    hold(loki, 1, 2500)

    source = opened(run, loki, since=PAST / SECOND, follow=False)

    assert (await source.end()).state is SourceState.ENDED
    assert said(source) == ids(1, 2500)
    assert {block.arrived for block in source.blocks} == {None}
    assert all(step.ok for step in source.source.trail())


async def test_streams_are_merged_by_time(run: Run, loki: Loki) -> None:
    for number in range(1, 11):
        loki.hold(PAST + number, f"line {number}", pod=f"pod-{number % 3}")

    source = opened(run, loki, since=PAST / SECOND - 1, follow=False)
    await source.end()

    assert said(source) == ids(1, 10)
    assert {block.part for block in source.blocks if block.lines} == {"pod-0", "pod-1", "pod-2"}


async def test_r52_labels_that_tell_processes_apart_are_parts_and_others_are_not(run: Run, loki: Loki) -> None:
    loki.hold(PAST + 1, "a", pod="pod-1", container="main", level="info")
    loki.hold(PAST + 2, "b", pod="pod-1", container="main", detected_level="error")
    loki.hold(PAST + 3, "c", level="info")

    source = opened(run, loki, since=PAST / SECOND - 1, follow=False)
    await source.end()

    assert [(block.part, len(block.lines)) for block in source.blocks if block.lines] == [("pod-1/main", 2), ("", 1)]


async def test_pages_that_end_within_one_moment_lose_and_double_nothing(run: Run, loki: Loki) -> None:
    hold(loki, 1, 990)
    loki.hold(PAST + 991 * 1_000_000, *ids(991, 1020))
    hold(loki, 1021, 1500)

    source = opened(run, loki, since=PAST / SECOND, follow=False)
    await source.end()

    assert said(source) == ids(1, 1500)
    assert not source.gaps


async def test_more_entries_of_one_moment_than_loki_gives_are_a_gap(run: Run, loki: Loki) -> None:
    loki.hold(PAST, *ids(1, 1500))
    loki.hold(PAST + 1, "next")

    source = opened(run, loki, since=PAST / SECOND - 1, follow=False)
    await source.end()

    assert said(source) == [*ids(1, 1000), "next"]
    assert len(source.gaps) == 1


async def test_the_whole_log_is_asked_for_in_spans_that_loki_allows(run: Run, loki: Loki) -> None:
    for day in (29, 12, 3):
        loki.hold(NOW - day * 86400 * SECOND, f"{day} days ago")

    source = opened(run, loki, follow=False)
    await source.end()

    assert said(source) == ["29 days ago", "12 days ago", "3 days ago"]


async def test_what_comes_later_comes_live_and_once(run: Run, loki: Loki) -> None:
    hold(loki, 1, 20)
    source = opened(run, loki, since=PAST / SECOND)
    await source.until(lambda: loki.tails)

    await loki.get(time.time_ns(), "line 21", "line 22")

    await shows(source, ids(1, 22))
    assert source.blocks[-1].arrived is not None
    assert source.status.state is SourceState.LIVE


@pytest.mark.parametrize("looks_back", [True, False], ids=["looking back", "not looking back"])
async def test_what_comes_between_the_history_and_the_tail_is_read_once(
    run: Run, loki: Loki, *, looks_back: bool
) -> None:
    hold(loki, 1, 20)
    loki.looks_back = looks_back
    loki.before_tail = lambda: loki.hold(time.time_ns(), "line 21", "line 22")
    source = opened(run, loki, since=PAST / SECOND)
    await source.until(lambda: loki.tails)

    await loki.get(time.time_ns(), "line 23")

    await shows(source, ids(1, 23))


async def test_an_entry_that_reaches_loki_late_is_read_too(run: Run, loki: Loki) -> None:
    source = opened(run, loki, since=PAST / SECOND)
    await source.until(lambda: loki.tails)
    stamp = time.time_ns()
    await loki.get(stamp, "first", pod="quick")
    await source.until(lambda: len(source.lines) == 1)
    await loki.end_tails()
    loki.hold(stamp - 2 * SECOND, "older, but later", pod="slow")

    await shows(source, ["first", "older, but later"])


async def test_a_tail_that_ends_is_followed_again_without_a_gap(run: Run, loki: Loki) -> None:
    hold(loki, 1, 20)
    source = opened(run, loki, since=PAST / SECOND)
    wanted = ids(1, 20)
    for turn in range(3):
        await source.until(lambda: loki.tails)
        more = ids(len(wanted) + 1, len(wanted) + 5)
        wanted += more
        await loki.get(time.time_ns(), *more)
        await source.until(lambda turn=turn: len(source.lines) >= 25 + 5 * turn)
        await loki.end_tails()

    await source.until(lambda: loki.tails)
    await shows(source, wanted)
    assert not source.gaps


async def test_entries_that_loki_dropped_are_a_gap(run: Run, loki: Loki) -> None:
    source = opened(run, loki, since=PAST / SECOND)
    await source.until(lambda: loki.tails)

    await loki.get(time.time_ns(), "after", dropped=3)

    await shows(source, ["after"])
    assert len(source.gaps) == source.status.gaps == 1


async def test_reading_goes_on_behind_a_bookmark(run: Run, loki: Loki) -> None:
    hold(loki, 1, 400)
    first = opened(run, loki, since=PAST / SECOND, follow=False)
    await first.end()
    hold(loki, 401, 410)

    second = opened(run, loki, bookmark=first.source.bookmark, follow=False)
    await second.end()

    assert said(second) == ids(401, 410)


async def test_from_now_on_is_nothing_of_before(run: Run, loki: Loki) -> None:
    hold(loki, 1, 3)
    source = opened(run, loki, since=float("inf"))
    await source.until(lambda: loki.tails)

    await loki.get(time.time_ns(), "new")

    await shows(source, ["new"])


async def test_an_entry_of_several_lines_stays_one_record_with_loki_s_time(run: Run, loki: Loki) -> None:
    stamp = 1_770_000_000_123_456_789
    text = 'ERROR failed\nTraceback (most recent call last):\n  File "a.py", line 1\nValueError: no\r'
    loki.hold(stamp, text)

    source = opened(run, loki, since=1_770_000_000.0, follow=False, clock=ManualClock(1_770_000_600.0))
    await source.end()

    assert len(source.lines) == 4
    parser = Parser("loki")
    events = [event for block in source.blocks for event in parser.feed(block)] + parser.flush()
    assert [(event.kind, event.time) for event in events] == [("error", pytest.approx(1_770_000_000.123456))]
    assert "ValueError" in events[0].text


@pytest.mark.parametrize(
    ("environment", "header", "value"),
    [
        ({"LOKI_BEARER_TOKEN": " abc "}, "Authorization", "Bearer abc"),
        (
            {"LOKI_USERNAME": "u", "LOKI_PASSWORD": "pé"},
            "Authorization",
            "Basic " + base64.b64encode("u:pé".encode()).decode(),
        ),
        ({"LOKI_ORG_ID": "team-a"}, "X-Scope-OrgID", "team-a"),
        ({}, "Authorization", None),
    ],
)
async def test_login_and_tenant_come_from_the_environment(
    run: Run, loki: Loki, environment: dict[str, str], header: str, value: str | None
) -> None:
    source = opened(run, loki, since=PAST / SECOND, options=SourceOptions(environment=environment))

    await source.until(lambda: loki.tails)

    assert {each.get(header) for each in loki.headers} == {value}


@pytest.mark.parametrize(
    ("status", "text", "reason", "remedy"),
    [
        (400, "parse error at line 1, col 2", "parse error", '{app="voice"}'),
        (401, "no org id", "no org id", "LOKI_ORG_ID"),
        (403, "denied", "denied", "LOKI_USERNAME"),
        (404, "404 page not found", "not as Loki", "3100"),
        (200, "<html>", "not as Loki", "3100"),
        (200, '{"status":"success","data":{"resultType":"matrix","result":[]}}', "matrix", "select lines"),
        (200, '{"status":"success","data":{"resultType":"streams","result":[{"x":1}]}}', "not as Loki", "3100"),
        (500, "Ingester not ready", "500: Ingester not ready", "asked again"),
    ],
)
async def test_each_refusal_is_a_state_with_its_remedy(  # noqa: PLR0917 - the columns of the table
    run: Run, loki: Loki, status: int, text: str, reason: str, remedy: str
) -> None:
    async def odd(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text)

    loki.odd = odd

    source = opened(run, loki, follow=False)

    told = await source.end()
    assert told.state is SourceState.FAILED
    assert reason in told.reason
    assert remedy in told.remedy
    assert not source.source.trail()[-1].ok


async def test_a_refused_tail_is_told_and_history_stays(run: Run, loki: Loki) -> None:
    hold(loki, 1, 3)

    async def odd(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("tail"):
            return web.Response(status=403, text="max concurrent tail requests limit exceeded")
        loki.odd = None
        answer = await loki._query_range(request)
        loki.odd = odd
        return answer

    loki.odd = odd
    source = opened(run, loki, since=PAST / SECOND)

    await source.until(lambda: source.status.state is SourceState.FAILED)

    assert said(source) == ids(1, 3)
    assert "LOKI_USERNAME" in source.status.remedy


async def test_a_server_that_is_gone_and_comes_back_costs_no_line(run: Run) -> None:
    server = Loki()
    async with server:
        hold(server, 1, 5)
        source = opened(run, server, since=PAST / SECOND)
        await source.until(lambda: server.tails)
        await source.until(lambda: len(source.lines) == 5)
    await source.until(lambda: source.status.state is SourceState.FAILED)
    hold(server, 6, 9)
    async with server:
        await shows(source, ids(1, 9))
        await source.close()
    assert not source.gaps


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("", "address"),
        ('{app="voice"}', "address"),
        ("http://h:3100/", "selector"),
        ("http://h:3100/app", "selector"),
        ('ftp://h/{app="voice"}', "address"),
        ("http://h:3100/{app", "selector"),
    ],
)
def test_an_address_that_cannot_be_meant_is_a_mistake(rest: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        open_source(f"loki:{rest}", clock=ManualClock(), since=None, line_time=lambda _: None)
    assert '{app="voice"}' in caught.value.remedy


def test_a_login_does_not_travel_in_the_clear() -> None:
    options = SourceOptions(environment={"LOKI_BEARER_TOKEN": "abc"})
    with pytest.raises(UsageError, match="in the clear"):
        open_source(
            "loki:http://logs.example.org/{a}",
            clock=ManualClock(),
            since=None,
            line_time=lambda _: None,
            options=options,
        )


@pytest.mark.parametrize("name", ["LOKI_BEARER_TOKEN", "LOKI_ORG_ID"])
@pytest.mark.parametrize("value", ["two\nlines", "ünïcode"])
def test_a_login_that_fits_into_no_header_is_a_mistake(name: str, value: str) -> None:
    options = SourceOptions(environment={name: value})
    with pytest.raises(UsageError, match="no header"):
        open_source(
            "loki:http://127.0.0.1/{a}", clock=ManualClock(), since=None, line_time=lambda _: None, options=options
        )
