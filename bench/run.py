"""Measures the program and prints a Markdown table beside what is expected: ``make bench``."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import screen
from bench.alerts import line_to_outbox
from bench.bulk import bulk
from bench.figure import Figure, at_least, at_most, missing, table
from bench.fleet import fleet
from bench.logs import DialectName, write_log
from bench.state import state

ROOT = Path(__file__).resolve().parent.parent


def _ingest(log: Path) -> dict[str, float]:
    """Read a log in a process of its own, so that its memory is its own too."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.ingest", str(log)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError((done.stderr.strip().splitlines() or ["no output"])[-1])
    return {key: float(value) for key, value in json.loads(done.stdout).items()}


def _wc(log: Path) -> float:
    """Return the seconds ``wc -l`` takes: the limit that reading every byte sets."""
    began = time.perf_counter()
    subprocess.run(["wc", "-l", str(log)], check=True, capture_output=True)
    return time.perf_counter() - began


def ingest(folder: Path, lines: int) -> Iterator[Figure]:
    """Lines per second from file to figures without a screen, for both dialects, dense and sparse."""
    log = folder / "ingest.log"
    rates: dict[tuple[str, str], float] = {}
    dialects: tuple[DialectName, ...] = ("guide", "andrea")
    for density, noise in (("dense", 1), ("sparse", 9)):
        for dialect in dialects:
            written = write_log(log, dialect, lines, time.time(), noise=noise)
            took = _ingest(log)
            came = (int(took["lines"]), int(took["events"]))
            if came != (lines, written.events):
                raise AssertionError(f"lines and events {came} came out of {(lines, written.events)}")
            rates[dialect, density] = lines / took["cpu_seconds"]
            beside = f", {written.size / took['seconds'] / 1e6:.1f} MB/s, {rates[dialect, density]:,.0f} per CPU second"
            yield at_least(f"ingest, {dialect}, {density}", lines / took["seconds"], 100_000, "lines/s", beside)
            yield Figure(f"… times slower than wc -l, {dialect}, {density}", f"{took['seconds'] / _wc(log):,.0f} ×")
    yield at_most(f"peak memory of the last, {lines:,} lines", took["peak_mb"], 150, "MB")
    for density, least in (("dense", 0.5), ("sparse", 0.7)):
        ratio = rates["andrea", density] / rates["guide", density]
        yield Figure(f"andrea beside guide per line, {density}", f"{ratio:.2f} ×", f"≥ {least} ×", ratio >= least)


def measurements(folder: Path, *, quick: bool, size_mb: int) -> dict[str, Callable[[], Iterator[Figure]]]:
    """Return every measurement by name; the quick ones show whether they run, not what to rely on."""
    return {
        "ingest": lambda: ingest(folder, 50_000 if quick else 500_000),
        "bulk": lambda: bulk(folder, size_mb or (20 if quick else 200), 1 if quick else 3),
        "state": lambda: state(folder, 20_000 if quick else 200_000),
        "first_paint": lambda: screen.first_paint(folder, 3 if quick else 7),
        "idle": lambda: screen.idle(folder, 5 if quick else 30),
        "line_to_screen": lambda: screen.line_to_screen(folder, 10 if quick else 100),
        "line_to_screen_over_ssh": lambda: screen.line_to_screen_over_ssh(folder, 10 if quick else 100),
        "load": lambda: screen.load(folder, 5 if quick else 30),
        "fleet": lambda: fleet(folder, 20 if quick else 200, 10 if quick else 60),
        "line_to_outbox": lambda: line_to_outbox(folder, 5 if quick else 50),
        "burst": lambda: screen.burst(folder, 50_000 if quick else 1_000_000),
    }


def take(name: str, measurement: Callable[[], Iterator[Figure]]) -> Iterator[Figure]:
    """Yield the figures of a measurement; one that cannot run says why and leaves the others alone."""
    print(f"{name} …", file=sys.stderr, flush=True)
    try:
        yield from measurement()
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        yield missing(name, (str(error) or repr(error)).splitlines()[0])


def main() -> int:
    """Print the table; the exit code is 1 when something could not be measured."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes; for trying it out")
    parser.add_argument("--only", action="append", metavar="NAME", help="one measurement; may be repeated")
    parser.add_argument("--size", type=int, default=0, metavar="MB", help="size of each log of bulk (200, quick 20)")
    parser.add_argument("--output", type=Path, help="write the table into this file too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voxtop-bench-") as folder:
        chosen = measurements(Path(folder), quick=asked.quick, size_mb=asked.size)
        if unknown := set(asked.only or ()) - set(chosen):
            parser.error(f"no measurement {', '.join(sorted(unknown))}; there are {', '.join(chosen)}")
        names = asked.only or list(chosen)
        figures = [figure for name in names for figure in take(name, chosen[name])]
    system = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    text = f"{system}; absolute figures move from machine to machine\n\n{table(figures)}\n"
    print(text)
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    return int(any(figure.measured.startswith("not measured") for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
