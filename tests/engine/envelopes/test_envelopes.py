"""Every envelope of the sample file gives the inner line, its level and its time."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tui.engine.envelopes._cleaning import clean_bytes, clean_text
from tui.engine.envelopes._envelope import Unwrapped, envelopes, unwrap
from tui.engine.envelopes._levels import level_named
from tui.engine.envelopes._stamps import seconds
from tui.engine.model import Level

SAMPLES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data" / "envelopes.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]
MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2027, 3, 10, tzinfo=UTC).timestamp()


def last_unwrapped(raw: str) -> Unwrapped:
    begun, found = "", None
    for line in raw.split("\n"):
        found = unwrap(line, begun)
        begun = found.message if found.partial else ""
    assert found is not None
    return found


def named(sample: dict[str, object]) -> str:
    return str(sample["name"])


@pytest.mark.parametrize("sample", [sample for sample in SAMPLES if sample["inner"]], ids=named)
def test_the_inner_line_level_and_time_come_out_of_the_envelope(sample: dict[str, str]) -> None:
    found = last_unwrapped(sample["raw"])

    assert found.message.lstrip() in {
        text.replace("\ufe0f", "") for text in (sample["inner"], *sample.get("inner_also", ()))
    }
    assert found.level == sample["level"]
    moment = found.time(MADRID, NOW)
    if sample["ts_kind"] == "none":
        assert moment is None
        return
    text = sample["ts"] if sample["ts_kind"] != "no_year" else f"2027-{sample['ts']}"
    expected = datetime.fromisoformat(text)
    expected = expected if expected.tzinfo else expected.replace(tzinfo=MADRID)
    assert moment is not None
    assert int(moment) == expected.timestamp()


def test_the_samples_are_all_there() -> None:
    assert len(SAMPLES) > 90


def test_every_envelope_has_a_name_of_its_own_and_can_begin_somehow() -> None:
    found = envelopes()

    assert len({envelope.name for envelope in found}) == len(found)
    assert all(envelope.starts for envelope in found)


@pytest.mark.parametrize("raw", ["", "plain words", "{", "[", "2027-03-09", "<13>", "a | b | c | d | e | f"])
def test_what_is_wrapped_in_nothing_known_comes_out_as_it_is(raw: str) -> None:
    found = unwrap(raw)

    assert raw.endswith(found.message)
    assert (found.level, found.stamps, found.partial) == (None, (), False)


def test_at_most_four_wrappings_are_taken_off() -> None:
    assert unwrap("a | b | c | d | e | f").message == "e | f"


def test_the_innermost_level_and_logger_count() -> None:
    found = unwrap('web-1  | {"level": "INFO", "name": "outer", "message": "ERROR:inner:gone"}')

    assert (found.message, found.level, found.logger) == ("gone", "error", "inner")


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("\ufefftext", "text"),
        ("te\x00xt", "text"),
        ("\x1b[1;31mtext\x1b[0m", "text"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\text", "text"),
        ("\x9b31mtext", "text"),
        ("text\r", "text"),
        ("old text\rtext", "text"),
        ("^Ctext", "text"),
        ("\u26a0\ufe0f text", "\u26a0 text"),
        ("\ud83d\udd0c text", "\U0001f50c text"),
        ("\ud83d text", "\ufffd text"),
    ],
)
def test_r59_r70_what_terminals_and_copies_left_is_taken_off(raw: str, seen: str) -> None:
    assert clean_text(raw) == seen


def test_raw_lines_are_cleaned_without_harm_to_their_characters() -> None:
    assert clean_bytes("\x1b[31m❌ \x00✅\x1b[0m".encode()) == "❌ ✅".encode()


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("INFO", "info"),
        ("warn", "warning"),
        ("FATAL", "critical"),
        (10, "debug"),
        (20, "debug"),
        (30, "info"),
        (40, "warning"),
        (50, "error"),
        (60, "critical"),
        (7, None),
        (True, None),
        (float("inf"), None),
        ("loud", None),
    ],
)
def test_levels_are_known_by_name_and_by_pinos_numbers(name: object, level: Level | None) -> None:
    assert level_named(name) == level


@pytest.mark.parametrize(
    ("stamp", "now", "moment"),
    [
        ("Dec 31 23:59:59", "2027-01-01T00:05:00+00:00", "2026-12-31T23:59:59+00:00"),
        ("Feb 29 08:00:00", "2027-03-01T00:00:00+00:00", "2024-02-29T08:00:00+00:00"),
        ("03-09 08:00:00", "2027-03-10T00:00:00+00:00", "2027-03-09T08:00:00+00:00"),
        ("2027/03/09 08:00:00", "2027-03-10T00:00:00+00:00", "2027-03-09T08:00:00+00:00"),
        ("2027-03-09T08:00:00.123456789+05:30", "2027-03-10T00:00:00+00:00", "2027-03-09T02:30:00.123457+00:00"),
        ("2027-02-30 08:00:00", "2027-03-10T00:00:00+00:00", None),
        ("08:00:00", "2027-03-10T00:00:00+00:00", None),
        ("nonsense", "2027-03-10T00:00:00+00:00", None),
        (float("nan"), "2027-03-10T00:00:00+00:00", None),
        (1e300, "2027-03-10T00:00:00+00:00", None),
    ],
)
def test_r67_a_stamp_is_a_moment_or_nothing(stamp: str | float, now: str, moment: str | None) -> None:
    found = seconds(stamp, UTC, datetime.fromisoformat(now).timestamp())

    assert found == (None if moment is None else pytest.approx(datetime.fromisoformat(moment).timestamp(), abs=1e-5))


def test_r67_the_hour_that_comes_twice_is_read_as_the_first() -> None:
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC).timestamp()

    assert seconds("2027-10-31 02:30:00", MADRID, NOW) == first
