import http.server
import json
import re
import signal
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.watching.service import MISSING, Watch, channel, watching


def told(home: Path) -> list[str]:
    path = home / "told"
    return [line.split()[0] for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def test_a_line_of_the_log_becomes_an_alert_and_a_message(tmp_path: Path) -> None:
    with watching(tmp_path, configured=channel(tmp_path)) as watch:
        watch.write(MISSING.format("GROQ_API_KEY"))

        alert = watch.wait_for("alert", rule="config_warning")
        sent = watch.wait_for("notification", channel="local")

        assert (alert["state"], alert["severity"], alert["told"]) == ("firing", "critical", "fired")
        assert alert["summary"] == "GROQ_API_KEY is not set"
        assert sent["key"].startswith(f"voxtop-{alert['id']}-")
        assert told(tmp_path) == ["fired"]
        assert watch.end() == 0
        watch.wait_for("stop")


def test_healthz_and_metrics_are_answered_on_one_address(tmp_path: Path) -> None:
    with watching(tmp_path) as watch:
        status, body = watch.get("/healthz")
        _, metrics = watch.get("/metrics")

        assert status == 200
        assert json.loads(body) == {
            "status": "ok",
            "trouble": "",
            "verdict": "no_data",
            "sources": {str(watch.log): "quiet"},
            "uptime": None,
        }
        assert "voxtop_source_up" in metrics
        assert watch.end(signal.SIGINT) == 0


def test_fault_84_a_second_watch_on_the_same_state_refuses_and_the_first_goes_on(tmp_path: Path) -> None:
    with watching(tmp_path) as first, Watch(tmp_path) as second:
        assert second.process.wait(timeout=40) == 2
        assert "another voxtop watch runs" in second.said()
        assert "XDG_STATE_HOME" in second.said()
        assert first.get("/healthz")[0] == 200


def test_fault_100_a_broken_configuration_on_reload_keeps_the_old_one_and_names_the_line(tmp_path: Path) -> None:
    with watching(tmp_path, configured=channel(tmp_path)) as watch:
        watch.configure(channel(tmp_path) + '\n[alerts.rules.config_warning]\nseverity = "fatal"\n')
        watch.process.send_signal(signal.SIGHUP)
        refused = watch.wait_for("reload", ok=False)
        watch.write(MISSING.format("GROQ_API_KEY"))
        watch.wait_for("notification", occasion="fired")

        assert "config.toml:7" in refused["error"]
        assert "'fatal'" in refused["error"]
        assert told(tmp_path) == ["fired"]


def test_a_right_configuration_is_taken_on_reload_and_without_a_signal(tmp_path: Path) -> None:
    with watching(tmp_path) as watch:
        watch.configure("[alerts.rules.config_warning]\nenabled = false\n")
        watch.wait_for("reload", ok=True)
        watch.write(MISSING.format("GROQ_API_KEY"))
        watch.configure(channel(tmp_path))
        watch.process.send_signal(signal.SIGHUP)
        watch.wait_for("reload", ok=True)

        watch.write(MISSING.format("TELNYX_API_KEY"))
        alert = watch.wait_for("alert", state="firing")

        watch.wait_for("notification", channel="local")
        assert "API_KEY is not set" in alert["summary"]


LIMITED = """
[thresholds]
active_calls = { warn_at = 4, crit_at = 50 }
[alerts.rules.concurrent_calls]
for = "0s"
"""


def test_new_limits_hold_after_a_reload_and_no_line_is_counted_twice(tmp_path: Path) -> None:
    with watching(tmp_path, configured=channel(tmp_path)) as watch:
        watch.write("".join(map(CALL.format, range(3))))
        wait_for_lines(watch, 3)
        watch.configure(channel(tmp_path) + LIMITED)
        watch.process.send_signal(signal.SIGHUP)
        taken = watch.wait_for("reload", ok=True)
        watch.wait_for("start")
        watch.wait_for("ready")
        watch.write(CALL.format(3))
        alert = watch.wait_for("alert", rule="concurrent_calls", state="firing")

        assert taken["begins_anew"] == "thresholds"
        assert alert["severity"] == "warning"
        wait_for_lines(watch, 4)
        assert watch.process.poll() is None


def test_a_source_that_cannot_be_keeps_the_old_configuration_on_reload(tmp_path: Path) -> None:
    with watching(tmp_path) as watch:
        watch.configure('since = "soon"\n')
        watch.process.send_signal(signal.SIGHUP)

        refused = watch.wait_for("reload", ok=False)

        assert "write it like 2h" in refused["error"]
        assert watch.process.poll() is None


def test_fault_91_after_kill_9_an_alert_goes_on_and_nobody_is_told_twice(tmp_path: Path) -> None:
    with watching(tmp_path, configured=channel(tmp_path)) as watch:
        watch.write(MISSING.format("GROQ_API_KEY"))
        first = watch.wait_for("alert", state="firing")
        watch.wait_for("notification", channel="local")
        watch.process.kill()
        watch.process.wait()

    with Watch(tmp_path) as again:
        again.wait_for("ready")
        again.write(MISSING.format("TELNYX_API_KEY"))
        second = again.wait_for("alert", state="firing")
        again.wait_for("notification", channel="local")

        assert second["id"] != first["id"]
        assert "TELNYX" in second["summary"]
        assert told(tmp_path) == ["fired", "fired"]


def test_a_watch_goes_on_where_the_last_one_stopped_and_takes_what_was_written_meanwhile_for_news(
    tmp_path: Path,
) -> None:
    calls = "".join(f"🔌 WS CONNECTION | Client: twilio, ID: c{number}\n" for number in range(7))
    with watching(tmp_path, configured=channel(tmp_path)) as watch:
        watch.write(calls)
        watch.wait_for("source", state="live")
        assert watch.end() == 0
    with (tmp_path / "app.log").open("a", encoding="utf-8") as file:
        file.write(f"{datetime.now(UTC).isoformat()} " + MISSING.format("GROQ_API_KEY"))

    with Watch(tmp_path) as again:
        alert = again.wait_for("alert", rule="config_warning")

        assert alert["told"] == "fired"
        _, metrics = again.get("/metrics")
        assert "voxtop_active_calls 7" in metrics


def test_fault_94_a_log_that_is_gone_is_told_though_nothing_else_can_be_judged(tmp_path: Path) -> None:
    rule = '[alerts.rules.source_stale]\nfor = "1s"\n'
    with watching(tmp_path, configured=rule) as watch:
        watch.log.unlink()

        alert = watch.wait_for("alert", rule="source_stale", state="firing")

        assert alert["severity"] == "critical"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket on which systemd listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(40)
        yield listening


def hear(manager: socket.socket, wanted: str) -> str:
    while True:
        said = manager.recv(4096).decode()
        if wanted in said:
            return said


def test_systemd_hears_of_ready_life_reload_and_end(tmp_path: Path, manager: socket.socket) -> None:
    variables = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "600000"}
    with watching(tmp_path, **variables) as watch:
        hear(manager, "READY=1")
        hear(manager, "WATCHDOG=1")
        watch.process.send_signal(signal.SIGHUP)
        assert "MONOTONIC_USEC=" in hear(manager, "RELOADING=1")
        hear(manager, "READY=1")

        watch.process.send_signal(signal.SIGTERM)

        hear(manager, "STOPPING=1")
        assert watch.process.wait(timeout=40) == 0


