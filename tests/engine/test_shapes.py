import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.shapes import line_shape


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        ("Processing frame 12 for call CA01ab", "Processing frame # for call #"),
        ("session=abc123 user=bob took 12.5ms", "session=# user=bob took #"),
        ("said 'hello there' to \"Bob\"", "said # to #"),
        ("retry 1 2 3 of 4", "retry # of #"),
        ("worker: idle", "worker: idle"),
        ("", ""),
        ("one two three four five six seven eight nine ten more more more more words", None),
    ],
)
def test_what_varies_is_masked(line: str, shape: str | None) -> None:
    found = line_shape(line)

    assert found == shape if shape is not None else found.endswith("more more …")


def test_lines_of_one_kind_share_a_shape() -> None:
    lines = [f"frame {n} from 10.0.0.{n} at 2026-01-29T14:00:0{n}Z" for n in range(5)]

    assert len(set(map(line_shape, lines))) == 1


@given(st.text(max_size=600))
def test_any_line_has_a_short_shape_without_digits(line: str) -> None:
    shape = line_shape(line)

    assert len(shape) <= 402
    assert not any(char in "0123456789" for char in shape)
