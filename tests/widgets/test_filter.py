import re

import pytest

from widgets._filter import FilterError, RowFilter

ROWS = ["TTS azure 429 Too many requests", "LLM groq 401 Unauthorized"]


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("azure", [True, False]),
        ("AZURE", [True, False]),
        ("!azure", [False, True]),
        ("4(29|01)", [True, True]),
        (r"\d{3} U", [False, True]),
        ("too.*req", [True, False]),
        ("[(]", [False, False]),
    ],
)
def test_a_pattern_keeps_rows_and_a_leading_mark_inverts_it(pattern: str, kept: list[bool]) -> None:
    assert RowFilter(pattern).keep(ROWS) == kept


@pytest.mark.parametrize("pattern", ["(", "[", "*", r"(?P<x", "a{99999999999}", "\\"])
def test_a_pattern_that_is_no_regular_expression_is_refused(pattern: str) -> None:
    with pytest.raises(FilterError, match="not a regular expression"):
        RowFilter(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(\w+\s?)+$",
        "(a|a)*b",
        "((a+))+",
        "(a{1,50}){1,50}",
        ".*.*.*x",
        "a?a?a?a?a?a?a?a?a?aaaaaaaaa",
        r"(?:x|x)+y",
        "([ab]+)*c",
    ],
)
def test_fault_99_a_pattern_that_could_run_for_ages_is_refused(pattern: str) -> None:
    re.compile(pattern)

    with pytest.raises(FilterError, match="take too long"):
        RowFilter(pattern)


def test_a_pattern_longer_than_the_limit_is_refused() -> None:
    with pytest.raises(FilterError, match="100"):
        RowFilter("a" * 101)


def test_signs_in_a_set_and_escaped_signs_are_no_repetition() -> None:
    assert RowFilter(r"[*+?]\*\+\?\{").keep(["+*+?{"]) == [True]
