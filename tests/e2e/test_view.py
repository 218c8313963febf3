"""The view in a real terminal: copied through it, opened again from what was copied, and remembered."""

import base64
import re
import shlex
from pathlib import Path

from tests.terminal import VOXTOP, Pty, Tmux, environment

LOG = """\
2026-01-29 14:00:00 [INFO] Starting call abc123
2026-01-29 14:00:01 [ERROR] [TTS] Azure error: 401 Unauthorized
"""

ERRORS = re.compile(r"6 Recent errors.*\n(?:.*\n)*.*5 Errors")
"""The layout of that name begins with the errors themselves."""


def log_in(tmp_path: Path) -> Path:
    path = tmp_path / "a b.log"
    path.write_text(LOG, encoding="utf-8")
    return path


def test_the_command_for_this_view_reaches_the_clipboard_of_tmux_and_opens_it_again(tmp_path: Path) -> None:
    path, env = log_in(tmp_path), environment(tmp_path)
    with Tmux([*VOXTOP, "--since", "all", str(path)], width=80, height=24, env=env) as pane:
        pane._tmux("set-option", "-s", "set-clipboard", "on")
        pane.wait_for("1 Config status")
        pane.send("p", "p")
        pane.wait_for(ERRORS)
        pane.send("Y")
        pane.wait_for("copied: voxtop")
        copied = pane._tmux("show-buffer")

    words = shlex.split(copied)
    assert words == ["voxtop", "--since", "all", "--layout=errors", str(path)]
    with Tmux([*VOXTOP, *words[1:]], width=80, height=24, env=environment(tmp_path / "elsewhere")) as pane:
        pane.wait_for(ERRORS)


def test_a_copied_line_is_in_the_bytes_for_the_terminal(tmp_path: Path) -> None:
    with Pty([*VOXTOP, "--since", "all", str(log_in(tmp_path))], env=environment(tmp_path)) as terminal:
        terminal.wait_for("401")
        terminal.send("6")
        terminal.send("y")
        terminal.wait_for("copied: ")
        sent = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", bytes(terminal.output))

    assert "401 Unauthorized" in base64.b64decode(sent[-1]).decode()


def test_the_last_view_is_there_again_and_a_read_only_monitor_neither_looks_nor_writes(tmp_path: Path) -> None:
    path, env = log_in(tmp_path), environment(tmp_path)
    views = tmp_path / ".local" / "state" / "voxtop" / "views.json"
    with Tmux([*VOXTOP, "--read-only", str(path)], width=80, height=24, env=env) as pane:
        pane.wait_for("1 Config status")
        pane.send("p", "q")
        assert pane.wait() == 0
    assert not views.exists()

    with Tmux([*VOXTOP, str(path)], width=80, height=24, env=env) as pane:
        pane.wait_for("1 Config status")
        pane.send("p", "p", "q")
        assert pane.wait() == 0
    assert views.stat().st_mode & 0o777 == 0o600

    with Tmux([*VOXTOP, str(path)], width=80, height=24, env=env) as pane:
        pane.wait_for(ERRORS)
    with Tmux([*VOXTOP, "--layout", "latency", str(path)], width=80, height=24, env=env) as pane:
        pane.wait_for("3 TTFB")


def test_without_the_mouse_nothing_is_asked_of_the_terminal(tmp_path: Path) -> None:
    seen = []
    for more in ([], ["--no-mouse"]):
        with Pty([*VOXTOP, *more, str(log_in(tmp_path))], env=environment(tmp_path)) as terminal:
            terminal.wait_for("1 Config status")
            seen.append(b"\x1b[?1000h" in bytes(terminal.output))

    assert seen == [True, False]
