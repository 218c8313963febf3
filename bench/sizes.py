"""Prints how long modules and functions are, and fails above the hard limits."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("tui", "widgets", "themes", "bench")
MODULE_LIMIT = 400
FUNCTION_LIMIT = 50
LONGEST = 3


def modules() -> Iterator[tuple[int, str]]:
    """Yield the length in lines and the path of each module, empty ones left out."""
    for package in PACKAGES:
        for path in sorted(path for kind in ("*.py", "*.c") for path in (ROOT / package).rglob(kind)):
            if lines := len(path.read_text(encoding="utf-8").splitlines()):
                yield lines, str(path.relative_to(ROOT))


def functions(path: str) -> Iterator[tuple[int, str]]:
    """Yield the length in lines, ``def`` and docstring included, and the place of each function in a module."""
    if not path.endswith(".py"):
        return
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1, f"{path}:{node.lineno} {node.name}"


def summary(what: str, sizes: list[tuple[int, str]], limit: int) -> str:
    """Return the distribution of the sizes in one line, and below it the longest."""
    lengths = [length for length, _ in sizes]
    ninth = round(quantiles(lengths, n=10)[8]) if len(lengths) > 1 else lengths[0]
    head = f"{what}: {len(sizes)}, lines median {median(lengths):.0f}, p90 {ninth}, max {max(lengths)} (limit {limit})"
    return "\n".join([head, *(f"  {length:4} {place}" for length, place in sorted(sizes, reverse=True)[:LONGEST])])


def main() -> int:
    """Print both distributions and return the exit code."""
    files = list(modules())
    bodies = [size for _, path in files for size in functions(path)]
    print(summary("modules", files, MODULE_LIMIT))
    print(summary("functions", bodies, FUNCTION_LIMIT))
    too_long = [place for length, place in files if length > MODULE_LIMIT]
    too_long += [place for length, place in bodies if length > FUNCTION_LIMIT]
    for place in too_long:
        print(f"too long: {place}", file=sys.stderr)
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
