"""What others cost that stand on a terminal all day, and one that opens logs: beside the monitor's own figures."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure, missing
from bench.logs import write_log
from bench.prepare import ENVIRONMENT
from bench.watched import SETTLE_S, Watched

CALM_SHARE = 5.0
"""Per cent of a core below which a program has nothing to do any more."""

PATIENCE_S = 120.0


def others_idle(seconds: float) -> Iterator[Figure]:
    """Processor and memory of btop and glances, refreshing every two seconds, which is their rule."""
    for name, command in (("btop", _path("btop")), ("glances", _path("glances"))):
        if command is None:
            yield missing(f"idle, {name}, 120×40", f"{name} is not installed")
            continue
        with Watched(command=(command,)) as program:
            program.let_run(SETTLE_S)
            share = program.cpu_share(seconds)
            yield Figure(f"idle, {name}, 120×40", f"{share:.2f} % of a core, {program.memory_mb():.0f} MB")


def btop(home: Path, refresh_s: float) -> Watched | None:
    """Return btop at such a refresh, as its configuration says; None without it."""
    command = _path("btop")
    if command is None:
        return None
    settings = home / ".config" / "btop" / "btop.conf"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f"update_ms = {1000 * refresh_s:.0f}\n", encoding="ascii")
    return Watched(command=(command,), home=home)


def opens_a_log(folder: Path, size_mb: int) -> Iterator[Figure]:
    """Seconds until Toolong has taken up a log and rests, and its memory then."""
    command = _path("tl")
    name = f"Toolong opens {size_mb} MB"
    if command is None:
        yield missing(name, "toolong is not installed")
        return
    log = folder / "toolong.log"
    write_log(log, "guide", size_mb * 1_000_000 // 78, time.time())
    with Watched(str(log), command=(command,)) as program:
        while program.cpu_share(0.5) > CALM_SHARE and time.perf_counter() - program.began < PATIENCE_S:
            pass
        took = time.perf_counter() - program.began - 0.5
        yield Figure(name, f"{took:.1f} s, {program.memory_mb():.0f} MB")


def _path(executable: str) -> str | None:
    own = ENVIRONMENT / "bin" / executable
    return str(own) if own.exists() else shutil.which(executable)
