from hypothesis import given
from hypothesis import strategies as st

from widgets._lines import LONG, Column, Run, _cells_kept, crop, fit, joined, spread, table, width_of, wrap


def texts(lines: list[tuple[Run, ...]]) -> list[str]:
    return ["".join(run.text for run in line) for line in lines]


@given(st.lists(st.text(st.characters(exclude_categories=["C", "M", "Z"]), max_size=20)), st.integers(0, 60))
def test_a_row_is_cut_or_padded_to_exactly_its_width(parts: list[str], width: int) -> None:
    assert width_of(fit(tuple(map(Run, parts)), width)) == width


@given(st.text(st.characters(exclude_categories=["C", "M"]), max_size=200), st.integers(2, 40))
def test_wrapped_text_fits_and_loses_nothing(text: str, width: int) -> None:
    rows = wrap(text, width)

    assert all(width_of((Run(row),)) <= width for row in rows)
    assert "".join(rows).split() == [] or "".join("".join(rows).split()) == "".join(text.split())


def test_the_widths_of_whole_lines_of_a_log_are_not_kept() -> None:
    _cells_kept.cache_clear()

    rows = wrap("x" * 64 * LONG, 2 * LONG)

    assert [width_of((Run(row),)) for row in rows] == [2 * LONG] * 32
    assert _cells_kept.cache_info().currsize <= 1


def test_a_cut_is_marked() -> None:
    assert crop("timeout", 5) == "time…"
    assert crop("日本語", 4) == "日 …"
    assert crop("x", 0) == ""


def test_the_right_side_stays_away_when_there_is_no_room() -> None:
    left, right = (Run("left"),), (Run("right"),)

    assert texts([spread(left, right, 12)]) == ["left   right"]
    assert texts([spread(left, right, 10)]) == ["left"]


def test_parts_are_joined_while_they_fit() -> None:
    assert texts([joined([(Run("aaa"),), (Run("bbb"),), (Run("ccc"),)], 10)]) == ["aaa · bbb"]


def test_a_table_drops_its_least_important_columns_first() -> None:
    columns = [Column("name"), Column("P95", right=True), Column("n", right=True, rank=1), Column("goal", rank=2)]
    rows = [[Run("STT"), Run("171"), Run("213"), Run("200")]]

    assert texts(table(columns, rows, 40)) == ["name  P95    n  goal", "STT   171  213  200 "]
    assert texts(table(columns, rows, 15)) == ["name  P95    n", "STT   171  213"]
    assert texts(table(columns, rows, 10)) == ["name  P95", "STT   171"]


def test_a_table_shortens_a_long_cell_before_it_drops_a_column() -> None:
    columns = [Column(least=6), Column(rank=1)]

    assert texts(table(columns, [[Run("/var/log/voice.log"), Run("live")]], 14, header=False)) == ["/var/lo…  live"]
