"""Lines of a chart beside those that plotext draws through the same points."""

from dataclasses import replace
from random import Random

import pytest
from textual_plotext.plot import Plot

from tests import samples
from tui.engine.model import StageTtfb
from widgets._curves import Canvas, curve
from widgets._glyphs import ASCII, UNICODE, Glyphs
from widgets._lines import Role, Run
from widgets._percentile_chart import percentile_chart, round_up, runs_of

CODES: dict[str, Role] = {"101": "series-1", "102": "series-2", "103": "series-3", "104": "text"}


def _random_stage(rng: Random) -> StageTtfb:
    def point() -> tuple[float, float, float] | None:
        if rng.random() < 0.15:
            return None
        low = rng.uniform(0.001, scale)
        return (low, low, low) if rng.random() < 0.2 else (low, low * rng.uniform(1, 1.5), low * rng.uniform(1.5, 3))

    scale = rng.choice([5, 50, 300, 3000, 90_000])
    count = rng.choice([1, 2, 14, 15, 16, 30, 59, 60, 60, 60])
    return replace(samples.typical().ttfb[0], series=(*(point() for _ in range(count - 1)), (1.0, 2.0, 3.0)))


def _by_plotext(stage: StageTtfb, width: int, height: int, glyphs: Glyphs) -> list[list[tuple[str, Role]]]:
    """Return each cell with its role, all of it drawn by plotext."""
    stretches, goal, last = runs_of(stage.series), stage.limits.warn_at, len(stage.series) - 1
    top = round_up(max(goal * 1.2, *(point[2] for stretch in stretches for _, point in stretch)))
    plot = Plot()
    plot.theme("clear")
    plot.plotsize(width, height)
    plot._set_size(width, height)
    plot.xaxes(True, False)
    plot.yaxes(True, False)
    plot.hline(goal, color=104)
    for stretch in stretches:
        for which in (2, 0, 1):
            x, y = [place for place, _ in stretch], [point[which] for _, point in stretch]
            draw = plot.plot if len(x) > 1 else plot.scatter
            draw(x, y, marker="*x+"[which] if glyphs.ascii else "braille", color=101 + which)
    plot.xlim(0, max(1, last))
    plot.ylim(0, top)
    plot.yticks([0, goal, top], ["0", f"{goal:.0f}", f"{top:.0f}"])
    minutes = [minute for minute in (60, 45, 30, 15) if minute <= last + 1]
    plot.xticks([last - m + 1 if m <= last else 0 for m in minutes] + [last], [f"-{m}m" for m in minutes] + ["0"])
    return [_cells(row) for row in plot.build().splitlines()]


def _cells(row: str) -> list[tuple[str, Role]]:
    first, *rest = row.split("\x1b[")
    out: list[tuple[str, Role]] = [(char, "label") for char in first]
    for part in rest:
        code, _, text = part.partition("m")
        out += [(char, CODES.get(code.rpartition(";")[2], "label")) for char in text]
    return out


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("seed", range(30))
def test_a_chart_is_cell_for_cell_the_one_that_plotext_draws(seed: int, glyphs: Glyphs) -> None:
    rng = Random(seed)  # noqa: S311 - charts that can be repeated
    stage, width, height = _random_stage(rng), rng.randint(30, 90), rng.randint(7, 30)

    rows = percentile_chart(stage, width, height, glyphs)[1:]

    drawn = [[(char, role) for text, role in row for char in text] for row in rows]
    assert drawn == _by_plotext(stage, width, height - 1, glyphs)


def test_a_line_touches_each_cell_on_its_way_from_one_corner_to_the_other() -> None:
    canvas = Canvas(3, 3, 2, 2)

    assert curve([(0, 0), (2, 2)], canvas, "x") == {(0, 0): "x", (1, 1): "x", (2, 2): "x"}
    assert curve([(0, 0), (2, 0)], canvas) == dict.fromkeys([(0, 0), (1, 0), (2, 0)], "\u28c0")


def test_a_single_point_is_a_dot() -> None:
    assert curve([(0, 0)], Canvas(3, 3, 2, 2)) == {(0, 0): "\u2840"}


def test_what_stands_around_the_lines_stays_as_it_is_however_often_others_are_drawn_into_it() -> None:
    stage = _random_stage(Random(1))  # noqa: S311 - likewise
    other = replace(stage, series=tuple(point and (point[0], point[0], point[2]) for point in stage.series))

    first = percentile_chart(stage, 60, 12, UNICODE)
    percentile_chart(other, 60, 12, UNICODE)

    assert percentile_chart(stage, 60, 12, UNICODE) == first
    assert all(isinstance(run, Run) for row in first for run in row)
