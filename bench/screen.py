"""Measurements of the running monitor: first paint, idle cost, a steady load, line to screen, a burst."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median

from bench.figure import Figure, at_most, missing, nearest_rank
from bench.live_peers import btop
from bench.logs import Entry, as_guide, entries, write_log
from bench.watched import SETTLE_S, Watched, append, words
from tests.sshd import Sshd

BARE = (sys.executable, "-P", "-m", "bench.bare")
PAINTED = "TTFB"
HELP = "Esc closes this page"
"""Words that only the help page has."""
DASHBOARD = "7 Sources"
"""Words that only the dashboard has."""
LOAD_LINES_PER_S = 5000
BURST_PATIENCE_S = 120
REFRESH_S = 1.0
"""Ages on screen are renewed so often."""
SILENT_S = 60.0
"""Files that were silent for so long are looked at less often."""
DAY_S = 86_400.0


def _error(word: str) -> str:
    """Return an error line; its row has little room at 120×40, so the word comes first."""
    text = f"❌ {word} refused"
    return as_guide(Entry("ERROR", "root", text, text), time.time())


def _log(folder: Path, name: str, lines: int = 2000) -> Path:
    path = folder / f"{name}.log"
    write_log(path, "guide", lines, time.time())
    return path


def first_paint(folder: Path, runs: int) -> Iterator[Figure]:
    """Time from the start of the process to the first panel, beside a bare Textual program's."""
    log = _log(folder, "paint")

    def start(*arguments: str, bare: bool = False) -> float:
        with Watched(*arguments, command=BARE) if bare else Watched(*arguments) as program:
            return program.until_painted(PAINTED) - program.began

    start(str(log))
    start(bare=True)
    own = median(start(str(log)) for _ in range(runs))
    bare = median(start(bare=True) for _ in range(runs))
    yield at_most("start to first painted panel", own, 0.6, "s", f" (median of {runs})")
    yield at_most("… beside a bare Textual program", own / bare, 1.5, "×", f" ({bare:.2f} s)")


def idle(folder: Path, seconds: float) -> Iterator[Figure]:
    """Processor and memory while three logs stand still, soon after the start and a minute later, and beside btop.

    Right after the start figures still move with their windows, ages are told to the second and alerts begin. btop
    draws as often and settles as long; a minute later both are measured at the same time.
    """
    logs = [str(_log(folder, f"idle{number}")) for number in range(3)]
    with Watched(*logs) as program:
        program.until_painted(PAINTED)
        share = _settled_share(program, seconds)
        yield at_most("idle, 3 sources, 120×40", share, 1.5, "% of a core", f" over {seconds:.0f} s")
        yield at_most("memory, idle, 3 sources", program.memory_mb(), 100, "MB")
        other = btop(folder / "home", REFRESH_S)
        if other is None:
            yield missing(f"… beside btop, both every {REFRESH_S:g} s", "btop is not installed", "≤ 0.5 ×")
            return
        yield from _beside(program, other, share, seconds)


