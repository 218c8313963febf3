"""Patterns that are compiled when something is first matched with them."""

import gc
import pkgutil
import re
from importlib import import_module

import pytest

import tui.engine
from tui.engine.patterns import LazyPattern
from tui.engine.playbooks.match import PlaybookCatalogue


def test_every_pattern_of_the_engine_can_be_compiled() -> None:
    for module in pkgutil.walk_packages(tui.engine.__path__, "tui.engine."):
        import_module(module.name)
    PlaybookCatalogue.load().all()
    patterns = [each for each in gc.get_objects() if isinstance(each, LazyPattern)]

    assert len(patterns) > 150
    for pattern in patterns:
        assert pattern.compiled.pattern == pattern.pattern


def test_a_pattern_is_compiled_when_something_is_matched_with_it_and_not_before() -> None:
    wrong: LazyPattern[str] = LazyPattern("(")

    with pytest.raises(re.error):
        wrong.match("text")


def test_a_pattern_finds_what_a_compiled_one_finds() -> None:
    text, written = "a1 b22 A3", r"([a-z])(\d+)"
    lazy, plain = LazyPattern(written, re.IGNORECASE), re.compile(written, re.IGNORECASE)

    assert [found.span() for found in lazy.finditer(text)] == [found.span() for found in plain.finditer(text)]
    assert lazy.findall(text) == plain.findall(text)
    assert lazy.sub(r"\2", text) == plain.sub(r"\2", text)
    for way in ("match", "fullmatch", "search"):
        assert str(getattr(lazy, way)(text[3:6])) == str(getattr(plain, way)(text[3:6]))
        assert getattr(lazy, way)("?") is None
