"""From "something is wrong" to the raw lines of the one call, and back."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input

from tests import samples
from tests.samples import NOW
from tests.screens.fixed_monitor import FixedMonitor, app_over
from tests.screens.incident import SOURCE, app_of, events_of, log, press, settled, snapshot_of
from tests.widgets.showing import screen_text
from tui.engine.clock import ManualClock
from tui.engine.model import LogEvent, SourceState, SourceStatus
from tui.screens.call import CallScreen
from tui.screens.calls import CallsScreen
from tui.screens.dashboard import DashboardScreen
from tui.screens.drill import DrillScreen, Way
from tui.screens.lines import LinesScreen
from tui.screens.playbook import PlaybookScreen
from tui.terminal_app import VoxtopApp
from widgets import BucketPanel, CallsTable, CallView, KeyFooter, RawLinesView

SLOW = log("slow-tts")
OUTAGE = log()


def stack(pilot: Pilot[int]) -> list[type]:
    return [type(screen) for screen in pilot.app.screen_stack]


async def test_four_keystrokes_lead_from_a_slow_provider_to_the_raw_lines_of_its_worst_call() -> None:
    app, _ = app_of(SLOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "TTS" in screen_text(pilot).splitlines()[0]

        await press(pilot, "3", "enter")
        table = pilot.app.screen.query_one(CallsTable)
        rows = table.rows_shown
        bucket = pilot.app.screen._bucket  # type: ignore[attr-defined]
        await press(pilot, "enter", "enter")
        line = pilot.app.screen.query_one(RawLinesView).selected

        assert stack(pilot) == [DashboardScreen, CallsScreen, CallScreen, LinesScreen]
        assert (bucket.stage, bucket.n) == ("TTS", sum(row.n for row in rows))
        assert rows[0].impact.harm == "slow"
        slowest = max(one.ms for row in rows if row.story.tied for one in row.slowest if one and one.stage == "TTS")
        assert rows[0].impact.stage is not None
        assert rows[0].impact.stage.ms == slowest
        assert line is not None
        assert line.text == SLOW[line.number - 1]
        assert f"trace={rows[0].story.name}" in line.message or "TTFA" in line.message or "azure_tts" in line.message


async def test_four_keystrokes_lead_there_from_the_verdict_by_its_playbook_too() -> None:
    app, _ = app_of(SLOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PlaybookScreen)
        await press(pilot, "c", "enter", "enter")

        assert stack(pilot)[1:] == [PlaybookScreen, CallsScreen, CallScreen, LinesScreen]


async def test_the_way_stands_on_every_screen_and_esc_goes_back_along_it_and_never_quits() -> None:
    app, _ = app_of(OUTAGE)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "5", "enter", "enter", "enter")
        way = screen_text(pilot).splitlines()[2].split(" ▸ ")
        depths = []
        for _ in range(6):
            depths.append(len(stack(pilot)))
            await press(pilot, "escape")

        assert [step.strip() for step in (*way[:2], way[3], way[-1])] == ["CRIT", "5 Errors", "calls", "lines"]
        assert depths == [4, 3, 2, 1, 1, 1]
        assert pilot.app.is_running


@pytest.mark.parametrize("key", ["2", "3", "4", "5"])
async def test_every_chart_has_a_cursor_over_its_minutes_and_its_calls_add_up_to_n(key: str) -> None:
    app, _ = app_of(OUTAGE)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, key)
        panel = pilot.app.focused
        assert isinstance(panel, BucketPanel)
        first = panel.described()
        await press(pilot, "left", "h")
        moved = panel.described()
        bucket = panel.bucket
        assert first in screen_text(pilot) or moved in screen_text(pilot)
        assert moved != first
        await press(pilot, "right", "l")
        assert panel.described() == first
        await press(pilot, "left", "left", "enter")
        table = pilot.app.screen.query_one(CallsTable)

        assert bucket is not None
        if key == "4":
            assert sum(row.n for row in table.rows_shown) >= (bucket.n or 0) > 0
        else:
            assert sum(row.n for row in table.rows_shown) == bucket.n
            assert all(bucket.since <= (row.story.last_at or 0) for row in table.rows_shown)


async def test_up_and_down_choose_the_stage_whose_minutes_are_gone_into() -> None:
    app, _ = app_of(OUTAGE)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        seen = set()
        await press(pilot, "3")
        for _ in range(3):
            await press(pilot, "down")
            assert isinstance(pilot.app.focused, BucketPanel)
            seen.add(pilot.app.focused.bucket and pilot.app.focused.bucket.stage)

        assert seen == {"STT", "LLM", "TTS"}


async def test_leaving_a_panel_lets_its_cursor_go_back_to_the_worst() -> None:
    app, _ = app_of(OUTAGE)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "5")
        panel = pilot.app.screen.query_one("ErrorsPanel", BucketPanel)
        worst = panel.described()
        await press(pilot, "left", "left", "6")
        assert panel.border_subtitle == ""
        await press(pilot, "5")

        assert panel.described() == worst


async def test_an_error_a_source_an_alert_and_nothing_at_all_lead_to_calls_too() -> None:
    app, monitor = app_of(OUTAGE)
    monitor.showing = replace(monitor.showing, alerts=samples.on_fire().alerts)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for keys in (["6", "down", "c"], ["7", "c"], ["8", "c"], ["escape", "c"]):
            await press(pilot, *keys)
            assert isinstance(pilot.app.screen, CallsScreen), keys
            assert "calls" in screen_text(pilot).splitlines()[2]
            await press(pilot, "escape")


async def test_the_calls_of_an_error_are_those_that_had_it() -> None:
    app, monitor = app_of(OUTAGE)
    group = next(one for one in monitor.showing.recent if one.kind == "error" and one.stage == "TTS")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "6")
        while pilot.app.focused.selected != group:  # type: ignore[union-attr]
            await press(pilot, "down")
        await press(pilot, "enter", "c")
        rows = pilot.app.screen.query_one(CallsTable).rows_shown

        assert rows
        assert all(any(mark.kind == "error" and mark.stage == "TTS" for mark in row.story.marks) for row in rows)


async def test_a_missing_key_leads_to_the_line_that_named_it() -> None:
    lines = log("missing-key", 60)
    app, _ = app_of(lines)
    untimed = [event for event in events_of(lines) if event.kind == "config_warning"]
    app._engine.monitor.recorded = [
        event._replace(time=NOW - 40) if event in untimed else event for event in events_of(lines)
    ]
    app._engine.monitor.events = lambda since, until: [  # type: ignore[method-assign]
        event for event in app._engine.monitor.recorded if since <= (event.time or NOW) <= until
    ]
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "1", "c")
        line = pilot.app.screen.query_one(RawLinesView).selected

        assert line is not None
        assert "GROQ_API_KEY is not set" in line.text


async def test_a_call_that_is_open_grows_before_your_eyes() -> None:
    before, after = OUTAGE[:-150], OUTAGE
    app, monitor = app_of(before)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "3", "enter", "enter")
        view = pilot.app.screen.query_one(CallView)
        story = view._story
        assert story is not None
        turns = len(story.turns)

        monitor.recorded = events_of(after)
        monitor.raw[SOURCE] = list(after)
        clock = app._clock
        assert isinstance(clock, ManualClock)
        clock.advance(60)
        monitor.show(snapshot_of(monitor.recorded))
        async with asyncio.timeout(20):
            while view._story is story:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.02)

        assert view._story is not None
        assert view._story.key == story.key
        assert len(view._story.turns) >= turns


async def test_a_bucket_without_calls_says_so_and_one_whose_events_are_gone_says_that() -> None:
    app, monitor = app_of(OUTAGE)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "5", *["left"] * 8, "enter")
        assert "No calls in this bucket." in screen_text(pilot)
        await press(pilot, "enter", "escape")

        monitor.recorded = []
        await press(pilot, "6", "5", "enter")
        assert "no single events of that time are kept" in screen_text(pilot)


async def test_o_e_and_w_go_along_the_call_its_errors_and_its_warnings() -> None:
    app, _ = app_of(OUTAGE)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "5", "enter", "enter")
        view = pilot.app.screen.query_one(CallView)

        async def going(key: str) -> list[str]:
            found = []
            await press(pilot, "g")
            for _ in range(len(view.items)):
                at = view.at
                await press(pilot, key)
                if view.at == at:
                    return found
                item = view.items[view.at]
                found.append(item.mark.kind if item.mark else "turn")
            return found

        kinds = [item.mark.kind if item.mark else "turn" for item in view.items]
        assert await going("o") == kinds[1:]
        assert set(await going("e")) == {"error"}
        assert set(await going("w")) <= {"warning", "fallback"}


async def lines_screen(pilot: Pilot[int]) -> RawLinesView:
    await settled(pilot)
    await press(pilot, "5", "enter", "enter", "enter")
    return pilot.app.screen.query_one(RawLinesView)


async def test_raw_lines_are_searched_by_pattern_on_and_back_and_inverted() -> None:
    app, _ = app_of(OUTAGE)
    async with app.run_test(size=(120, 40)) as pilot:
        view = await lines_screen(pilot)
        start = view.number
        await press(pilot, "slash", *"Recognized", "enter")
        first = view.number
        await press(pilot, "n")
        second = view.number
        await press(pilot, "N")
        assert (first, view.number) == (first, first)
        assert start <= first < second
        assert "Recognized" in OUTAGE[first - 1]
        assert "Recognized" in OUTAGE[second - 1]
        await press(pilot, "g", "slash")
        pilot.app.screen.query_one("#search", Input).value = "!timestamp"
        await press(pilot, "enter")
        assert "timestamp" not in OUTAGE[view.number - 1]
        await press(pilot, "slash")
        pilot.app.screen.query_one("#search", Input).value = "(a+)+$"
        await pilot.pause()
        assert pilot.app.screen.query_one("#search", Input).border_title
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, LinesScreen)


async def test_calls_that_are_still_looked_for_are_not_told_as_nothing() -> None:
    app, monitor = app_of(OUTAGE)
    found = Event()

    def events(since: float, until: float) -> Iterator[LogEvent]:
        found.wait(20)
        yield from (event for event in monitor.recorded if since <= (event.time or 0.0) <= until)

    monitor.events = events  # type: ignore[method-assign,assignment]
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("5", "enter")
        await pilot.pause()
        assert "looking …" in screen_text(pilot)

        found.set()
        await settled(pilot)

        assert "looking …" not in screen_text(pilot)
        assert pilot.app.screen.query_one(CallsTable).count() > 0


@pytest.mark.parametrize(("keys", "box"), [([], "#filter"), (["5", "enter", "enter", "enter"], "#search")])
async def test_the_box_for_a_pattern_stands_whole_above_the_keys(keys: list[str], box: str) -> None:
    app, _ = app_of(OUTAGE)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, *keys, "slash")
        rows = app.screen.query_one(RawLinesView if keys else "#room").region

        assert app.screen.query_one(box).region.bottom == app.screen.query_one(KeyFooter).region.y
        assert rows.bottom == app.screen.query_one(box).region.y


async def test_a_pattern_that_takes_long_over_a_long_line_is_given_up_and_the_screen_goes_on() -> None:
    app, monitor = app_of(OUTAGE)
    monitor.raw[SOURCE] = ["x" * 4500 for _ in OUTAGE]
    async with app.run_test(size=(120, 40)) as pilot:
        view = await lines_screen(pilot)
        at = view.number
        await press(pilot, "slash", *".*.*~", "enter")
        assert any("take too long" in toast.message for toast in app._notifications)
        assert (view.number, view.pattern) == (at, None)

        await press(pilot, "slash", "escape", "up")

        assert isinstance(pilot.app.screen, LinesScreen)
        assert view.number < at


async def test_a_word_far_to_the_right_in_a_long_line_is_found() -> None:
    app, monitor = app_of(OUTAGE)
    monitor.raw[SOURCE] = [f"{line} {'x' * 900}" for line in OUTAGE]
    monitor.raw[SOURCE][-1] += " at the very end"
    async with app.run_test(size=(120, 40)) as pilot:
        view = await lines_screen(pilot)
        await press(pilot, "slash", *"very end", "enter")

        assert view.number == len(OUTAGE)


async def test_along_the_lines_o_stays_on_the_call_and_e_goes_to_any_error() -> None:
    app, _ = app_of(OUTAGE)
    async with app.run_test(size=(120, 40)) as pilot:
        view = await lines_screen(pilot)
        errors = {event.line for event in events_of(OUTAGE) if event.kind == "error"}
        own = view._own
        start = view.number
        await press(pilot, "e")
        assert view.number in errors
        assert view.number > start
        await press(pilot, "E")
        assert view.number in errors
        await press(pilot, "o")
        assert view.number in own
        await press(pilot, "w")
        assert view.number > start
        await press(pilot, "g")
        assert view.number == 1
        await press(pilot, "E")
        assert view.number == 1
        await press(pilot, "G")
        assert view.number == len(OUTAGE)


async def test_lines_that_are_gone_are_told_in_the_words_of_the_recording() -> None:
    app, monitor = app_of(OUTAGE)
    monitor.raw = {}
    async with app.run_test(size=(120, 40)) as pilot:
        view = await lines_screen(pilot)

        assert "no longer in memory" in screen_text(pilot)
        assert view.selected is not None
        assert view.selected.level == "error"


async def test_only_the_lines_in_sight_are_read_however_long_the_log_is() -> None:
    app, monitor = app_of(OUTAGE)
    monitor.raw[SOURCE] = [*OUTAGE, *(f"filler {n}" for n in range(100_000))]
    asked: list[int] = []
    lines = monitor.lines

    def counting(source: str, first: int, last: int) -> object:
        asked.append(last - first + 1)
        return lines(source, first, last)

    monitor.lines = counting  # type: ignore[method-assign,assignment]
    async with app.run_test(size=(120, 40)) as pilot:
        view = await lines_screen(pilot)
        await press(pilot, "G", "ctrl+u", "g", "ctrl+d", "j")

        assert view.count() == len(monitor.raw[SOURCE])
        assert max(asked) < 60


async def test_hostile_lines_are_shown_harmless_and_without_their_secrets_and_copied_so() -> None:
    key = "gsk_abcdefghijklmnopqrstuvwxyz123456"
    lines = [*OUTAGE]
    app, monitor = app_of(lines)
    monitor.raw[SOURCE] = [
        f"\x1b]0;owned\x07 \x1b[2J {key} {samples.HOSTILE.encode('utf-8', 'replace').decode()}"
    ] * len(lines)
    async with app.run_test(size=(120, 40)) as pilot:
        copied: list[str] = []
        app.copy_to_clipboard = copied.append  # type: ignore[method-assign]
        await lines_screen(pilot)
        await press(pilot, "g", "y", "r")
        shown = screen_text(pilot)

        assert "\x1b" not in shown
        assert "gsk_***" in shown
        assert key not in shown + "".join(copied)
        assert len(copied) == 1


async def test_the_id_of_a_call_is_copied_from_the_list_and_from_the_call() -> None:
    app, _ = app_of(OUTAGE)
    copied: list[str] = []
    app.copy_to_clipboard = copied.append  # type: ignore[method-assign]
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "4", "enter", "y", "enter", "y")

        assert len(copied) == 2
        assert copied[0] == copied[1] != ""


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (44, 11), (30, 8)])
async def test_every_screen_on_the_way_fits_any_terminal(size: tuple[int, int]) -> None:
    app, _ = app_of(OUTAGE)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        for _ in range(3):
            await press(pilot, "5" if isinstance(pilot.app.screen, DashboardScreen) else "g", "enter")
            assert screen_text(pilot).strip()


async def test_a_sick_dashboard_without_events_leads_nowhere_without_a_complaint() -> None:
    async with app_over(samples.on_fire()).run_test(size=(120, 40)) as pilot:
        for keys in (["1", "c"], ["6", "c"], ["7", "c"], ["8", "c"], ["3", "enter"]):
            await press(pilot, *keys)
            while not isinstance(pilot.app.screen, DashboardScreen):
                await press(pilot, "escape")

        assert pilot.app.is_running


async def test_two_calls_of_one_id_in_two_sources_are_followed_from_one_into_the_other() -> None:
    here = [
        f"2026-01-29 14:01:{n:02} ❌ [TTS Azure] Error: 401 call_id=CA00000000000000000000000000000001"
        for n in range(0, 9, 3)
    ]
    events = [
        event._replace(id="CA1", source=source, line=line)
        for source in ("a", "b")
        for line, event in enumerate(events_of(here), 1)
    ]
    snapshot = replace(snapshot_of(events), sources=tuple(SourceStatus(s, "file", SourceState.LIVE) for s in "ab"))
    monitor = FixedMonitor(snapshot, sorted(events, key=lambda e: e.time or 0), {"a": here, "b": here})
    async with VoxtopApp(monitor, ManualClock(NOW), "dark").run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "escape", "c", "enter", "enter")
        seen = {pilot.app.screen._source}  # type: ignore[attr-defined]
        for _ in range(4):
            await press(pilot, "o")
            seen.add(pilot.app.screen._source)  # type: ignore[attr-defined]

        assert seen == {"a", "b"}


class Last(Widget):
    """Tells when it goes."""

    def __init__(self, gone: asyncio.Event) -> None:
        super().__init__()
        self._gone = gone

    def on_unmount(self) -> None:
        self._gone.set()


class Late(DrillScreen):
    """Gets what it wants to show at the very moment in which its widgets are gone."""

    CSS_PATH = None

    def __init__(self, way: Way) -> None:
        super().__init__(way)
        self._come = asyncio.Event()
        self.asked = asyncio.Event()

    def body(self) -> ComposeResult:
        yield Last(self._come)

    async def renew(self) -> None:
        self.asked.set()
        await self._come.wait()
        self.query_one(Last).refresh()


async def test_what_comes_late_for_a_screen_that_was_left_is_let_go() -> None:
    app, monitor = app_of(SLOW)
    async with app.run_test() as pilot:
        late = Late(Way(monitor, ManualClock(NOW)))
        await app.push_screen(late)
        await asyncio.wait_for(late.asked.wait(), 10)
        await pilot.press("escape")
        await pilot.pause()

        assert stack(pilot) == [DashboardScreen]
