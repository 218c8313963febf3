import os
import re
import signal
import sys
from pathlib import Path

import pytest

from tests.terminal import Pty, Tmux, environment, modes_left, require


def test_a_missing_program_skips_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed"):
        require("no-such-program")


def test_a_missing_program_fails_on_the_build_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed"):
        require("no-such-program")


def test_the_environment_carries_nothing_of_whoever_runs_the_tests(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/elsewhere")
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    monkeypatch.setenv("NO_COLOR", "1")

    env = environment(tmp_path, VOXTOP_LANG="es")

    assert not {"XDG_CONFIG_HOME", "LC_ALL", "NO_COLOR"} & set(env)
    assert env["HOME"] == str(tmp_path)
    assert env["VOXTOP_LANG"] == "es"


def test_tmux_shows_what_a_program_echoes() -> None:
    with Tmux(["cat"], width=60, height=10) as pane:
        pane.type("hello ¿qué tal?")
        pane.send("Enter")

        screen = pane.wait_for(lambda text: text.count("hello ¿qué tal?") == 2)

    assert screen.splitlines()[:2] == ["hello ¿qué tal?"] * 2


def test_tmux_gives_the_size_asked_for_and_changes_it() -> None:
    script = 'trap "stty size" WINCH; stty size; while :; do read -r _ || :; done'

    with Tmux(["sh", "-c", script], width=93, height=21) as pane:
        pane.wait_for("21 93")
        pane.resize(70, 15)
        pane.send("Enter")
        pane.wait_for("15 70")


def test_tmux_keeps_the_last_screen_and_the_exit_code() -> None:
    # It waits for a key: of a program that ends right behind its last words, Linux and tmux may lose these under load.
    with Tmux(["sh", "-c", "echo last words; read -r _; exit 3"]) as pane:
        pane.wait_for("last words")
        pane.send("Enter")
        assert pane.wait() == 3
        assert pane.wait_for("last words")


def test_tmux_tells_a_signal_from_an_exit_code() -> None:
    with Tmux(["sh", "-c", "kill -TERM $$"]) as pane:
        assert pane.wait() == -signal.SIGTERM


def test_tmux_says_what_was_on_screen_when_a_wait_fails() -> None:
    with Tmux(["sh", "-c", "echo something else; cat"]) as pane:
        pane.wait_for("something else")

        with pytest.raises(AssertionError, match=r"'never' not shown within 0\.1 s:\nsomething else"):
            pane.wait_for("never", timeout=0.1)


def test_tmux_does_not_wait_on_for_a_program_that_ended() -> None:
    with (
        Tmux(["sh", "-c", "echo bye; exit 4"]) as pane,
        pytest.raises(AssertionError, match="ended with 4, never showed 'never'"),
    ):
        pane.wait_for("never")


def test_two_panes_do_not_meet() -> None:
    with Tmux(["sh", "-c", "echo first; cat"]) as one, Tmux(["sh", "-c", "echo second; cat"]) as other:
        one.wait_for("first")
        other.wait_for("second")

        assert "second" not in one.screen()


def test_pty_shows_what_a_program_echoes_and_keeps_its_bytes() -> None:
    with Pty(["cat"]) as terminal:
        terminal.send("ñandú\r")
        terminal.wait_for(lambda text: text.count("ñandú") == 2)

        assert bytes(terminal.output) == "ñandú\r\nñandú\r\n".encode()


def test_pty_draws_cursor_moves_and_drops_what_is_no_text() -> None:
    drawing = r"\033[>1u\033[?2026$p\033P+q544e\033\\\033[2J\033[3;5Hhere\033[?25l\033[<1u"

    with Pty(["sh", "-c", f"printf '{drawing}'; cat"], width=20, height=5) as terminal:
        screen = terminal.wait_for("here")

    assert screen.splitlines()[2] == "    here"
    assert screen.split() == ["here"]


def test_pty_is_the_controlling_terminal_even_when_input_is_a_pipe() -> None:
    reading, writing = os.pipe()
    with Pty(["sh", "-c", "read -r line; echo piped $line >/dev/tty"], stdin=reading) as terminal:
        os.close(reading)
        os.write(writing, b"words\n")
        os.close(writing)

        terminal.wait_for("piped words")


def test_pty_tells_the_program_of_a_new_size() -> None:
    script = 'trap "stty size; exit" WINCH; echo ready; while :; do read -r _ || :; done'

    with Pty(["sh", "-c", script], width=80, height=24) as terminal:
        terminal.wait_for("ready")
        terminal.resize(101, 33)
        terminal.send("\r")
        terminal.wait_for("33 101")


def test_pty_passes_signals_and_returns_how_the_program_ended() -> None:
    script = 'trap "echo caught; exit 7" TERM; echo ready; while :; do sleep 0.05; done'

    with Pty(["sh", "-c", script]) as terminal:
        terminal.wait_for("ready")
        terminal.signal(signal.SIGTERM)
        terminal.wait_for("caught")

        assert terminal.wait() == 7


def test_control_c_arrives_as_an_interrupt() -> None:
    with Pty(["sh", "-c", "echo ready; exec cat"]) as terminal:
        terminal.wait_for("ready")
        terminal.send("\x03")

        assert terminal.wait() == -signal.SIGINT


def test_a_vanished_terminal_hangs_the_program_up() -> None:
    with Pty(["sh", "-c", "echo ready; exec cat"]) as terminal:
        terminal.wait_for("ready")
        terminal.hang_up()

        assert terminal.wait() == -signal.SIGHUP


def test_a_program_that_leaves_the_terminal_as_it_was_leaves_nothing_behind() -> None:
    on = r"\033[?1049h\033[?25l\033[>1u\033[?2004h\033[?1003;1006h"
    off = r"\033[?1003;1006l\033[?2004l\033[<u\033[?25h\033[?1049l"

    with Pty(["sh", "-c", f"printf '{on}picture{off}'"]) as terminal:
        assert terminal.wait() == 0
        assert terminal.left_behind() == []


def test_every_mode_left_on_is_named() -> None:
    output = b"\x1b[?1049h\x1b[?25l\x1b[>1u\x1b[?1000;1006h\x1b[?1049l\x1b[?1000l"

    assert modes_left(output) == ["cursor", "mouse", "keyboard protocol"]


def test_line_settings_left_raw_are_noticed() -> None:
    raw = "import tty, sys; tty.setraw(0); print('raw')"

    with Pty([sys.executable, "-c", raw]) as terminal:
        terminal.wait()

        assert terminal.left_behind() == ["line settings (echo, line editing, signals)"]


def test_pty_says_what_was_on_screen_when_a_wait_fails() -> None:
    with (
        Pty(["sh", "-c", "echo something else; exit 5"]) as terminal,
        pytest.raises(AssertionError, match=r"ended with 5, never showed .*\nsomething else"),
    ):
        terminal.wait_for(re.compile("n.ver"))
