"""``voxtop replay``: a finished log on the screen as if it were written now."""

import re
import subprocess
from pathlib import Path

from tests.terminal import VOXTOP, Tmux, environment


def simulated(tmp_path: Path) -> Path:
    path = tmp_path / "incident.log"
    words = ("demo", "--headless", "0.5", "--speed", "20", "--scenario", "azure-outage", "--out", str(path))
    subprocess.run([*VOXTOP, *words], env=environment(tmp_path), check=True, capture_output=True, timeout=60)
    return path


def test_a_recorded_incident_runs_through_the_dashboard_under_a_badge_with_its_own_time(tmp_path: Path) -> None:
    path = simulated(tmp_path)
    words = ("replay", "--speed", "600", "--tz", "UTC", "--lang", "en", str(path))
    with Tmux([*VOXTOP, *words], env=environment(tmp_path)) as pane:
        first = pane.wait_for(re.compile(r"REPLAY ×600  (\S+ \S+)"))
        pane.wait_for(lambda screen: "REPLAY" in screen and _time(screen) > _time(first))
        pane.wait_for("incident.log")
        pane.wait_for(re.compile(r"P95 \d"))
        pane.send("q")

        assert pane.wait() == 0


def _time(screen: str) -> str:
    found = re.search(r"REPLAY ×600  (\S+ \S+)", screen)
    return found[1] if found else ""


def test_a_log_without_times_is_refused_with_what_to_do_instead(tmp_path: Path) -> None:
    path = tmp_path / "plain.log"
    path.write_text("🔌 WS CONNECTION | Client: twilio, ID: c1\n", encoding="utf-8")

    done = subprocess.run(
        [*VOXTOP, "replay", str(path)],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"voxtop --since all {path}" in done.stderr
