"""Back in time and an incident taken along, in a real terminal: the demo's story, then another machine."""

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.terminal import VOXTOP, Tmux, environment

SIZES = [(80, 24), (120, 40), (200, 50)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_keys_of_the_time_machine_on_the_running_demo(tmp_path: Path, size: tuple[int, int]) -> None:
    width, height = size
    with Tmux([*VOXTOP, "demo", "--lang", "en"], env=environment(tmp_path), width=width, height=height) as pane:
        pane.wait_for(re.compile(r"P95 \d"))
        pane.send("[")
        first = _shown(pane.wait_for(re.compile(r"REPLAY \d\d:\d\d:\d\d · \d+ new")))
        pane.send("[")
        pane.wait_for(lambda screen: "" < _shown(screen) != first)
        pane.send("a")
        pane.wait_for("this is the")
        pane.send("S")
        pane.wait_for("Which moment?")
        pane.send("nonsense", "Enter")
        pane.wait_for("neither a span")
        pane.send("d")
        pane.wait_for("calls opened")
        pane.send("Escape")
        pane.wait_for(lambda screen: "calls opened" not in screen)
        pane.send("L")
        pane.wait_for(lambda screen: "REPLAY" not in screen and "P95" in screen)
        pane.send("q")

        assert pane.wait() == 0


def _shown(screen: str) -> str:
    found = re.search(r"REPLAY (\d\d:\d\d:\d\d)", screen)
    return found[1] if found else ""


def test_a_bundle_of_the_demo_is_played_on_another_machine_that_has_neither_log_nor_state(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    with Tmux([*VOXTOP, "demo", "--lang", "en"], env=environment(here)) as pane:
        pane.wait_for("TELNYX_API_KEY not set")
        pane.send("B")
        pane.wait_for("Incident bundle of which span?")
        pane.send("Enter")
        pane.wait_for("incident bundle written")
        pane.send("q")
        assert pane.wait() == 0
    (written,) = here.rglob("voxtop-incident-*.zip")
    moved = there / "incident.zip"
    written.rename(moved)

    with Tmux([*VOXTOP, "replay", "--lang", "es", "--speed", "600", str(moved)], env=environment(there)) as pane:
        pane.wait_for("REPETICIÓN ×600")
        pane.wait_for("TELNYX_API_KEY")
        pane.send("[")
        pane.wait_for(re.compile(r"REPETICIÓN \d\d:\d\d:\d\d"))
        pane.send("L", "q")
        assert pane.wait() == 0


def test_what_is_no_bundle_is_refused_in_one_line_before_the_screen_opens(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.zip"
    with zipfile.ZipFile(foreign, "w") as archive:
        archive.writestr("../../evil", "x")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(foreign.read_bytes()[:30])
    empty = tmp_path / "folder"
    empty.mkdir()

    for path in (foreign, cut, empty):
        done = subprocess.run(
            [*VOXTOP, "replay", str(path)],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 4
        assert len(done.stderr.splitlines()) == 1
        assert "is no incident bundle" in done.stderr
