"""Draws where the time goes, with py-spy: ``python -m bench.profiles [NAME…]`` writes to ``docs/pictures``."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.flames import flame, stacks
from bench.logs import write_log
from bench.watched import SETTLE_S, Watched

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
PAINTED = "TTFB"
LARGE_LINES = {1: 600_000, 9: 550_000}
"""Lines of a log of some 60 MB, by how many lines between two events mean nothing: one process reads it."""
IDLE_S = 40.0
START_S = 5

Profile = Callable[[Path, Path], None]
"""Runs something in a folder and writes what was seen into a file."""


def _spied(raw: Path, rate: int) -> list[str]:
    """Return how to look at what holds the interpreter, so often a second; threads that wait are not in it."""
    spy = [f"{Path(sys.executable).parent}/py-spy", "record", "--format", "raw", "--full-filenames", "--gil"]
    return [*spy, "--rate", str(rate), "-o", str(raw)]


def _report(noise: int) -> Profile:
    def profile(folder: Path, raw: Path) -> None:
        log = folder / "large.log"
        write_log(log, "guide", LARGE_LINES[noise], time.time(), noise=noise)
        command = [sys.executable, "-m", "tui", "report", str(log), "--format", "json"]
        subprocess.run([*_spied(raw, 500), "--", *command], cwd=ROOT, check=True, capture_output=True)

    return profile


def _ingest(folder: Path, raw: Path) -> None:
    log = folder / "live.log"
    write_log(log, "andrea", 150_000, time.time())
    command = [sys.executable, "-m", "bench.ingest", str(log)]
    subprocess.run([*_spied(raw, 200), "--", *command], cwd=ROOT, check=True, capture_output=True)


def _idle(folder: Path, raw: Path) -> None:
    logs = [folder / f"idle{number}.log" for number in range(3)]
    for log in logs:
        write_log(log, "guide", 2000, time.time())
    with Watched(*map(str, logs)) as program:
        program.until_painted(PAINTED)
        program.let_run(2 * SETTLE_S)
        pid = str(program.terminal.process.pid)
        spying = subprocess.Popen([*_spied(raw, 500), "--duration", str(int(IDLE_S)), "--pid", pid])
        while spying.poll() is None:
            program.let_run(0.5)


def _start(folder: Path, raw: Path) -> None:
    log = folder / "start.log"
    write_log(log, "guide", 2000, time.time())
    with Watched(str(log)) as program:  # compiles the modules
        program.until_painted(PAINTED)
    command = [*_spied(raw, 1000), "--duration", str(START_S), "--", sys.executable, "-m", "tui"]
    with Watched(str(log), command=command) as program:
        while program.terminal.process.poll() is None:
            program.terminal.read(0.1)


PROFILES: dict[str, tuple[str, Profile]] = {
    "report-dense": ("voxtop report, 60 MB of which half are events, one process", _report(1)),
    "report-sparse": ("voxtop report, 60 MB of which a tenth are events, one process", _report(9)),
    "ingest": ("Live ingest: source, parser and store, line by line", _ingest),
    "idle": ("Idle screen, three sources at 120×40: the little it takes", _idle),
    "start": (f"Start: the first {START_S} seconds, one log to read", _start),
}


def main(names: list[str]) -> None:
    """Draw some of the profiles, or all."""
    for name in names or PROFILES:
        title, profile = PROFILES[name]
        with tempfile.TemporaryDirectory(prefix="voxtop-profile-") as folder:
            raw = Path(folder) / "raw"
            profile(Path(folder), raw)
            seen = stacks(raw.read_text(encoding="utf-8"))
        (PICTURES / f"profile-{name}.svg").write_text(flame(title, seen), encoding="utf-8")
        print(f"{name}: {seen.total()} samples")


if __name__ == "__main__":
    main(sys.argv[1:])
