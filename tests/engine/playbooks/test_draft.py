"""A first playbook for an error that has none: its pattern fits the lines of its kind and is RE2."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from tests import samples
from tui.engine.model import ErrorGroup
from tui.engine.playbooks._own import read_own
from tui.engine.playbooks.draft import draft, pattern
from tui.engine.text import LANGUAGES, use_language

TEXT = "❌ [TTS Acme] Error: frobnicator 7 exploded"
GROUP = ErrorGroup("k", "error", "TTS", "Acme", "503", TEXT, 3, 1, 2, "app.log")


@pytest.mark.parametrize(
    ("text", "others"),
    [
        (GROUP.text, ["[TTS Acme] Error: frobnicator 12 exploded", "⚠️ [TTS Acme] Error: frobnicator x9 exploded"]),
        ("conn to db-1:5432 lost after 30s", ["conn to db-22:5432 lost after 7s"]),
        ("job 'send mail' failed: 'no route'", ["job 'x' failed: 'y z'"]),
    ],
)
def test_the_pattern_fits_the_lines_of_its_kind_and_no_others(text: str, others: list[str]) -> None:
    found = re2.compile(pattern(text))

    assert all(found.search(each) for each in (text, *others))
    assert not found.search("[STT Azure] Error: 401 Unauthorized")


PRINTED = st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" '\"#0=:*")


@given(st.text(PRINTED, min_size=1, max_size=300).filter(str.strip))
def test_whatever_a_line_holds_its_own_pattern_finds_it(text: str) -> None:
    assert re2.compile(pattern(text)).search(text) is not None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text", [TEXT, samples.HOSTILE, "it's \"quoted\" ''' \\ and #", "token=gsk_abcdefghijklmnop123456"]
)
def test_a_draft_is_a_playbook_that_can_be_read_whatever_the_line_holds(
    tmp_path: Path, text: str, language: str
) -> None:
    use_language(language)
    name, written = draft(replace(GROUP, text=text, provider=text, code=None))
    use_language("en")
    path = tmp_path / "draft.toml"
    path.write_text(written, encoding="utf-8")

    (entry,) = read_own(path)

    assert entry.playbook.id == name
    assert written.replace("\n", "").isprintable()
    assert "gsk_abcdefghijklmnop123456" not in written
    assert list(tomllib.loads(written)) == [name]
