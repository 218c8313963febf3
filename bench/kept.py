"""Whether the hot paths still cost what they cost: executed instructions beside a stored baseline.

``make bench-kept`` counts with callgrind, so that a busy machine changes nothing, and divides by what plain Python of
every kind takes in the same interpreter, so that another one of the same version changes little. It fails when a path
takes more than the tolerance on top. ``make bench-kept ARGS=--store`` stores what is counted as the new baseline.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tui.engine.worker import ONE_THREAD

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "bench" / "kept.json"
TOLERANCE = 0.10
"""Runs differ by less than a hundredth."""
OTHER_BUILD = 2 * TOLERANCE
"""Builds of one minor version differ by up to 15 %, most where C does the work (3.11.2 of Debian beside a 3.11.7)."""
REFERENCE = "reference"
GROUPS = ("engine", "screen")

Ratios = Mapping[str, float]
"""By hot path: its instructions as a multiple of those of the reference."""


def counted(command: Sequence[str]) -> dict[str, int]:
    """Run a Python program that marks its hot paths (see ``bench/hot.py``); return the instructions of each.

    Raises:
        AssertionError: it failed; the message is its last line.
    """
    with tempfile.TemporaryDirectory(prefix="voxtop-kept-") as folder:
        out = Path(folder) / "out"
        valgrind = ["valgrind", "--quiet", "--tool=callgrind", "--dump-line=no", "--dump-before=getsid"]
        done = subprocess.run(
            [*valgrind, f"--callgrind-out-file={out}", sys.executable, *command],
            cwd=ROOT,
            env=os.environ | ONE_THREAD | {"PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError((done.stderr.strip().splitlines() or ["no output"])[-1])
        # What lies before a path is in the odd files, what lies between its marks in the even ones.
        return {
            name: _total(out.with_name(f"out.{2 * number}")) for number, name in enumerate(done.stdout.splitlines(), 1)
        }


def _total(dump: Path) -> int:
    totals = [line for line in dump.read_text(encoding="utf-8").splitlines() if line.startswith("totals: ")]
    return int(totals[-1].split()[1])


def ratios() -> Ratios:
    """Count every hot path, both groups at once."""
    with ThreadPoolExecutor(len(GROUPS)) as pool:
        groups = pool.map(lambda group: counted(["-m", "bench.hot", group]), GROUPS)
        counts = {name: count for group in groups for name, count in group.items()}
    reference = counts.pop(REFERENCE)
    return {name: round(count / reference, 4) for name, count in counts.items()}


def interpreter() -> str:
    """Return what a baseline is of: the same steps take other instructions elsewhere."""
    return f"{platform.python_version()} {platform.machine()}"


def nearest(every: Mapping[str, Ratios], wanted: str) -> str | None:
    """Return the interpreter to compare with: this one, or else one of the same minor version and machine."""
    version, machine = wanted.split()
    alike = [key for key in every if key.split()[1] == machine and key.split(".")[:2] == version.split(".")[:2]]
    return wanted if wanted in every else max(alike, default=None)


def compared(now: Ratios, baseline: Ratios | None, tolerance: float = TOLERANCE) -> Iterator[tuple[str, bool]]:
    """Yield a line for each hot path, and whether it is as it should be."""
    width = max(map(len, now))
    for name, ratio in now.items():
        before = (baseline or {}).get(name)
        told = f"{name:{width}}  {ratio:9.3f} × reference"
        if before is None:
            yield f"{told}  no baseline", True
            continue
        change = ratio / before - 1
        told += f"  {change:+7.1%} of {before:.3f}"
        if change > tolerance:
            yield f"{told}  SLOWER by more than {tolerance:.0%}", False
        else:
            yield f"{told}{'  faster: store it' if change < -tolerance else ''}", True
    for name in (baseline or {}).keys() - now.keys():
        yield f"{name:{width}}  was not counted", False


def store(now: Ratios) -> None:
    """Make what was counted the baseline of this interpreter."""
    every = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    every[interpreter()] = now
    STORED.write_text(json.dumps(every, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def main() -> int:
    """Print what was counted; the exit code is 1 when a path became slower, or nothing could be counted."""
    parser = argparse.ArgumentParser(prog="make bench-kept", description=__doc__)
    parser.add_argument("--store", action="store_true", help=f"store the baseline in {STORED.relative_to(ROOT)}")
    asked = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("make bench-kept needs valgrind: apt-get install valgrind", file=sys.stderr)
        return 1
    every = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    found, now = nearest(every, interpreter()), ratios()
    exact = found == interpreter()
    lines = [*compared(now, every[found] if found else None, TOLERANCE if exact else OTHER_BUILD)]
    print("\n".join(line for line, _ in lines))
    if asked.store:
        store(now)
        print(f"stored as the baseline of Python {interpreter()}")
        return 0
    if not exact:
        beside = f"compared with {found}, within {OTHER_BUILD:.0%}" if found else "nothing to compare"
        print(f"There is no baseline of Python {interpreter()}: {beside}.")
    if all(good for _, good in lines):
        return 0
    print(f"Hot paths became slower. If that is meant: make bench-kept ARGS=--store, and commit {STORED.name}.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
