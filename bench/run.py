"""Measures the program and prints a Markdown table beside what is expected: ``make bench``."""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import screen
from bench.alerts import line_to_outbox
from bench.both_ways import both_ways
from bench.bulk import bulk
from bench.figure import Figure, at_least, at_most, missing, table
from bench.fleet import fleet
from bench.growth import growth, memory_slope
from bench.live_peers import opens_a_log, others_idle
from bench.logs import DialectName, write_log
from bench.percentiles import percentiles
from bench.prepare import prepare
from bench.programs import OTHERS, is_there
from bench.state import state
from bench.watched import be_a_user

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- bench: written by make bench -->", "<!-- bench: end -->"
QUICK = ("ingest", "both_ways", "bulk", "first_paint", "idle", "line_to_screen")
"""What can be tried out in less than two minutes."""
HOURS = ("memory_slope",)
"""What takes hours, and is measured only when it is asked for by name."""


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
        "ingest": lambda: ingest(folder, 20_000 if quick else 500_000),
        "bulk": lambda: bulk(folder, size_mb or (22 if quick else 1000), 1 if quick else 3),
        "both_ways": lambda: both_ways(folder, size_mb or (5 if quick else 200)),
        "state": lambda: state(folder, 20_000 if quick else 200_000),
        "first_paint": lambda: screen.first_paint(folder, 3 if quick else 7),
        "idle": lambda: screen.idle(folder, 5 if quick else 30),
        "many_idle": lambda: screen.many_idle(folder, 100, 5 if quick else 30),
        "history": lambda: screen.history(folder, 20, 20_000 if quick else 200_000),
        "percentiles": lambda: percentiles(10_000 if quick else 50_000, 3 if quick else 9),
        "line_to_screen": lambda: screen.line_to_screen(folder, 10 if quick else 100),
        "line_to_screen_over_ssh": lambda: screen.line_to_screen_over_ssh(folder, 10 if quick else 100),
        "load": lambda: screen.load(folder, 5 if quick else 30),
        "fleet": lambda: fleet(folder, 20 if quick else 200, 10 if quick else 60),
        "growth": lambda: growth(quick=quick),
        "memory_slope": lambda: memory_slope(1 if quick else 72),
        "line_to_outbox": lambda: line_to_outbox(folder, 5 if quick else 50),
        "others_idle": lambda: others_idle(5 if quick else 30),
        "opens_a_log": lambda: opens_a_log(folder, 20 if quick else 200),
        "burst": lambda: screen.burst(folder, 50_000 if quick else 1_000_000),
    }


def take(name: str, measurement: Callable[[], Iterator[Figure]]) -> Iterator[Figure]:
    """Yield the figures of a measurement; one that cannot run says why and leaves the others alone."""
    print(f"{name} …", file=sys.stderr, flush=True)
    try:
        yield from measurement()
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        yield missing(name, (str(error) or repr(error)).splitlines()[0])


def machine() -> str:
    """Say what the figures were taken on and with."""
    cpu = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    load = "/".join(f"{each:.1f}" for each in os.getloadavg())
    versions = [_version(program.needs, program.version) for program in OTHERS if is_there(program)]
    return (
        f"Measured on {time.strftime('%Y-%m-%d')}: {os.cpu_count()} cores ({cpu[1] if cpu else platform.machine()}), "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}; "
        f"load average at the end {load}; "
        f"{', '.join(filter(None, versions))}. Absolute figures move from machine to machine."
    )


def _version(executable: str, arguments: tuple[str, ...]) -> str:
    """Return a program and the version that it tells."""
    done = subprocess.run([executable, *arguments], capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d[\w.~+-]*", done.stdout + done.stderr)
    return f"{executable} {found[0]}" if found else ""


def write_docs(text: str) -> None:
    """Put the table between the marks of the page about performance."""
    page = DOCS.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    DOCS.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


def main() -> int:
    """Print the table; the exit code is 1 when something could not be measured."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less than two minutes; for trying it out")
    parser.add_argument("--only", action="append", metavar="NAME", help="one measurement; may be repeated")
    parser.add_argument("--size", type=int, default=0, metavar="MB", help="size of each log of bulk (1000, quick 22)")
    parser.add_argument("--output", type=Path, help="write the table into this file too")
    parser.add_argument("--docs", action="store_true", help=f"write the table into {DOCS.relative_to(ROOT)}")
    parser.add_argument("--prepare", action="store_true", help="bring the other programs first")
    asked = parser.parse_args()
    be_a_user()
    if asked.prepare:
        prepare()
    with tempfile.TemporaryDirectory(prefix="voxtop-bench-") as folder:
        chosen = measurements(Path(folder), quick=asked.quick, size_mb=asked.size)
        if unknown := set(asked.only or ()) - set(chosen):
            parser.error(f"no measurement {', '.join(sorted(unknown))}; there are {', '.join(chosen)}")
        names = asked.only or (QUICK if asked.quick else [name for name in chosen if name not in HOURS])
        figures = [figure for name in names for figure in take(name, chosen[name])]
    text = f"{machine()}\n\n{table(figures)}\n"
    print(text)
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    if asked.docs:
        write_docs(text)
    return int(any(figure.measured.startswith("not measured") for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
