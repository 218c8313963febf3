"""The drawings of the way in, as pictures."""

from tests.samples import LIMITS, NOW
from tests.widgets.showing import showing
from tui.engine.model import Impact, Mark, StageTime, Story, StoryKey, Turn
from widgets._charts import column_of, spark_lines
from widgets._glyphs import ASCII, UNICODE
from widgets._harm import harm
from widgets._lines import Line
from widgets._percentile_chart import with_cursor
from widgets._view import View
from widgets._waterfall import bars, longest, ruler, waits
from widgets.breadcrumb import trail
from widgets.call_view import CallView, items_of, worst_of
from widgets.raw_lines import RawLinesView

STT = StageTime("STT", "Azure", 200.0, NOW, 1)
LLM = StageTime("LLM", "Groq", 600.0, NOW + 1, 2)
TTS = StageTime("TTS", "Azure", 1200.0, NOW + 2, 3)


def drawn(line: Line) -> str:
    return "".join(run.text for run in line)


def test_waits_stand_one_behind_the_other_in_speaking_order_on_one_scale() -> None:
    whole = Turn(NOW, 3, (STT, LLM, TTS), 2400.0)
    half = Turn(NOW, 3, (STT, LLM))
    top = longest([whole, half])

    assert top == 3000.0
    assert [drawn(bars(turn, 30, top, View(NOW))) for turn in (whole, half)] == [
        "░░▒▒▒▒▒▒████████████────      ",
        "░░▒▒▒▒▒▒                      ",
    ]
    assert drawn(bars(whole, 30, top, View(NOW, glyphs=ASCII))) == "..======############----      "


def test_a_wait_too_short_to_see_has_one_cell_and_nothing_outgrows_the_scale() -> None:
    short = StageTime("STT", "Azure", 1.0, NOW, 1)

    assert drawn(bars(Turn(NOW, 1, (short, TTS)), 10, 1200.0, View(NOW))) == "░█████████"
    assert drawn(bars(Turn(NOW, 1, (TTS,), 9000.0), 5, 1000.0, View(NOW))) == "█████"
    assert drawn(bars(Turn(NOW, 1), 5, 1000.0, View(NOW))) == "     "


def test_the_scale_names_its_ends_and_its_middle() -> None:
    assert ruler(30, 3000.0) == "0            1500      3000 ms"
    assert ruler(12, 3000.0) == "0    3000 ms"


def test_a_wait_that_nobody_told_is_a_dash_and_one_over_its_limit_is_coloured() -> None:
    cells = waits(Turn(NOW, 3, (STT, TTS)), LIMITS)

    assert [(run.text, run.role) for run in cells] == [
        ("200", "warning"),
        ("–", "dim"),
        ("1200", "critical"),
        ("–", "dim"),
    ]


def test_the_way_here_leaves_out_its_beginning_where_room_is_short() -> None:
    steps = ("CRIT", "3 TTFB", "14:02 TTS P95 1840 ms n 29", "calls", "c76abf")
    view = View(NOW)

    assert drawn(trail(steps, 80, view)) == " CRIT ▸ 3 TTFB ▸ 14:02 TTS P95 1840 ms n 29 ▸ calls ▸ c76abf"
    assert drawn(trail(steps, 26, view)) == " … ▸ calls ▸ c76abf"
    assert drawn(trail(steps, 6, view)) == "c76abf"
    assert drawn(trail(("a\x1b[2J", "[b]x[/b]"), 40, view)) == " a␛[2J ▸ [b]x[/b]"
    assert trail((), 10, view) == ()


def test_the_cursor_is_in_the_column_that_its_value_went_into() -> None:
    lines = spark_lines([1, 2, 3, None], 6, 1, glyphs=UNICODE, cursor=3)

    assert [(run.text, run.role) for run in lines[0]] == [("  ▃▅█", "series-1"), (" ", "picked")]
    assert [column_of(place, 60, 30) for place in (0, 1, 2, 59)] == [0, 0, 1, 29]
    assert [column_of(place, 60, 60) for place in (0, 59)] == [0, 59]


def test_a_chart_too_small_for_a_cursor_stays_as_it_is() -> None:
    assert with_cursor([(), ()], 0, 1, UNICODE) == [(), ()]


def story(**changes: object) -> Story:
    return Story(StoryKey("app", "c1", "", 0), turns=(Turn(NOW, 3, (TTS,), heard_at=NOW),), **changes)  # type: ignore[arg-type]


def test_every_harm_has_a_sign_and_a_word() -> None:
    view = View(NOW)
    failed, fell = Mark("error", NOW, 1, "TTS", code="401"), Mark("fallback", NOW, 1, "STT", to="Google")
    told = [
        harm(Impact("failed", 1.0, failed), story(), LIMITS, view),
        harm(Impact("failed", 1.0), story(), LIMITS, view),
        harm(Impact("silence", 12.0), story(), LIMITS, view),
        harm(Impact("fallback", 1.0, fell), story(), LIMITS, view),
        harm(Impact("slow", 2.4, stage=TTS), story(), LIMITS, view),
        harm(Impact(), story(), LIMITS, view),
        harm(Impact(), Story(StoryKey("app", "c1", "", 0)), LIMITS, view),
    ]

    assert [(run.text, run.role) for run in told] == [
        ("✖ failed TTS 401", "critical"),
        ("✖ lost with its process", "critical"),
        ("✖ silence 12s", "critical"),
        ("▲ fallback STT → Google", "warning"),
        ("✖ slow TTS 1200 ms", "critical"),
        ("● no harm seen", "ok"),
        ("◌ nothing heard of it", "no-data"),
    ]


def test_the_cursor_begins_at_what_hurt_most() -> None:
    error = Mark("error", NOW + 5, 9, "TTS", code="401")
    told = story(marks=(error,))
    items = items_of(told)

    assert worst_of(items, Impact("failed", 1.0, error)) == 1
    assert worst_of(items, Impact("slow", 2.0, stage=TTS)) == 0
    assert worst_of((), Impact()) == 0


async def test_a_call_of_which_nothing_is_known_is_not_blank() -> None:
    view = CallView()
    async with showing(view, 80, 20) as pilot:
        view.show(Story(StoryKey("app", "c1", "", 0)), Impact(), LIMITS, NOW)
        await pilot.pause()

        assert any("Nothing is known of this call" in row for row in view.rows)


async def test_lines_of_a_source_that_keeps_none_are_not_blank() -> None:
    view = RawLinesView()
    async with showing(view, 80, 20) as pilot:
        view.show(lambda _first, _last: (), (), (), "", NOW)
        await pilot.press("j", "G", "enter")

        assert any("No lines are kept" in row for row in view.rows)
