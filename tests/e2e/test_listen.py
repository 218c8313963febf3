"""The monitor tells Prometheus what it shows."""

from datetime import UTC, datetime
from pathlib import Path

from tests.engine.exporters.scraped import Scrape
from tests.services import eventually, fetched, free_port
from tests.terminal import VOXTOP, Tmux, environment


def test_what_the_screen_counts_is_scraped_and_history_is_no_news(tmp_path: Path) -> None:
    log, port = tmp_path / "app.log", free_port()

    def append(message: str) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat()} {message}\n")

    def scraped(name: str, value: float) -> bool:
        text = fetched(f"http://127.0.0.1:{port}/metrics")
        return text is not None and Scrape(text).total(name) == value

    append("🔌 WS CONNECTION | Client: twilio, ID: before")
    with Tmux([*VOXTOP, "--listen", str(port), str(log)], env=environment(tmp_path), cwd=tmp_path) as terminal:
        eventually(lambda: scraped("voxtop_source_up", 1), "source that is up")
        append("🔌 WS CONNECTION | Client: twilio, ID: after")

        eventually(lambda: scraped("voxtop_active_calls", 2), "second call")
        assert scraped("voxtop_calls_opened_total", 1)
        terminal.wait_for("twilio")
        terminal.send("q")
        assert terminal.wait() == 0


def test_a_taken_port_ends_the_start_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "app.log").touch()
    port = free_port()
    words = [*VOXTOP, "--listen", str(port), "app.log"]
    with Tmux(words, env=environment(tmp_path), cwd=tmp_path) as first:
        eventually(lambda: fetched(f"http://127.0.0.1:{port}/metrics"), "answer")
        with Tmux(words, env=environment(tmp_path), cwd=tmp_path) as second:
            assert second.wait() == 2
        first.send("q")
        assert first.wait() == 0