def _settled_share(program: Watched, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> float:
    program.let_run(SETTLE_S, meanwhile)
    return program.cpu_share(seconds, meanwhile)


def _beside(program: Watched, other: Watched, share: float, seconds: float) -> Iterator[Figure]:
    """Compare what the first seconds cost with those of btop, and then what both cost at the same time."""
    name = f"beside btop, both every {REFRESH_S:g} s"
    with other:
        others = _settled_share(other, seconds, program.drain)
        yield at_most(f"… {name}", share / others, 0.5, "×", f" ({others:.2f} % of a core)")
        program.let_run(max(0.0, SILENT_S + program.began - time.perf_counter()), other.drain)
        before, began = other.cpu_s(), time.perf_counter()
        later = program.cpu_share(seconds, other.drain)
        others = 100 * (other.cpu_s() - before) / (time.perf_counter() - began)
    yield Figure("idle, 3 sources, after a minute of silence", f"{later:.3f} % of a core over {seconds:.0f} s")
    yield at_most(f"… {name}", later / others, 0.5, "×", f" ({others:.2f} % of a core, at the same time)")


def many_idle(folder: Path, files: int, seconds: float) -> Iterator[Figure]:
    """Processor and memory while very many logs stand still, soon after their last lines and a good while later."""
    logs = [str(_log(folder, f"many{number}", 100)) for number in range(files)]
    with Watched(*logs) as program:
        program.until_painted(PAINTED)
        program.let_run(SETTLE_S)
        share = program.cpu_share(seconds)
        yield at_most(f"idle, {files} files", share, 5, "% of a core", f" over {seconds:.0f} s")
        program.let_run(max(0.0, SILENT_S - seconds))
        later = program.cpu_share(seconds)
        yield at_most(f"idle, {files} files, silent for a minute", later, 5, "% of a core", f" over {seconds:.0f} s")
        yield Figure(f"memory, {files} files", f"{program.memory_mb():.0f} MB")


def history(folder: Path, sources: int, lines: int) -> Iterator[Figure]:
    """Memory with the history of a day, once all of it was read and counted."""
    logs = [folder / f"history{number}.log" for number in range(sources)]
    for log in logs:
        write_log(log, "guide", lines // sources, time.time(), span_s=DAY_S)
    word = words(9)()
    with Watched("--since", "all", *map(str, logs)) as program:
        program.until_painted(PAINTED)
        for log in logs:
            append(log, _error(word))
        program.until_painted(f"×{sources}")
        program.let_run(SETTLE_S)
        beside = f" ({lines:,} lines)"
        yield at_most(f"memory, {sources} sources, 24 h of history", program.memory_mb(), 100, "MB", beside)
        yield at_most("… at most meanwhile", program.peak_mb(), 100, "MB")


def load(folder: Path, seconds: float) -> Iterator[Figure]:
    """Processor and memory under a steady stream."""
    log = _log(folder, "load")
    stream, written, began = entries(2), 0, 0.0

    def write() -> None:
        nonlocal written
        due = int((time.perf_counter() - began) * LOAD_LINES_PER_S) - written
        written += due
        append(log, "".join(as_guide(entry, time.time()) for entry in islice(stream, due)))

    with Watched(str(log)) as program:
        program.until_painted(PAINTED)
        program.let_run(SETTLE_S)
        began = time.perf_counter()
        share = program.cpu_share(seconds, write)
        rate = written / (time.perf_counter() - began)
        yield Figure(f"processor at {rate:,.0f} lines/s", f"{share:.1f} % of a core over {seconds:.0f} s")
        yield at_most("memory after that load", program.memory_mb(), 100, "MB", f" ({written:,} lines)")
        word = words(3)()
        program.look()
        wrote = append(log, _error(word))
        behind = program.until_painted(word) - wrote
        yield Figure("line to screen right after that load", f"{behind * 1000:.0f} ms")


def line_to_screen(folder: Path, runs: int) -> Iterator[Figure]:
    """Time from writing a line into a quiet log to its first painted letter."""
    log = _log(folder, "line")
    with Watched(str(log)) as program:
        delays = _delays(program, log, runs)
        quiet = [_help_opens(program) for _ in range(10)]
    yield Figure("line to screen, P50", f"{median(delays):.0f} ms (n = {runs})")
    yield at_most("line to screen, P95", nearest_rank(delays, 95), 150, "ms", f" (n = {runs})")
    yield Figure("key to paint, P50 (opens the help page)", f"{median(quiet):.0f} ms (n = {len(quiet)})")


def line_to_screen_over_ssh(folder: Path, runs: int) -> Iterator[Figure]:
    """Do the same with a log that is read through an sshd on this machine."""
    log = _log(folder, "remote")
    with Sshd() as server, Watched(server.url(log), home=server.home) as program:
        delays = _delays(program, log, runs)
    yield Figure("line to screen over SSH, P50", f"{median(delays):.0f} ms (n = {runs})")
    yield at_most("line to screen over SSH, P95", nearest_rank(delays, 95), 250, "ms", f" (n = {runs})")


def _delays(program: Watched, log: Path, runs: int) -> list[float]:
    """Return the milliseconds from writing each of some lines to its first painted letter."""
    pause, word = random.Random(4), words(5)  # noqa: S311 - moments that can be repeated
    delays = []
    program.until_painted(PAINTED)
    program.let_run(SETTLE_S)
    for _ in range(runs):
        unique = word()
        program.look()
        wrote = append(log, _error(unique))
        delays.append(1000 * (program.until_painted(unique) - wrote))
        program.let_run(pause.uniform(0.1, 0.5))
    return delays


def _help_opens(program: Watched) -> float:
    """Open the help page and close it again; return the milliseconds from the key to the page."""
    program.look()
    pressed = time.perf_counter()
    program.terminal.send("?")
    delay = 1000 * (program.until_painted(HELP) - pressed)
    program.look()
    program.terminal.send("\x1b")
    program.until_painted(DASHBOARD)
    return delay


def burst(folder: Path, lines: int) -> Iterator[Figure]:
    """Time until many lines that came at once are counted, and how the keys of a busy user feel meanwhile."""
    log, crowd = _log(folder, "burst"), folder / "crowd.log"
    write_log(crowd, "guide", lines, time.time())
    word, delays, pause = words(6)(), [], random.Random(7)  # noqa: S311 - moments that can be repeated
    with Watched(str(log)) as program:
        program.until_painted(PAINTED)
        program.let_run(SETTLE_S)
        wrote = append(log, crowd.read_text(encoding="utf-8") + _error(word))
        while word.encode() not in program.terminal.output:
            delays.append(_help_opens(program))
            program.let_run(pause.uniform(0.1, 0.5))
            if time.perf_counter() - wrote > BURST_PATIENCE_S:
                raise AssertionError(f"not caught up within {BURST_PATIENCE_S} s")
        took = time.perf_counter() - wrote
        program.let_run(SETTLE_S)
        memory, peak = program.memory_mb(), program.peak_mb()
    yield at_most(f"burst of {lines:,} lines caught up", took, 15 * lines / 1_000_000, "s")
    yield at_most("key to paint meanwhile, P95", nearest_rank(delays, 95), 100, "ms", f" (n = {len(delays)})")
    yield Figure("memory after that burst", f"{memory:.0f} MB, {peak:.0f} MB at most")
