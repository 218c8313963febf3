"""The bar under the strip and the evidence: what they say, how much room they take, in signs the terminal has."""

from dataclasses import replace

import pytest

from tests import samples
from tests.engine.test_blame_sentence import SLOW
from tests.samples import HOSTILE, NOW
from tests.widgets.showing import screen_rows, screen_text, sent, showing
from tui.engine.model import BlameRow, Precursor, Side, SliceCount
from widgets import BlameBar, BlameEvidence, use_glyphs

FULL = replace(
    SLOW,
    rows=(
        BlameRow("provider", "Azure", Side(500, 2, 420.0), Side(60, 58, 1100.0), 92.0),
        BlameRow("provider", "Google", Side(400, 2, 440.0), Side(12, 1, 450.0), 8.0),
        BlameRow("host", "voice-prod-02", Side(300, 1, 425.0), Side(60, 58, 1100.0), 91.0),
        BlameRow("host", "", Side(3, 0, None), Side(2, 0, None), 0.0),
    ),
    slices=(*(SliceCount(8, 0) for _ in range(180)), *(SliceCount(8, 6) for _ in range(6))),
)


async def test_the_bar_takes_no_room_until_there_is_something_to_say() -> None:
    bar = BlameBar()
    async with showing(bar) as pilot:
        assert not bar.display
        bar.show(replace(samples.on_fire(), blame=(FULL,)), NOW)
        await pilot.pause()
        assert bar.display
        assert "88 % Azure on voice-prod-02; began 40 s after" in screen_text(pilot)
        bar.show(samples.on_fire(), NOW)
        assert not bar.display


async def test_the_sentence_never_takes_more_than_two_rows() -> None:
    bar = BlameBar()
    long = replace(FULL, culprit=(("host", "h" * 59), ("client", "c" * 59)))
    async with showing(bar, width=60) as pilot:
        bar.show(replace(samples.on_fire(), blame=(long,)), NOW)
        await pilot.pause()
        rows = [row for row in screen_rows(pilot) if row.strip()]
        assert len(rows) == 2
        assert rows[1].rstrip().endswith("…")


async def test_enter_asks_for_the_evidence() -> None:
    bar = BlameBar()
    async with showing(bar) as pilot:
        bar.show(replace(samples.on_fire(), blame=(FULL,)), NOW)
        bar.focus()
        await pilot.press("enter")
        await pilot.pause()
        assert [type(message) for message in sent(pilot)] == [BlameBar.Opened]


async def test_the_evidence_has_before_and_after_by_place_the_course_and_what_came_before() -> None:
    async with showing(BlameEvidence([FULL]), width=110, height=40) as pilot:
        text = screen_text(pilot)
    rows = [" ".join(row.split()) for row in text.splitlines()]

    assert "all 900 4 430 ms 120 70 1070 ms" in rows
    assert "provider Azure 500 2 420 ms 60 58 1100 ms 92 %" in rows
    assert "host (not said) 3 0 – 2 0 – 0 %" in rows
    assert any("40s before" in row and "the STT fallback opened" in row for row in rows)
    assert "Switching to Google STT" in text
    assert "█" in text


async def test_the_evidence_is_readable_in_ascii() -> None:
    use_glyphs(unicode=False)
    try:
        async with showing(BlameEvidence([FULL]), width=80, height=40) as pilot:
            assert screen_text(pilot).isascii()
    finally:
        use_glyphs(unicode=True)


@pytest.mark.parametrize("width", [40, 80, 200])
async def test_hostile_names_and_lines_are_drawn_as_text(width: int) -> None:
    hostile = replace(
        FULL,
        culprit=(("host", HOSTILE),),
        rows=(BlameRow("host", HOSTILE, Side(9, 1, 4.0), Side(9, 9, 9.0), 100.0),),
        preceded=(Precursor("gap", NOW - 9, None, HOSTILE, HOSTILE),),
    )
    async with showing(BlameEvidence([hostile]), width=width, height=50) as pilot:
        text = screen_text(pilot)

    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(text)
    assert "[b]bold[/b]" in text or width < 80
