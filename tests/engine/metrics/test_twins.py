"""Lines that repeat another line (semantics R71)."""

from tests.engine.metrics.log_events import NOW, applied, error, event, opened, ttfb
from tui.engine.metrics.store import MetricsStore
from tui.engine.metrics.twins import Twins
from tui.engine.model import LogEvent, Thresholds


def samples(*events: LogEvent) -> int:
    return applied(MetricsStore(Thresholds()), *events).ttfb[2].figures.n


def test_r71_text_and_json_copies_within_five_milliseconds_are_one() -> None:
    text = ttfb(297, level="info", text="[TTS Azure] TTFB=297ms")

    assert samples(text, text._replace(time=NOW + 0.005, line=text.line + 1)) == 1
    assert samples(text, text._replace(time=NOW + 0.006, line=text.line + 1)) == 2


def test_r71_another_level_or_message_is_no_twin() -> None:
    text = ttfb(297, level="info", text="[TTS Azure] TTFB=297ms")

    assert samples(text, text._replace(level="debug", line=text.line + 1)) == 2
    assert samples(text, text._replace(text="[TTS Azure] TTFB=297ms voice=x", line=text.line + 1)) == 2


def test_r71_a_record_has_one_twin_only() -> None:
    text = ttfb(297, level="info")

    assert samples(*[text._replace(line=text.line + index) for index in range(4)]) == 2


def test_r71_bare_lines_without_a_level_have_no_twins() -> None:
    bare = ttfb(297)

    assert samples(bare, bare._replace(line=bare.line + 1)) == 2


def test_r71_both_copies_in_both_dialects_are_one_sample() -> None:
    text = ttfb(688, stage="TTS", level="info", dialect="guide")
    metrics = ttfb(688.27, NOW + 0.001, stage="TTS", level="info", dialect="andrea")

    twins = [one._replace(line=one.line + 1) for one in (text, metrics)]
    assert samples(text, twins[0], metrics, twins[1]) == 1


def test_r71_a_re_emitted_tail_is_taken_once() -> None:
    at = NOW - 100 + 0.000123
    tail = [ttfb(300, at), opened("a", at + 1), error(at + 60.0000042)]
    again = [one._replace(line=one.line + 1000) for one in tail]
    store = MetricsStore(Thresholds())

    snapshot = applied(store, *tail, *again)

    assert (snapshot.ttfb[2].figures.n, snapshot.calls.opened, snapshot.errors.count) == (1, 1, 1)
    assert store.repeated == 3


def test_r71_equal_lines_of_one_coarse_second_are_not_taken_for_re_emitted_ones() -> None:
    assert samples(ttfb(300), ttfb(300), ttfb(300)) == 3


def test_r71_anonymous_sockets_at_once_are_no_twins() -> None:
    socket = event("socket_opened", level="info", text="connection open")

    assert applied(MetricsStore(Thresholds()), socket, socket._replace(line=socket.line + 1)).calls.active == 2


def test_r71_sources_are_kept_apart() -> None:
    one = event("turn", NOW + 0.000123, ms=900)

    snapshot = applied(MetricsStore(Thresholds()), one, one._replace(source="other"))

    assert snapshot.turn.figures.n == 2


def test_r71_of_re_emitted_lines_the_newest_fifty_thousand_are_known() -> None:
    lines = [ttfb(300, NOW - 3600 + number / 100 + 0.000123, line=number + 1) for number in range(60_000)]
    twins = Twins()

    assert not any(map(twins.repeats, lines))
    assert all(map(twins.repeats, lines[10_000:]))
    assert not any(map(twins.repeats, lines[5_000:10_000]))
    assert not twins.repeats(lines[10_000]), "it made room for the others"
    assert all(map(twins.repeats, lines[15_001:]))
