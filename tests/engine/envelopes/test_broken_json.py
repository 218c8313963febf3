"""JSON records that are no JSON: quotes that were not escaped, ends that were cut off."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.envelopes._envelope import unwrap

WHOLE = {
    "time": "2027-03-09T07:30:08Z",
    "level": "ERROR",
    "message": "gone: ❌",
    "name": "voice.tts",
    "call_id": "v3:a",
}


def test_a_message_with_bare_quotes_keeps_its_level_name_and_fields() -> None:
    found = unwrap('{"level": "ERROR", "message": "said "no", and left", "name": "voice.tts", "n": 3, "x": null}')

    assert (found.message, found.level, found.logger) == ('said "no", and left', "error", "voice.tts")
    assert found.fields is not None
    assert (found.fields["n"], found.fields["x"]) == (3, None)


def test_escapes_are_read_and_lines_after_the_first_are_kept() -> None:
    found = unwrap('{"msg": "\\u274c \\ud83d\\udd0c one\\n two "x"\\t\\\\", "level": 50}')

    assert (found.message, found.more, found.level) == ("❌ 🔌 one", ' two "x"\t\\', "error")


@pytest.mark.parametrize(
    "line", ['{"message": "a "b" c", "level": "INFO", "user": {"id": 1}}', '{"message": "a "b" c"}']
)
def test_fields_that_are_not_flat_are_left_out(line: str) -> None:
    found = unwrap(line)

    assert found.message.startswith('a "b" c')
    assert found.level is None


def test_words_inside_the_message_are_not_taken_for_fields() -> None:
    found = unwrap('{"level": "INFO", "message": "he said "x", "level": "ERROR" and "y"", "name": "a"}')

    assert (found.level, found.logger) == ("info", "a")


@pytest.mark.parametrize(
    "line", ['{"user": "a "b"", "message": "m", "level": "ERROR"}', '{"message": 4, "level": }', "{ x }"]
)
def test_what_does_not_begin_as_a_record_stays_plain_text(line: str) -> None:
    found = unwrap(line)

    assert (found.message, found.level, found.fields) == (line, None, None)


@given(st.integers(min_value=0), st.booleans())
def test_a_record_that_was_cut_off_tells_what_was_whole(at: int, escaped: bool) -> None:
    text = json.dumps(WHOLE, ensure_ascii=escaped)
    begins = text.index("gone") + 1
    cut = text[: begins + at % (len(text) - begins)]

    found = unwrap(cut)

    assert found.level == "error"
    assert "gone: ❌".startswith(found.message) or escaped
    assert found.stamps
