"""The monitor as a user meets it: a real terminal, a real file, real keys."""

import json
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.terminal import VOXTOP, Tmux, environment

SIZES = [(80, 24), (120, 40), (200, 50)]


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def append(path: Path, *messages: str) -> None:
    with path.open("a", encoding="utf-8") as log:
        log.writelines(f"{now()} {message}\n" for message in messages)


def monitor(*words: str, home: Path, width: int = 120, height: int = 40, **variables: str) -> Tmux:
    return Tmux([*VOXTOP, *words], width=width, height=height, env=environment(home, **variables), cwd=home)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_appended_lines_reach_the_screen_at_every_size(tmp_path: Path, width: int, height: int) -> None:
    log = tmp_path / "app.log"
    log.touch()
    with monitor(str(log), home=tmp_path, width=width, height=height) as terminal:
        terminal.wait_for("NO DATA")

        append(log, "🔌 WS CONNECTION | Client: twilio, ID: c1", "❌ [TTS Azure] Error: 401 Unauthorized")

        terminal.wait_for("▲ WARN")
        terminal.send("6")
        terminal.wait_for("401")
        terminal.send("q")
        assert terminal.wait() == 0


def test_a_missing_key_turns_the_strip_critical_and_enter_opens_its_playbook(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.touch()
    with monitor(str(log), home=tmp_path) as terminal:
        terminal.wait_for("NO DATA")
        append(log, "⚠️ [Config] GROQ_API_KEY is not set.", "INFO:     Started server process [7]")

        terminal.wait_for("CRIT")
        terminal.wait_for("GROQ_API_KEY")
        terminal.send("1", "Enter")
        terminal.wait_for("Coolify")
        terminal.send("Escape")
        terminal.wait_for(lambda screen: "Config status" in screen and "Coolify" not in screen)
        terminal.send("Escape")
        assert terminal.exit_status is None


def test_space_freezes_the_view_and_a_badge_counts_what_is_new(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, "🔌 WS CONNECTION | Client: twilio, ID: c1")
    with monitor(str(log), home=tmp_path) as terminal:
        terminal.wait_for("twilio")
        terminal.send("Space")
        terminal.wait_for("PAUSED")
        append(log, *(f"❌ [LLM Groq] Error: 50{n} busy" for n in (0, 2, 3)))

        frozen = terminal.wait_for("+3")

        assert "503" not in frozen
        terminal.send("Space")
        terminal.wait_for("503")


def test_slash_filters_recent_errors_and_escape_brings_them_back(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, "❌ [TTS Azure] Error: 401 Unauthorized", "❌ [LLM Groq] Error: 503 busy")
    with monitor(str(log), home=tmp_path) as terminal:
        terminal.wait_for("Unauthorized")
        terminal.send("/")
        terminal.type("busy")
        terminal.wait_for(lambda screen: "Unauthorized" not in screen and "503" in screen)
        terminal.send("Escape")
        terminal.wait_for("Unauthorized")


def test_help_and_the_command_palette_open_and_close(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.touch()
    with monitor(str(log), home=tmp_path) as terminal:
        terminal.wait_for("NO DATA")
        terminal.send("?")
        terminal.wait_for("every action by name")
        terminal.send("End")
        terminal.wait_for("time to first byte")
        terminal.send("Escape")
        terminal.wait_for(lambda screen: "time to first byte" not in screen)
        terminal.send(":")
        terminal.wait_for("Tab completes")
        terminal.type("light")
        terminal.wait_for("theme light")
        terminal.send("Escape")


def test_maximise_gives_a_panel_the_whole_screen_and_takes_it_back(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.touch()
    with monitor(str(log), home=tmp_path) as terminal:
        terminal.wait_for("NO DATA")
        terminal.send("7", "M")
        terminal.wait_for(lambda screen: "7 Sources" in screen and "1 Config" not in screen)
        terminal.send("M")
        terminal.wait_for("1 Config")


def test_spanish_from_the_flag_and_from_the_environment(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.touch()
    with monitor("--lang", "es", str(log), home=tmp_path) as terminal:
        terminal.wait_for("SIN DATOS")
    with monitor(str(log), home=tmp_path, LANG="es_ES.UTF-8") as terminal:
        terminal.wait_for("SIN DATOS")


def test_a_resize_storm_and_a_tiny_terminal_leave_it_running(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.touch()
    with monitor(str(log), home=tmp_path) as terminal:
        terminal.wait_for("NO DATA")
        for width, height in ((1, 1), (2, 5), (24, 2), (300, 100), (39, 20), (40, 9), (60, 12)):
            terminal.resize(width, height)
        terminal.resize(30, 8)
        terminal.wait_for("40×10")
        terminal.resize(120, 40)
        terminal.wait_for("7 Sources")


def test_a_file_that_is_missing_is_waited_for_and_then_read(tmp_path: Path) -> None:
    log = tmp_path / "later.log"
    with monitor(str(log), home=tmp_path) as terminal:
        terminal.wait_for(lambda screen: "later.log" in screen and "NO DATA" in screen)
        append(log, "❌ [TTS Azure] Error: 401 Unauthorized")

        terminal.wait_for("Unauthorized")


def test_a_directory_is_refused_in_words_and_the_other_source_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, "❌ [TTS Azure] Error: 401 Unauthorized")
    (tmp_path / "folder").mkdir()
    with monitor(str(log), str(tmp_path / "folder"), home=tmp_path) as terminal:
        terminal.wait_for("Unauthorized")
        terminal.send("7")
        terminal.wait_for("directory")


def test_binary_invalid_utf8_and_nul_bytes_crash_nothing(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(bytes(range(256)) * 64 + b"\n" + b"\xff\xfe\x00" * 50 + b"\n")
    with monitor("--since", "all", str(log), home=tmp_path) as terminal:
        terminal.wait_for("NO DATA")
        append(log, "❌ [TTS Azure] Error: 401 Unauthorized")
        terminal.wait_for("Unauthorized")


def test_rotation_under_the_running_monitor_loses_nothing(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, "🔌 WS CONNECTION | Client: twilio, ID: first")
    with monitor(str(log), home=tmp_path) as terminal:
        terminal.wait_for("twilio 1")
        log.rename(tmp_path / "app.log.1")
        append(log, "🔌 WS CONNECTION | Client: twilio, ID: second")
        terminal.wait_for("twilio 2")


def test_events_prints_one_object_per_line_and_follow_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, "🔌 WS CONNECTION | Client: twilio, ID: c1")
    with monitor("events", "--follow", str(log), home=tmp_path, width=300) as terminal:
        first = json.loads(terminal.wait_for("call_opened").strip().splitlines()[0])
        append(log, "✅ WS CLOSED | ID: c1 duration=38s")
        terminal.wait_for('"duration_s": 38.0')

        assert first["id"] == "c1"
        assert first["client"] == "twilio"
        assert first["line"] == 1
        terminal.send("C-c")
        assert terminal.wait() == 130


def test_a_config_with_an_unknown_key_is_refused_in_one_line(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('thme = "dark"\n')
    with monitor("--config", str(config), "x.log", home=tmp_path, width=200) as terminal:
        terminal.wait_for("config.toml:1: unknown key 'thme'; did you mean 'theme'?")
        assert terminal.wait() == 2


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.parametrize("closed", ["secret.log", "cellar/app.log"])
def test_without_permission_the_panel_says_whom_to_ask(open_folder: Path, closed: str) -> None:
    log = open_folder / closed
    log.parent.mkdir(exist_ok=True)
    append(log, "🔌 WS CONNECTION | Client: twilio, ID: c1")
    (log if log.parent == open_folder else log.parent).chmod(0)
    drop = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    with Tmux([*drop, *VOXTOP, str(log)], env=environment(Path("/nonexistent"))) as terminal:
        terminal.wait_for("7 Sources")
        terminal.send("7", "M")
        terminal.wait_for("adm")
    log.parent.chmod(0o755)