class Health(http.server.BaseHTTPRequestHandler):
    """Well at first, then not."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's signature
        """Say nothing."""


def test_r73_the_health_endpoint_is_asked_and_uptime_rests_on_its_answers(tmp_path: Path) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Watch(tmp_path, "--health", f"http://127.0.0.1:{server.server_port}/health") as watch:
            asked = watch.wait_for("health", ok=True)
            watch.wait_for("ready")
            _, body = watch.get("/healthz")
            assert watch.end() == 0
        server.shutdown()

    assert asked["status"] == 200
    assert json.loads(body)["uptime"] == {"ratio": 1.0, "basis": "probe"}


CALL = "🔌 WS CONNECTION | Client: twilio, ID: call-{}\n"


def counted(watch: Watch) -> int:
    """Return the lines counted since the very beginning."""
    found = re.search(r"^voxtop_lines_total\{.*\} (\d+)", watch.get("/metrics")[1], re.MULTILINE)
    return int(found[1]) if found else 0


def wait_for_lines(watch: Watch, lines: int) -> None:
    pause = threading.Event()
    for _ in range(2000):
        if counted(watch) >= lines:
            break
        pause.wait(0.02)
    assert counted(watch) == lines


def test_a_watch_goes_on_where_the_last_one_stopped_whatever_ended_it(tmp_path: Path) -> None:
    with watching(tmp_path) as watch:
        watch.write("".join(map(CALL.format, range(5))))
        wait_for_lines(watch, 5)
        assert watch.end() == 0
    watch.write("".join(map(CALL.format, range(5, 8))))
    with watching(tmp_path) as watch:
        wait_for_lines(watch, 8)
        watch.end(signal.SIGKILL)
    watch.write("".join(map(CALL.format, range(8, 9))))

    with watching(tmp_path) as watch:
        wait_for_lines(watch, 9)
        assert watch.end() == 0
