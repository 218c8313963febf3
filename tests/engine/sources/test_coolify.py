"""The source over a fake that answers as Coolify's own code does."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.engine.sources.coolify import TOKEN, UUID, Coolify, answers
from tests.engine.sources.running import Running
from tests.terminal import require
from tui.engine.clock import ManualClock
from tui.engine.errors import UsageError
from tui.engine.model import SourceOptions, SourceState
from tui.engine.parser import Parser
from tui.engine.sources import open_source

Run = Callable[..., Running]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.engine.sources.coolify.POLL_S", 0.01)


@pytest.fixture(params=[True, False], ids=["timestamps", "older"])
async def coolify(request: pytest.FixtureRequest) -> AsyncIterator[Coolify]:
    async with Coolify(knows_timestamps=request.param) as server:
        yield server


@pytest.fixture
async def server() -> AsyncIterator[Coolify]:
    async with Coolify() as server:
        yield server


def opened(run: Run, server: Coolify, **more: object) -> Running:
    token = {"options": SourceOptions(environment={"COOLIFY_TOKEN": TOKEN})}
    return run(server.source, **(token | more))


def said(source: Running) -> list[str]:
    """Return the lines without the time in front of them."""
    texts = [line.decode() for line in source.lines]
    return [text.split("Z ", 1)[-1] if text.startswith("2026-") else text for text in texts]


def ids(first: int, last: int) -> list[str]:
    return [f"line {number}" for number in range(first, last + 1)]


async def shows(source: Running, wanted: list[str]) -> None:
    await source.until(lambda: len(source.lines) >= len(wanted))
    assert said(source) == wanted


async def polled(source: Running, server: Coolify, times: int = 3) -> None:
    """Wait for some more polls, each of which ended in a block."""
    polls = len(server.asked) + times
    await source.until(lambda: len(server.asked) >= polls)


async def test_the_log_is_read_once_to_its_end(run: Run, coolify: Coolify) -> None:
    coolify.write(*ids(1, 300))

    source = opened(run, coolify, follow=False)

    assert (await source.end()).state is SourceState.ENDED
    assert said(source) == ids(1, 300)
    assert not source.gaps
    assert all(step.ok for step in source.source.trail())


async def test_overlapping_polls_give_each_line_once_and_in_order(run: Run, coolify: Coolify) -> None:
    coolify.write(*ids(1, 250))
    source = opened(run, coolify)
    wanted = ids(1, 250)
    for burst in (1, 0, 7, 199, 1, 2500, 3):
        await shows(source, wanted)
        await polled(source, coolify)
        more = ids(len(wanted) + 1, len(wanted) + burst)
        coolify.write(*more)
        wanted += more

    await shows(source, wanted)
    assert not source.gaps
    assert min(coolify.asked) == 200


async def test_a_log_that_repeats_itself_is_counted_by_its_times(run: Run, server: Coolify) -> None:
    server.write(*["beat"] * 10)
    source = opened(run, server)
    await source.until(lambda: len(source.lines) == 10)

    server.write(*["beat"] * 5)

    await source.until(lambda: len(source.lines) == 15)
    await polled(source, server)
    assert len(source.lines) == 15


async def test_white_space_that_coolify_trims_makes_no_line_new(run: Run, coolify: Coolify) -> None:
    coolify.write("  indented", "trailing  ", "", "")
    source = opened(run, coolify)
    await source.until(lambda: source.lines)
    coolify.write("next", "", "last")

    await source.until(lambda: said(source)[-1] == "last")

    printed = [line.strip() for line in said(source)]
    assert [line for line in printed if line and not line.endswith("Z")] == ["indented", "trailing", "next", "last"]
    assert not source.gaps


async def test_r65_a_redeploy_is_a_gap_and_every_line_of_the_new_container_is_read(run: Run, coolify: Coolify) -> None:
    coolify.write(*ids(1, 30))
    source = opened(run, coolify)
    await source.until(lambda: len(source.lines) == 30)

    coolify.redeploy()
    await polled(source, coolify)
    coolify.write("started", *ids(31, 40))

    await shows(source, [*ids(1, 30), "started", *ids(31, 40)])
    assert len(source.gaps) == 1
    assert "replaced" in source.gaps[0]


async def test_more_lines_between_two_polls_than_coolify_gives_are_a_gap(run: Run, coolify: Coolify) -> None:
    coolify.write(*ids(1, 5))
    source = opened(run, coolify)
    await source.until(lambda: len(source.lines) == 5)

    coolify.write(*ids(6, 10_500))

    await source.until(lambda: said(source)[-1] == "line 10500")
    assert said(source) == ids(1, 5) + ids(501, 10_500)
    assert len(source.gaps) == 1


async def test_a_log_longer_than_coolify_gives_says_so_at_the_start(run: Run, server: Coolify) -> None:
    server.write(*ids(1, 10_100))

    source = opened(run, server, follow=False)
    await source.end()

    assert said(source) == ids(101, 10_100)
    assert len(source.gaps) == 1


async def test_r68_reading_begins_at_a_moment(run: Run, server: Coolify) -> None:
    server.write(*ids(1, 10))
    first = opened(run, server, follow=False)
    await first.end()
    moment = first.source._line_time(first.lines[6])  # type: ignore[attr-defined]

    source = opened(run, server, since=moment, follow=False)
    await source.end()

    assert said(source) == ids(7, 10)
    assert {block.arrived for block in source.blocks} == {None}


async def test_from_now_on_is_nothing_of_before(run: Run, coolify: Coolify) -> None:
    coolify.write(*ids(1, 10))
    source = opened(run, coolify, since=float("inf"))
    await polled(source, coolify)

    coolify.write("new")

    await shows(source, ["new"])
    assert source.blocks[-1].arrived is not None or source.lines == [source.lines[-1]]


async def test_reading_goes_on_behind_a_bookmark(run: Run, coolify: Coolify) -> None:
    coolify.write(*ids(1, 700))
    first = opened(run, coolify, follow=False)
    await first.end()
    coolify.write(*ids(701, 710))

    second = opened(run, coolify, bookmark=first.source.bookmark, follow=False)
    await second.end()

    assert said(second) == ids(701, 710)
    assert not second.gaps


async def test_docker_s_times_become_the_times_of_events(run: Run, server: Coolify) -> None:
    server.write("❌ [STT Azure] Error: 401")

    source = opened(run, server, follow=False)
    await source.end()

    parser = Parser("app")
    events = [event for block in source.blocks for event in parser.feed(block)] + parser.flush()
    assert [(event.kind, event.code, event.time) for event in events] == [("error", "401", 1_770_000_000.001)]


async def test_an_application_that_stops_is_waited_for(run: Run, coolify: Coolify) -> None:
    coolify.write("one")
    source = opened(run, coolify)
    await source.until(lambda: source.lines)

    coolify.running = False
    await source.until(lambda: source.status.state is SourceState.WAITING)
    assert UUID in source.status.reason
    coolify.running = True
    coolify.write("two")

    await shows(source, ["one", "two"])
    assert not source.gaps


@pytest.mark.parametrize(
    ("status", "body", "reason", "remedy", "retry"),
    [
        (401, {"message": "Unauthenticated."}, "Unauthenticated", "permission read", 300),
        (400, {"message": "Invalid token."}, "Invalid token", "permission read", 300),
        (403, {"success": True, "message": "API is disabled."}, "API is disabled", "enable the API", 300),
        (403, {"message": "Missing required permissions: read"}, "Missing required", "permission read", 300),
        (404, {"message": "Application not found."}, "Application not found", "copy the UUID", 300),
        (422, {"message": "Validation failed."}, "422: Validation failed", "address and login", 300),
        (400, {"message": "UUID is required."}, "400: UUID is required", "address and login", 300),
        (200, {"message": "no logs"}, "not as Coolify", "address of Coolify itself", 300),
        (200, "<html>", "not as Coolify", "address of Coolify itself", 300),
        (200, {"logs": ["a"]}, "not as Coolify", "address of Coolify itself", 300),
        (502, "<html>\x1b[2J Bad Gateway", "502: <html>␛[2J Bad Gateway", "its own log", None),
        (500, {"message": "Server Error"}, "500: Server Error", "its own log", None),
    ],
)
async def test_each_refusal_is_a_state_with_its_remedy(  # noqa: PLR0917 - the columns of the table
    run: Run, server: Coolify, status: int, body: object, reason: str, remedy: str, retry: int | None
) -> None:
    server.odd = answers(status, body)

    source = opened(run, server)
    await source.until(lambda: source.status.state is SourceState.FAILED)

    assert reason in source.status.reason
    assert remedy in source.status.remedy
    await source.until(lambda: source.status.retry_at is not None)
    assert source.status.retry_at is not None
    wait_s = source.status.retry_at - source.source._reading._clock.now()  # type: ignore[attr-defined]
    assert wait_s <= 30 if retry is None else retry - 30 < wait_s <= retry
    assert not source.source.trail()[-1].ok


async def test_who_asks_too_often_waits_as_long_as_coolify_wants(run: Run, server: Coolify) -> None:
    server.odd = answers(429, {"message": "Too Many Attempts."}, **{"Retry-After": "47"})

    source = opened(run, server)
    await source.until(lambda: source.status.retry_at is not None)

    assert source.status.state is SourceState.WAITING
    assert source.status.retry_at is not None
    assert 20 < source.status.retry_at - source.source._reading._clock.now() <= 47  # type: ignore[attr-defined]


async def test_a_redirect_is_not_followed_and_the_token_stays_here(run: Run, server: Coolify) -> None:
    async with Coolify() as elsewhere:
        seen: list[str] = []

        async def catch(request: object) -> object:
            seen.append(str(request))
            raise AssertionError

        elsewhere.odd = catch  # type: ignore[assignment]
        server.odd = answers(302, {}, Location=f"{elsewhere.url}/api/v1/applications/{UUID}/logs")
        source = opened(run, server, follow=False)

        status = await source.end()

    assert status.state is SourceState.FAILED
    assert elsewhere.url in status.reason
    assert not seen


async def test_a_server_that_is_gone_and_comes_back_costs_no_line(run: Run) -> None:
    server = Coolify()
    async with server:
        server.write("one")
        source = opened(run, server)
        await source.until(lambda: source.lines)
    await source.until(lambda: source.status.state is SourceState.FAILED)
    assert f"127.0.0.1:{server.port} cannot be reached: Connection refused" in source.status.reason
    async with server:
        server.write("two")
        await shows(source, ["one", "two"])
        await source.close()
    assert not source.gaps


async def test_a_server_that_keeps_silent_is_told(run: Run, server: Coolify, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.engine.sources._http.TIMEOUT_S", 0.05)

    async def silent(_request: object) -> object:
        await asyncio.sleep(0.5)
        raise ConnectionError

    server.odd = silent  # type: ignore[assignment]

    source = opened(run, server, follow=False)

    assert "does not answer" in (await source.end()).reason


@pytest.fixture
def own_certificate(tmp_path: Path) -> ssl.SSLContext:
    """Return what a server shows that signed its certificate itself."""
    require("openssl")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    place = ["-keyout", tmp_path / "key", "-out", tmp_path / "cert", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*made, *place], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    return tls


async def test_a_certificate_nobody_trusts_is_refused(run: Run, own_certificate: ssl.SSLContext) -> None:
    async with Coolify(tls=own_certificate) as server:
        source = opened(run, server, follow=False)
        status = await source.end()

    assert "certificate" in status.reason
    assert "SSL_CERT_FILE" in status.remedy
    assert not server.asked


@pytest.mark.parametrize("token", ["", "  ", "two\nlines", "ünïcode"])
async def test_no_usable_token_is_told_before_anything_is_sent(run: Run, server: Coolify, token: str) -> None:
    source = opened(run, server, options=SourceOptions(environment={"COOLIFY_TOKEN": token}), follow=False)

    status = await source.end()

    assert "COOLIFY_TOKEN" in status.reason
    assert "Keys & Tokens" in status.remedy
    assert not server.asked


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("", "address"),
        ("coolify.example.org/abc", "address"),
        ("ftp://h/abc", "address"),
        ("https://h", "UUID"),
        ("https://h/", "UUID"),
        ("https://h/a b", "UUID"),
        ("https://user:pw@h/abc", "address"),
        ("https://h/abc?x=1", "address"),
        ("http://coolify.example.org/abc", "in the clear"),
        ("http://10.0.0.1:8000/abc", "in the clear"),
        ("https://[::1/abc", "address"),
    ],
)
def test_an_address_that_cannot_be_meant_is_a_mistake(rest: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        open_source(f"coolify:{rest}", clock=ManualClock(), since=None, line_time=lambda _: None)


@pytest.mark.parametrize("rest", ["http://localhost:8000/abc", "http://127.0.0.2/abc", "http://[::1]:8000/abc"])
def test_an_unencrypted_way_within_this_machine_is_fine(rest: str) -> None:
    source = open_source(f"coolify:{rest}", clock=ManualClock(), since=None, line_time=lambda _: None)
    assert source.name == f"coolify:{rest}"
