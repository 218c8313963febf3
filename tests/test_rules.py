"""Every numbered rule of the semantics has a test that quotes its number."""

import ast
import re
from pathlib import Path

RULES = range(1, 85)

_QUOTED = re.compile(r"(?<![a-z0-9])r(\d{1,2})(?=_|$)")


def quoted() -> dict[int, list[str]]:
    """Return the names of the tests that quote each rule."""
    found: dict[int, list[str]] = {}
    for path in sorted(Path(__file__).parent.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for number in _QUOTED.findall(node.name):
                    found.setdefault(int(number), []).append(node.name)
    return found


def test_every_rule_is_quoted_by_a_test() -> None:
    tests = quoted()

    assert [number for number in RULES if number not in tests] == []
