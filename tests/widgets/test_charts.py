import subprocess
import sys
from itertools import pairwise

from tests import samples
from widgets._charts import bar, buckets, gauge, scale, sparkline
from widgets._glyphs import ASCII, UNICODE
from widgets._percentile_chart import percentile_chart, round_up, runs_of


def test_a_sparkline_rises_from_a_flat_foot() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8], 9) == ("▁▂▂▃▄▅▆▇█",)


def test_a_gap_stays_a_hole_and_zero_does_not() -> None:
    assert sparkline([0, 4, None, None, 4, 0], 6) == ("▁█  █▁",)


def test_a_tall_sparkline_is_drawn_over_several_rows() -> None:
    assert sparkline([0, 1, 2, 3, 4, None, 4], 7, 2) == (
        "   ▄█ █",
        "▁▄███ █",
    )


def test_a_limit_line_runs_through_the_empty_cells() -> None:
    assert sparkline([0, 0, 5, 8, 0], 5, 4, limits=[6], top=8) == (
        "   █ ",
        "╌╌▄█╌",
        "  ██ ",
        "▁▁██▁",
    )


def test_a_short_series_stands_at_the_right_edge() -> None:
    assert sparkline([1, 2], 5) == ("   ▄█",)


def test_a_series_of_nothing_draws_nothing() -> None:
    assert sparkline([None, None], 4, 2) == ("    ", "    ")
    assert sparkline([], 3) == ("   ",)


def test_a_long_series_keeps_its_peaks_and_loses_a_gap_only_if_all_of_it_is_one() -> None:
    assert buckets([1, 9, None, 2, None, None], 3) == [9, 2, None]


def test_a_sparkline_in_ascii() -> None:
    assert sparkline([0, 4, None, 8], 4, 2, limits=[8], glyphs=ASCII) == (
        "---#",
        "_# #",
    )


def test_a_gauge_shows_its_marks_filled_or_not() -> None:
    assert gauge(30, 12, top=60, marks=(20, 50)) == "━━━━┿━────┼─"
    assert gauge(0, 12, top=60, marks=(20, 50)) == "────┼─────┼─"
    assert gauge(None, 6, top=60, marks=(20,)) == "──┼───"
    assert gauge(90, 6, top=60, marks=(20,)) == "━━┿━━━"
    assert gauge(30, 12, top=60, marks=(20, 50), glyphs=ASCII) == "====#=----+-"


def test_the_scale_stands_under_the_marks() -> None:
    assert scale(24, top=60, marks=((0, "0"), (20, "20"), (50, "50"))) == "0       20          50  "


def test_a_scale_leaves_out_what_would_touch() -> None:
    assert scale(6, top=60, marks=((0, "0"), (5, "5"), (50, "50"))) == "0   50"


def test_a_progress_bar_is_never_longer_than_its_room() -> None:
    assert bar(0.5, 8) == "━━━━────"
    assert bar(1.7, 4) == "━━━━"
    assert bar(-1, 4) == "────"


def test_every_sign_is_one_cell_except_the_ascii_at_least() -> None:
    for glyphs in (UNICODE, ASCII):
        assert all(len(sign) == 1 for sign in (*glyphs.status, *glyphs.levels, glyphs.full, glyphs.rest, glyphs.idle))
        assert len(glyphs.levels) == 8


def test_ascii_text_has_no_foreign_sign_left_and_the_same_width() -> None:
    assert ASCII.plain("CRÍTICO ≥ 5 – 日本 ×3 → ok") == "CRITICO > 5 - ???? x3 > ok"
    assert UNICODE.plain("CRÍTICO") == "CRÍTICO"


def test_percentile_lines_break_at_a_gap() -> None:
    point = (1.0, 2.0, 3.0)

    assert runs_of([point, None, None, point, point]) == [[(0, point)], [(3, point), (4, point)]]


def test_the_chart_fills_its_room_and_names_lines_and_goal() -> None:
    stage = samples.on_fire().ttfb[2]

    rows = percentile_chart(stage, 60, 12, UNICODE)

    texts = ["".join(run.text for run in row) for row in rows]
    assert len(rows) == 12
    assert max(map(len, texts)) <= 60
    assert texts[0].startswith("TTS P50 P95 P99  goal 500 ms")
    assert any(text.lstrip().startswith("500") for text in texts)
    assert "-60m" in texts[-1]
    roles = {run.role for row in rows for run in row}
    assert {"series-1", "series-2", "series-3"} <= roles
    assert not roles & {"ok", "warning", "critical"}
    assert "\x1b" not in "".join(texts)


def test_the_chart_leaves_a_hole_where_nothing_was_measured() -> None:
    rows = percentile_chart(samples.typical().ttfb[0], 66, 14, UNICODE)

    columns = {x for row in rows[1:-2] for x in _places(row)}
    holes = [(a, b) for a, b in pairwise(sorted(columns)) if b - a > 4]
    assert len(holes) == 1


def _places(row: tuple[tuple[str, str], ...]) -> list[int]:
    x, out = 0, []
    for text, role in row:
        out += [x + i for i, char in enumerate(text) if role.startswith("series") and not char.isspace()]
        x += len(text)
    return out


def test_no_chart_is_drawn_where_it_would_be_too_small_or_empty() -> None:
    stage = samples.typical().ttfb[0]

    assert percentile_chart(stage, 20, 12, UNICODE) == []
    assert percentile_chart(stage, 60, 4, UNICODE) == []
    assert (
        percentile_chart(samples.typical().ttfb[0].__class__("STT", samples.LIMITS.ttfb_stt_ms), 60, 12, UNICODE) == []
    )


def test_the_top_of_a_scale_is_a_round_number() -> None:
    assert [round_up(value) for value in (1, 11, 240, 1_501, 9_000)] == [1, 15, 300, 2_000, 10_000]


def test_plotext_is_not_loaded_with_the_widgets_but_with_the_first_chart() -> None:
    check = "import sys, widgets; sys.exit('plotext' in sys.modules or 'textual_plotext' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
