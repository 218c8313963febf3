"""The check that hot paths stay what they are sees what it is there for."""

from pathlib import Path

import pytest

from bench.kept import OTHER_BUILD, TOLERANCE, compared, counted, nearest
from tests.terminal import require

WORK = """
import os, sys
def work(times):
    kept = {}
    for number in range(times):
        kept[number % 100] = str(number).split("1")
for name, times in (("before", 1000), ("again", 1000), ("a fifth more", 1200)):
    work(5000)
    os.getsid(0)
    work(times)
    os.getsid(0)
    print(name)
"""


def test_a_fifth_more_work_is_seen_and_the_same_work_is_the_same(tmp_path: Path) -> None:
    require("valgrind")
    program = tmp_path / "work.py"
    program.write_text(WORK)

    found = counted([str(program)])

    assert found["again"] == pytest.approx(found["before"], rel=0.01)
    assert found["a fifth more"] == pytest.approx(1.2 * found["before"], rel=0.04)


def test_a_program_that_fails_says_so() -> None:
    require("valgrind")
    with pytest.raises(AssertionError, match=r".+"):
        counted(["-c", "import sys; sys.exit('broken')"])


def told(now: float, before: float | None) -> tuple[str, bool]:
    (line,) = compared({"parser": now}, None if before is None else {"parser": before})
    return line


def test_a_path_that_became_slower_is_named_with_how_much() -> None:
    line, good = told(1.2, 1.0)
    assert not good
    assert "parser" in line
    assert "+20.0%" in line


def test_within_the_tolerance_nothing_is_wrong() -> None:
    assert told(1 + TOLERANCE - 0.001, 1.0)[1]
    assert "store it" not in told(1.0, 1.0)[0]


def test_a_path_that_became_faster_asks_to_be_stored() -> None:
    assert "store it" in told(0.8, 1.0)[0]


def test_an_interpreter_without_a_baseline_passes_and_says_so() -> None:
    assert told(1.0, None)[1]
    assert "no baseline" in told(1.0, None)[0]


def test_a_path_that_is_counted_no_longer_is_missed() -> None:
    lines = [*compared({"parser": 1.0}, {"parser": 1.0, "store": 1.0})]
    assert [good for _, good in lines] == [True, False]


def test_another_build_of_a_version_is_compared_less_strictly_and_another_version_not_at_all() -> None:
    every = {"3.11.7 x86_64": {"parser": 1.0}, "3.13.1 x86_64": {"parser": 2.0}}

    assert nearest(every, "3.11.7 x86_64") == "3.11.7 x86_64"
    assert nearest(every, "3.11.2 x86_64") == "3.11.7 x86_64"
    assert nearest(every, "3.12.1 x86_64") is None
    assert nearest(every, "3.11.7 aarch64") is None
    assert [good for _, good in compared({"parser": 1.15}, {"parser": 1.0}, OTHER_BUILD)] == [True]
