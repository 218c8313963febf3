from collections.abc import Collection, Iterable, Sequence

from tests.engine.monitor.scripted import NOW, Scripted, running, stamped
from tui.engine.clock import ManualClock
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import LogEvent, SourceCounts, Thresholds
from tui.engine.monitor import MemoryJournal, Monitor

OPENED = "🔌 WS CONNECTION | Client: twilio, ID: {}"


class Noting:
    """A journal that remembers what it was told, call by call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[str], str, SourceCounts]] = []

    def took(self, source: str, events: Sequence[LogEvent], bookmark: str, counts: SourceCounts) -> None:
        self.calls.append((source, [event.kind for event in events], bookmark, counts))

    def events(self, since: float, until: float, sources: Collection[str] | None = None) -> Iterable[LogEvent]:
        raise NotImplementedError


async def told(*blocks: Sequence[str]) -> Noting:
    """Return what a journal hears of these blocks; an empty one is an idle read."""
    journal, clock = Noting(), ManualClock(NOW)
    source = Scripted("a", clock)
    monitor = Monitor([source], MetricsStore(Thresholds()), clock, journal=journal)
    for lines in blocks:
        source.put(*lines)
    await running(monitor, source)
    return journal


async def test_events_reach_the_journal_with_the_bookmark_behind_their_block_and_the_counts_up_to_there() -> None:
    journal = await told([stamped(OPENED.format("c1")), "of no interest"], [stamped(OPENED.format("c2"))])

    assert [(source, kinds, bookmark) for source, kinds, bookmark, _ in journal.calls] == [
        ("a", ["call_opened"], "3"),
        ("a", ["call_opened"], "4"),
    ]
    assert [(counts.events, counts.unrecognised) for *_, counts in journal.calls] == [(1, 1), (2, 1)]


async def test_while_an_error_waits_for_its_traceback_nothing_is_written_that_would_cut_it_in_two() -> None:
    error = stamped("❌ [TTS Azure] Error: 401 Unauthorized")

    journal = await told([stamped(OPENED.format("c1")), error], ["  File x.py", stamped(OPENED.format("c2"))])

    assert [(kinds, bookmark) for _, kinds, bookmark, _ in journal.calls] == [
        (["call_opened", "error", "call_opened"], "5")
    ]


async def test_lines_without_events_move_the_bookmark_and_idle_reads_write_nothing() -> None:
    journal = await told(["of no interest"], [], [])

    assert [(kinds, bookmark) for _, kinds, bookmark, _ in journal.calls] == [([], "2")]


async def test_counts_of_an_earlier_run_go_on() -> None:
    clock = ManualClock(NOW)
    source = Scripted("a", clock)
    monitor = Monitor([], MetricsStore(Thresholds()), clock)
    monitor.attach(source, SourceCounts(lines=40, events=7, gaps=1, gap_at=NOW - 60, gap_reason="emptied"))

    status = monitor.snapshot().sources[0]

    assert (status.lines, status.events, status.gaps) == (40, 7, 1)
    assert (status.gap_at, status.gap_reason) == (NOW - 60, "emptied")


def events_at(source: str, *times: float | None) -> list[LogEvent]:
    return [LogEvent("turn", source, line, time=time) for line, time in enumerate(times, 1)]


def test_a_journal_in_memory_gives_events_by_time_and_those_a_little_late_or_without_one_in_their_place() -> None:
    journal = MemoryJournal()
    journal.took("a", events_at("a", 110.0, None, 130.0), "", SourceCounts())
    journal.took("b", events_at("b", 120.0, 50.0, 45.0), "", SourceCounts())

    everything = [(event.source, event.line) for event in journal.events(float("-inf"), float("inf"))]
    some = [(event.source, event.line) for event in journal.events(110, 120, {"a"})]

    assert everything == [("b", 2), ("b", 3), ("a", 1), ("a", 2), ("b", 1), ("a", 3)]
    assert some == [("a", 1), ("a", 2)]


def test_a_journal_in_memory_stays_within_its_bound_and_keeps_the_newest() -> None:
    journal = MemoryJournal(kept=1000)
    for n in range(500):
        journal.took("a", events_at("a", *range(10 * n, 10 * n + 10)), "", SourceCounts())

    times = [event.time for event in journal.events(float("-inf"), float("inf"))]

    assert times == list(range(5000 - len(times), 5000))
    assert 500 <= len(times) <= 1000


def test_a_journal_in_memory_tells_a_span_of_packed_events_as_they_were_when_it_was_asked() -> None:
    journal = MemoryJournal()
    events = [*events_at("a", *range(600)), *events_at("b", *range(300, 900))]
    journal.took("a", events[:600], "", SourceCounts())
    journal.took("b", events[600:], "", SourceCounts())
    asked = journal.events(250, 700)
    journal.took("b", events_at("b", *range(900, 3000)), "", SourceCounts())

    told = list(asked)

    assert told == sorted((event for event in events if 250 <= (event.time or 0) <= 700), key=lambda event: event.time)
