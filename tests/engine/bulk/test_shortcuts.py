"""What whole blocks are told apart by at first is looked at: guesses that are wrong change nothing."""

from datetime import UTC

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.bulk.both_ways import NOW, compare
from tests.engine.bulk.dirty_logs import dirty_log
from tui.engine.bulk import _literals, _templates
from tui.engine.bulk._block_reader import BlockReader

_PATCHES = st.lists(st.tuples(st.integers(0, 120), st.binary(min_size=1, max_size=3)), max_size=4)


@given(st.integers(0, 2**32), _PATCHES)
@settings(max_examples=40, deadline=None)
def test_a_familiar_line_changed_in_any_byte_is_looked_at_again(seed: int, patches: list[tuple[int, bytes]]) -> None:
    reader = BlockReader("app", UTC, NOW)
    usual = [line for line in dirty_log(seed, 40, dirt=0.0).split(b"\n") if b"TTFB" not in line and len(line) > 60]
    compare(b"\n".join(usual), reader)
    changed = [
        line[:place] + patch.replace(b"\n", b"") + line[place + len(patch) :]
        for line in usual
        for place, patch in patches
    ]
    compare(b"\n".join([*usual, *changed, *usual]), reader)


@pytest.mark.parametrize("digit", [b"/", b":", b";", b"?", b"\xb1", b"A", b"q", b"p", b" "])
def test_what_is_near_a_digit_is_none(digit: bytes) -> None:
    reader = BlockReader("app", UTC, NOW)
    line = b"2027-01-15T08:15:14.006746233Z [Pipeline] frame 3.1 of STT queued, depth 4"
    compare(b"\n".join([line] * 3), reader)
    places = [place for place in range(len(line)) if line[place : place + 1].isdigit()]
    compare(b"\n".join([line, *(line[:place] + digit + line[place + 1 :] for place in places)]), reader)


def test_lines_that_look_alike_by_their_numbers_alone_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_templates, "MIX", np.zeros_like(_templates.MIX))
    monkeypatch.setattr(_literals, "MIX", np.zeros_like(_literals.MIX))
    reader = BlockReader("app", UTC, NOW)
    for seed in range(6):
        compare(dirty_log(seed, 120, dirt=0.0), reader)
