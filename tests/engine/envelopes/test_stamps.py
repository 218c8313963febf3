"""Taking a usual stamp apart without a pattern gives what the pattern gives."""

from datetime import UTC

from hypothesis import example, given
from hypothesis import strategies as st

from tui.engine.envelopes._stamps import _parts, _usual_parts, _whole_seconds, seconds

NOW = 1_804_600_000.0
USUAL = ["2027-03-09T08:15:14.006746233Z", "2027-03-09 08:15:14,006", "2027/03/09 08:15:14.5", "2027-W10-2T08:15:14.1Z"]
changes = st.tuples(
    st.integers(0, 29), st.integers(0, 2), st.sampled_from(["", "0", " ", ":", ".", ",", "T", "Z", "٣", "²"])
)


def changed(stamp: str, all_changes: list[tuple[int, int, str]]) -> str:
    for at, length, put in all_changes:
        stamp = stamp[:at] + put + stamp[at + length :]
    return stamp


def by_pattern(stamp: str) -> float | None:
    parts = _parts(stamp)
    if parts is None:
        return None
    moment, fraction, zone = parts
    whole = _whole_seconds(moment, zone, UTC, int(NOW // 86400))
    return whole if whole is None or not fraction else whole + float("0." + fraction)


@given(st.builds(changed, st.sampled_from(USUAL), st.lists(changes, max_size=3)))
@example("2027-03-09  8:15:14.006Z")
@example("2027-03-09T08:15:14.٣Z")
@example("2027-03-09T08:15:14.²")
@example("")
def test_every_stamp_means_what_the_pattern_says(stamp: str) -> None:
    assert seconds(stamp, UTC, NOW) == by_pattern(stamp)


def test_usual_stamps_go_the_quick_way() -> None:
    assert [_usual_parts(stamp) for stamp in USUAL] == [_parts(stamp) for stamp in USUAL]
    assert _usual_parts("2027-03-09T08:15:14+02:00") is None
