"""The monitor over Prometheus in a real terminal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.services import Prometheus, ended, eventually, fetched, free_port, started
from tests.terminal import VOXTOP, Tmux, environment


def append(log: Path, *messages: str) -> None:
    with log.open("a", encoding="utf-8") as file:
        for number, message in enumerate(messages):
            file.write(f"{(datetime.now(UTC) + timedelta(seconds=number / 10)).isoformat()} {message}\n")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_a_log_watched_elsewhere_is_seen_through_prometheus(tmp_path: Path, width: int, height: int) -> None:
    log, port, env = tmp_path / "app.log", free_port(), environment(tmp_path)
    log.touch()
    watch = started(*VOXTOP, "watch", "--listen", str(port), str(log), log=tmp_path / "watch.log", env=env)
    try:
        eventually(lambda: fetched(f"http://127.0.0.1:{port}/metrics"), "exporter")
        with (
            Prometheus(tmp_path, {"voxtop": [port]}) as prometheus,
            Tmux([*VOXTOP, f"prom:{prometheus.url}"], env=env, cwd=tmp_path, width=width, height=height) as terminal,
        ):
            eventually(lambda: '"1"' in (fetched(f"{prometheus.url}/api/v1/query?query=up") or ""), "scrape")
            append(
                log,
                *(f"🔌 WS CONNECTION | Client: twilio, ID: call_{number}" for number in range(11)),
                *(f"📊 [TTS Azure] trace=t{number} TTFB={1200 + number}ms" for number in range(20)),
            )

            terminal.wait_for("CRIT", timeout=60)
            terminal.wait_for("TTS Azure P95", timeout=60)
            terminal.send("3")
            terminal.wait_for("≈", timeout=60)
            terminal.send("4")
            terminal.wait_for("11 active", timeout=60)
            terminal.send("q")
            assert terminal.wait() == 0
    finally:
        ended(watch)


def test_a_prometheus_that_is_not_there_is_told_with_what_to_do_and_nothing_is_green(tmp_path: Path) -> None:
    words = [*VOXTOP, f"prom:http://127.0.0.1:{free_port()}"]
    with Tmux(words, env=environment(tmp_path), cwd=tmp_path, width=120, height=40) as terminal:
        terminal.send("7")
        screen = terminal.wait_for("cannot be reached", timeout=60)

        assert "● OK" not in screen
        terminal.send("q")
        assert terminal.wait() == 0
