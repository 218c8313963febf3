"""From a provider that burns to the raw lines of its worst call, in a real terminal and in four keystrokes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal import VOXTOP, Tmux, environment


def without(text: str) -> Callable[[str], bool]:
    return lambda screen: text not in screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["column", "grid"])
def test_four_keys_from_a_slow_provider_to_the_lines_of_its_worst_call(tmp_path: Path, size: tuple[int, int]) -> None:
    demo = [*VOXTOP, "demo", "--scenario", "slow-tts", "--seed", "5"]
    width, height = size
    with Tmux(demo, width=width, height=height, env=environment(tmp_path), cwd=tmp_path) as terminal:
        terminal.wait_for(lambda screen: "TTS P95" in screen.splitlines()[0], timeout=90)
        terminal.send("3")
        terminal.wait_for(
            lambda screen: re.search(r"\d\d:\d\d TTS P95 [\d.,]+ m?s n \d+", screen) is not None, timeout=60
        )
        terminal.send("Enter")
        calls = terminal.wait_for("slow TTS", timeout=60)
        worst = re.search(r"slow TTS [\d ,.]+ m?s +(\S+)", calls)
        terminal.send("Enter")
        terminal.wait_for(lambda screen: "STT" in screen and "Held together by its traces" in screen, timeout=60)
        terminal.send("Enter")
        lines = terminal.wait_for("in full", timeout=60)

        assert worst is not None
        assert f"{worst[1]} ▸ lines" in lines
        assert f"trace={worst[1]}-" in lines
        for left in ("▸ lines", f"▸ {worst[1]}", "▸ calls"):
            terminal.send("Escape")
            terminal.wait_for(without(left), timeout=60)
        terminal.wait_for("3 TTFB", timeout=60)
        terminal.send("q")
        assert terminal.wait() == 0
