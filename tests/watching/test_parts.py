"""The parts of the service without the service."""

import io
import json
import os
import socket
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from tests.engine.alerts.figures import CALM, NOW
from tui.engine.clock import ManualClock
from tui.engine.state import StateDatabase
from tui.watching.health import FROZEN_S, Pulse, health_route
from tui.watching.log import EventLog, Form
from tui.watching.probing import Probe, ask, save, uptime
from tui.watching.sd_notify import ServiceManager

SECRET = "gsk_4f9aQ7Lr2Vn8Kc3Xw6Tb1Zm5"  # noqa: S105 - a canary


async def answered(pulse: Pulse) -> tuple[int, dict[str, object]]:
    app = web.Application()
    app.add_routes([health_route(pulse, lambda: CALM)])
    async with TestClient(TestServer(app)) as client, client.get("/healthz") as answer:
        return answer.status, await answer.json()


async def test_healthz_fails_before_anything_was_judged_and_when_judging_stands_still() -> None:
    clock = ManualClock(NOW)
    pulse = Pulse(clock)
    assert (await answered(pulse))[0] == 503

    pulse.beat()
    assert (await answered(pulse))[0] == 200
    clock.advance(FROZEN_S)

    assert (await answered(pulse))[1]["status"] == "failing"


async def test_fault_86_healthz_says_why_nothing_can_be_written() -> None:
    pulse = Pulse(ManualClock(NOW))
    pulse.beat()
    pulse.trouble = "the disk is full"

    status, body = await answered(pulse)

    assert (status, body["trouble"]) == (503, "the disk is full")


@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_fault_98_a_line_of_the_log_is_one_line_without_secrets_and_controls(form: Form) -> None:
    stream = io.StringIO()

    EventLog(ManualClock(NOW), form, stream).write(
        "source", "warning", source="a b", reason=f"\x1b[31mBearer {SECRET}\nnext", count=3, nothing="", none=None
    )

    line = stream.getvalue()
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert SECRET not in line
    assert "\x1b" not in line
    if form == "json":
        found = json.loads(line)
        assert (found["event"], found["level"], found["source"], found["count"]) == ("source", "warning", "a b", 3)
        assert set(found) == {"time", "level", "event", "source", "reason", "count"}
    else:
        assert line.startswith('time=2027-01-15T08:00:00.000Z level=warning event=source source="a b" reason=')


def port_of(found: socket.socket) -> int:
    return int(found.getsockname()[1])


async def test_an_endpoint_that_does_not_answer_is_a_failed_probe_with_its_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = port_of(taken)
    async with aiohttp.ClientSession() as session:
        probe = await ask(session, f"http://127.0.0.1:{port}/health", ManualClock(NOW))

    assert (probe.ok, probe.status) == (False, None)
    assert probe.reason


@pytest.mark.parametrize(("status", "ok"), [(200, True), (204, True), (302, False), (503, False)])
async def test_only_an_answer_of_2xx_is_well_and_no_redirect_is_followed(status: int, *, ok: bool) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.add_routes([web.get("/health", answer)])
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        probe = await ask(session, str(server.make_url("/health")), ManualClock(NOW))

    assert (probe.ok, probe.status) == (ok, status)


def test_r73_uptime_is_the_share_of_probes_answered_well_and_nothing_without_any(tmp_path: Path) -> None:
    with StateDatabase(tmp_path / "state") as database:
        assert database.read_now(lambda c: uptime(c, 0)) is None
        for second in range(10):
            probe = Probe(NOW + second, second != 3, 200, 5.0)
            database.write_now(lambda c, probe=probe: save(c, probe))

        assert database.read_now(lambda c: uptime(c, NOW)) == 0.9
        assert database.read_now(lambda c: uptime(c, NOW + 4)) == 1.0


def test_without_a_service_manager_nothing_is_said_and_one_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    ServiceManager({}).say("READY=1")
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).say("READY=1")

    assert ServiceManager({}).watchdog_s is None
    assert ServiceManager({"WATCHDOG_USEC": "30000000"}).watchdog_s == 30
    assert ServiceManager({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}).watchdog_s is None


def test_a_service_manager_may_listen_in_the_abstract_namespace() -> None:
    name = f"voxtop-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        listening.settimeout(10)

        ServiceManager({"NOTIFY_SOCKET": f"@{name}"}).say("READY=1", "STATUS=x")

        assert listening.recv(100) == b"READY=1\nSTATUS=x"
