"""Measures how fast a large log becomes figures, side by side with the other ways there."""

import resource
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.figure import Figure, at_least, at_most, missing
from bench.logs import DialectName, Written, write_log
from bench.programs import EVENTS, LNAV, MTAIL, OTHERS, PIPELINE, REPORT, WC, Program, environment, is_there

MEMORY_MB = 150.0
DENSITIES = {"dense": 1, "sparse": 9, "varied": 9}
"""Lines without meaning beside each that has one; in the last they are of many sorts, no two of one of these alike."""
DIALECTS: tuple[DialectName, ...] = ("guide", "andrea")
FASTER_THAN = {
    "dense": {PIPELINE.name: 1.5, MTAIL.name: 25.0, LNAV.name: 12.0},
    "sparse": {PIPELINE.name: 2.5, MTAIL.name: 40.0, LNAV.name: 25.0},
}
FASTER_THAN["varied"] = FASTER_THAN["sparse"]
"""Times the speed of each, in the guide's dialect."""
WC_FASTER = {"dense": 15.0, "sparse": 8.0, "varied": 8.0}
OWN_DIALECT = {"dense": 0.5, "sparse": 0.7, "varied": 0.7}
"""Lines per second of the orchestrator's dialect beside the guide's."""
LONG_S = 20.0
"""A run that takes longer is not repeated: its seconds vary by less than a hundredth."""
LOOK_EVERY_S = 0.1
FAMILY_EVERY = 4
"""Looks at the memory after which it is asked anew which processes belong to a program."""
_PROBE_LINES = 2000


class Run(NamedTuple):
    """What one run took."""

    seconds: float
    cpu_s: float
    """Of all its processes: what the ratio is on a machine that has more to do."""
    peak_mb: float
    """Resident memory of all its processes together."""
    output: str


def bulk(folder: Path, size_mb: int, runs: int) -> Iterator[Figure]:
    """Yield speed, ratios and memory for each dialect and density; figures come before speed."""
    log = folder / "bulk.log"
    rates: dict[tuple[str, str], float] = {}
    for density, dialect in product(DENSITIES, DIALECTS):
        written = _write(log, dialect, size_mb, density)
        subprocess.run(["wc", "-l", str(log)], check=True, stdout=subprocess.DEVNULL)  # into the page cache
        where = f"{dialect}, {density}, {size_mb} MB"
        took: dict[str, Run] = {}
        for program in (REPORT, EVENTS, *OTHERS):
            if dialect not in program.dialects:
                continue
            if not is_there(program):
                yield missing(f"{program.name}, {where}", f"{program.needs} is not installed")
                continue
            best = _median(program, log, runs, environment(folder))
            took[program.name] = best
            yield _speed(program, where, best, written)
            if program is REPORT:
                yield at_most(f"peak memory of voxtop report, {where}", best.peak_mb, MEMORY_MB, "MB")
        rates[dialect, density] = written.lines / took[REPORT.name].cpu_s
        if dialect == "guide":
            yield from _ratios(density, took)
        else:
            ratio = rates[dialect, density] / rates["guide", density]
            yield at_least(f"andrea beside guide per line, {density}", ratio, OWN_DIALECT[density], "×")


def _write(log: Path, dialect: DialectName, size_mb: int, density: str) -> Written:
    write = partial(write_log, log, dialect, noise=DENSITIES[density], varied=density == "varied")
    probe = write(lines=_PROBE_LINES, until=time.time())
    return write(lines=size_mb * 1_000_000 * _PROBE_LINES // probe.size, until=time.time())


def _median(program: Program, log: Path, runs: int, surroundings: dict[str, str]) -> Run:
    """Return the run in the middle; a program that takes long is run once."""
    took = [_run(program.command(str(log)), surroundings)]
    while len(took) < runs and took[0].seconds < LONG_S:
        took.append(_run(program.command(str(log)), surroundings))
    return sorted(took, key=lambda run: run.seconds)[len(took) // 2]


def _run(command: list[str], surroundings: dict[str, str]) -> Run:
    """Run a command to its end, looking at its memory now and then.

    Raises:
        AssertionError: it failed.
    """
    home = Path(surroundings["HOME"])
    with (home / "output").open("w+b") as output, (home / "errors").open("w+b") as errors:
        began, cpu_before = time.perf_counter(), _children_cpu()
        process = subprocess.Popen(command, stdout=output, stderr=errors, stdin=subprocess.DEVNULL, env=surroundings)
        ended = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            peak = pool.submit(_peak_mb, process.pid, ended)
            code = process.wait()
            seconds = time.perf_counter() - began
            ended.set()
        output.seek(0)
        errors.seek(0)
        if code:
            raise AssertionError(f"{command[0]} ended with {code}: {errors.read().decode(errors='replace')[-200:]}")
        return Run(seconds, _children_cpu() - cpu_before, peak.result(), output.read().decode(errors="replace"))


def _children_cpu() -> float:
    """Return the processor seconds of everything that was started and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak_mb(pid: int, ended: threading.Event) -> float:
    """Return the most memory that a process and those it started had together, until it ended."""
    peak, looks = 0.0, 0
    family: list[psutil.Process] = []
    while not ended.wait(LOOK_EVERY_S):
        with suppress(psutil.NoSuchProcess):
            if looks % FAMILY_EVERY == 0:  # who belongs to it is asked seldom: that walks through all processes
                program = psutil.Process(pid)
                family = [program, *program.children(recursive=True)]
            peak = max(peak, sum(each.memory_info().rss for each in family) / 2**20)
        looks += 1
    return peak


def _speed(program: Program, where: str, run: Run, written: Written) -> Figure:
    """Return MB/s, and in its place what is wrong if the figures are."""
    counted, expected = program.counted(run.output), program.expected(written)
    speed = f"{written.size / run.seconds / 1e6:,.0f} MB/s, {run.seconds:.2f} s"
    rate = f"{speed}, {run.cpu_s:.2f} s of CPU, {run.peak_mb:.0f} MB"
    if counted == expected:
        return Figure(f"{program.name}, {where}", f"{rate}; {counted:,} counted, all there")
    wrong = f"{rate}; counted {counted:,} of {expected:,}"
    return Figure(f"{program.name}, {where}", wrong, f"{expected:,}", met=False)


def _ratios(density: str, took: dict[str, Run]) -> Iterator[Figure]:
    """Yield the targets by the clock, and beside them what the processor says."""
    own = took[REPORT.name]
    for name, least in FASTER_THAN[density].items():
        figure = f"voxtop report beside {name}, guide, {density}"
        if name in took:
            by_cpu = f" ({took[name].cpu_s / own.cpu_s:.3g} × by processor time)"
            yield at_least(figure, took[name].seconds / own.seconds, least, "× as fast", by_cpu)
        else:
            yield missing(figure, f"{name} is not installed", f"≥ {least} ×")
    limit = own.seconds / took[WC.name].seconds
    yield at_most(f"wc -l beside voxtop report, guide, {density}", limit, WC_FASTER[density], "× as fast")
