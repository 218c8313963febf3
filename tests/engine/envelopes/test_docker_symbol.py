"""The quick way for the commonest line takes nothing from any other envelope."""

from hypothesis import example, given
from hypothesis import strategies as st

from tui.engine.envelopes import docker, docker_symbol
from tui.engine.envelopes._envelope import envelopes

stamps = st.from_regex(
    r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?", fullmatch=True
)
zones = st.sampled_from(["Z", "+02:00", "-0530"])
marks = st.sampled_from(
    ["📊", "❌", "⚠️", "{", "(", "<", '"', "'", "=", "*", "é", "a", "[", "|", "-", ".", ":", " ", "\t", "٣"]
)
rests = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            " [STT Azure] TTFB=90ms",
            ' {"level": "ERROR", "message": "x"}',
            "[INFO] a.c:1 x",
            " - INFO - x",
            "info ] event [logger] key=1",
            " | INFO     | a:b:1 - x",
            " stdout F x",
            " host app[1]: x",
            "1|app | x",
        ]
    ),
)


@given(stamps, zones, marks, rests)
@example("2027-03-09T08:15:14.006746233", "Z", "📊", " [STT Azure] TTFB=90ms")
@example("2027-03-09T08:15:14", "+02:00", "{", '"log": "x"}')
def test_what_it_takes_only_the_platforms_time_could_have_taken(stamp: str, zone: str, mark: str, rest: str) -> None:
    text = f"{stamp}{zone} {mark}{rest}"
    layer = docker_symbol.ENVELOPE.unwrap(text)
    if layer is None:
        return
    before = [each for each in envelopes() if docker_symbol.ENVELOPE.rank < each.rank < docker.ENVELOPE.rank]

    assert [each.name for each in before if text[0] in each.starts and each.unwrap(text)] == []
    assert layer == docker.ENVELOPE.unwrap(text)


def test_it_takes_the_guides_lines_and_objects() -> None:
    for message in ("📊 [STT Azure] TTFB=90ms", '{"message": "x"}'):
        layer = docker_symbol.ENVELOPE.unwrap(f"2027-03-09T08:15:14.006746233Z {message}")
        assert layer is not None
        assert (layer.message, layer.platform) == (message, True)
