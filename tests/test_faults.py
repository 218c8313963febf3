"""The page about reliability tells of every fault, and of every test of one."""

import re
from pathlib import Path

import pytest

from tests.faults import FAULTS, PAGE, existing, page, results, without_test

JUNIT = """<testsuites><testsuite>
<testcase classname="tests.a.test_b" name="test_fault_01_x[1]"/>
<testcase classname="tests.a.test_b" name="test_fault_01_x[2]"><failure/></testcase>
<testcase classname="tests.a.test_b" name="test_fault_02_y"/>
<testcase classname="tests.a.test_b" name="test_fault_03_z"><skipped/></testcase>
</testsuite></testsuites>"""


def test_every_fault_of_sources_is_simulated_by_a_test() -> None:
    missing = [number for number in without_test(existing()) if number <= 75]

    assert missing == []


def test_a_test_of_a_fault_names_a_fault_there_is() -> None:
    known = {number for group in FAULTS.values() for number in group}

    assert [test.name for test in existing() if test.fault not in known] == []
    assert sorted(known) == [*range(1, 102)]


def test_the_page_lists_every_test_of_a_fault_and_no_other() -> None:
    told = PAGE.read_text(encoding="utf-8")
    listed = {cell.strip("`") for cell in told.replace("|", " ").replace("<br>", " ").split() if "::test_" in cell}

    assert listed == {f"{test.module}::{test.name}" for test in existing()}, "run: make reliability"


def test_every_test_of_a_fault_of_sources_passed_when_the_page_was_written() -> None:
    rows = [row.split("|") for row in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", row)]
    results = {int(row[1]): row[5] for row in rows}

    assert [number for number in results if number <= 75 and re.search("not run|failed|skipped", results[number])] == []


@pytest.mark.parametrize(("name", "ended"), [("01_x", "failed, 2"), ("02_y", "passed, 1"), ("03_z", "skipped, 1")])
def test_the_worst_case_of_a_test_is_its_result(tmp_path: Path, name: str, ended: str) -> None:
    report = tmp_path / "results.xml"
    report.write_text(JUNIT)

    assert results([report])["a/test_b.py", f"test_fault_{name}"] == ended


def test_a_test_that_was_not_run_is_told_as_such() -> None:
    rows = [line for line in page(existing(), {}) if line.startswith("| 1 |")]

    assert "not run" in rows[0]
