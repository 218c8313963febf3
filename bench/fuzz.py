"""Feeds bytes to everything that reads a log, guided by the code they reach: ``python -m bench.fuzz SECONDS``.

Needs ``pip install atheris``. Ends with the exit code of libFuzzer: 0 when nothing failed.
"""

import importlib
import importlib.util
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent.parent / "tests" / "data"
LINES_TOGETHER = 12
MAX_LENGTH = 4096
TIMEOUT_S = 10
"""An input of that length that takes longer counts as a failure."""


def seeds() -> Iterator[bytes]:
    """Yield the inputs to begin with: the sample logs in pieces, and every wrapping."""
    for log in sorted(SAMPLES.glob("*/*.log")):
        lines = log.read_bytes().split(b"\n")
        for start in range(0, len(lines), LINES_TOGETHER):
            yield b"\x05" + b"\n".join(lines[start : start + LINES_TOGETHER]) + b"\n"
    for sample in (SAMPLES / "envelopes.jsonl").read_text(encoding="utf-8").splitlines():
        yield b"\x02" + json.loads(sample)["raw"].encode() + b"\n"


def _write_seeds(folder: Path) -> int:
    for number, seed in enumerate(seeds()):
        (folder / f"{number:04}").write_bytes(seed)
    return len(list(folder.iterdir()))


def main() -> None:
    """Fuzz for the seconds asked for."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    if importlib.util.find_spec("atheris") is None:
        sys.exit("fuzzing needs atheris: pip install atheris")
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["tui"]):
        target: Callable[[bytes], None] = importlib.import_module("bench.fuzz_target").read_anything
    with tempfile.TemporaryDirectory(prefix="voxtop-fuzz-") as folder:
        print(f"{_write_seeds(Path(folder))} seeds", file=sys.stderr)
        options = (
            f"-max_total_time={seconds}",
            f"-max_len={MAX_LENGTH}",
            f"-timeout={TIMEOUT_S}",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
            "-artifact_prefix=/tmp/voxtop-fuzz-",
        )
        atheris.Setup([sys.argv[0], *options, folder], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
