"""What ``voxtop doctor`` tells of a terminal, real ones among them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.terminal import VOXTOP, Pty, Tmux, environment
from tui.commands import _terminal_diagnosis as diagnosis
from tui.commands._terminal_diagnosis import TerminalFacts, terminal_advice, terminal_page
from tui.commands.doctor import command as doctor

GOOD = TerminalFacts(
    kind="xterm-256color",
    within="",
    size=(120, 40),
    encoding="utf-8",
    locale="es_ES.UTF-8",
    colours=256,
    no_color=False,
    widths=dict.fromkeys(diagnosis.SIGNS, 1),
    clipboard=None,
    tmux_clipboard="",
)


def test_a_good_terminal_gets_no_advice() -> None:
    assert list(terminal_advice(GOOD)) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(GOOD, size=None), "no_terminal"),
        (replace(GOOD, kind="dumb"), "dumb"),
        (replace(GOOD, colours=8), "few_colours"),
        (replace(GOOD, encoding="ISO-8859-1"), "not_utf8"),
        (replace(GOOD, widths={"●": 2, "█": 1}), "odd_width"),
        (replace(GOOD, size=(79, 24)), "small"),
        (replace(GOOD, size=(39, 24)), "tiny"),
        (replace(GOOD, within="tmux", clipboard=False, tmux_clipboard="external"), "tmux_clipboard"),
        (replace(GOOD, within="screen", clipboard=False), "screen_clipboard"),
        (replace(GOOD, within="mosh"), "mosh_clipboard"),
    ],
)
def test_each_trouble_has_a_remedy(facts: TerminalFacts, code: str) -> None:
    advice = list(terminal_advice(facts))

    assert [each.code for each in advice] == [code]
    assert advice[0].remedy in "\n".join(terminal_page(facts))


def test_no_color_is_a_wish_and_no_trouble() -> None:
    wished = replace(GOOD, colours=0, no_color=True)

    assert list(terminal_advice(wished)) == []
    assert any("NO_COLOR" in line for line in terminal_page(wished))


def test_hostile_words_of_the_environment_do_no_harm() -> None:
    page = "\n".join(terminal_page(replace(GOOD, kind="x\x1b]0;y\x07", locale="\x1b[2J")))

    assert "\x1b" not in page


def test_a_real_terminal_is_measured_and_tmux_told_to_let_copies_through(tmp_path: Path) -> None:
    with Tmux([*VOXTOP, "doctor", "--terminal"], env=environment(tmp_path), cwd=tmp_path) as terminal:
        screen = terminal.wait_for("copying")
        assert terminal.wait() == 0

    assert "120x40" in screen
    assert "tmux-256color · tmux" in screen
    assert "measured" in screen
    assert "tmux set -g set-clipboard on" in terminal_after(screen)


def terminal_after(screen: str) -> str:
    return screen.replace("\n", " ")


def test_a_terminal_that_does_not_answer_is_not_waited_for(tmp_path: Path) -> None:
    with Pty([*VOXTOP, "doctor", "--terminal"], env=environment(tmp_path), cwd=tmp_path) as terminal:
        terminal.wait_for("does not tell how wide")
        terminal.wait()
        assert terminal.left_behind() == []


def test_an_answer_in_json_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    code = doctor.main(["--terminal", "--format", "json"], standalone_mode=False)

    told = json.loads(capsys.readouterr().out)["terminal"]
    assert code == 0
    assert told["size"] is None
    assert told["findings"][0]["code"] == "no_terminal"


def test_a_source_is_examined_without_a_word_about_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "terminal"
    log.write_text("📊 [TTS Azure] trace=a TTFB=342ms\n", encoding="utf-8")

    doctor.main([str(log), "--format", "json"], standalone_mode=False)

    told = json.loads(capsys.readouterr().out)
    assert "terminal" not in told
    assert told["sources"][0]["lines"] == 1
