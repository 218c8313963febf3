"""Keys for sources: whose figures are shown, add, remove, retry, remember."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests import samples
from tests.screens.fixed_monitor import FixedMonitor
from tests.widgets.showing import screen_rows
from tui.engine.clock import ManualClock
from tui.engine.errors import ConfigError
from tui.engine.model import Snapshot, SourceState, SourceStatus
from tui.screens.ask import AskScreen, Completion
from tui.terminal_app import VoxtopApp
from widgets import SourcesPanel

NOW = samples.NOW


def many() -> Snapshot:
    """Return the typical figures over twenty sources in every state, on three hosts."""
    states = [SourceState.LIVE] * 12 + [SourceState.QUIET] * 3 + list(SourceState)[:5]
    sources = [
        SourceStatus(
            f"voice-{n // 7}.app-{n}.log", "ssh" if n // 7 else "file", state, lines=1_000 * n + 3, unrecognised=10 * n,
            lines_per_s=1.5 * n, last_read_at=NOW, last_line_at=NOW - n, host=f"voice-prod-{n // 7}" if n // 7 else "",
        )
        for n, state in enumerate(states)
    ]  # fmt: skip
    sources[1] = replace(sources[1], lag_bytes=4_200_000, lag_s=75.0, late=3, skew_s=4.0)
    sources[2] = replace(sources[2], gaps=2, gap_at=NOW - 600, gap_reason="the file was emptied", skew_s=-7200.0)
    sources[-1] = replace(
        sources[-1], state=SourceState.FAILED, retry_at=NOW + 12,
        reason="no route to voice-prod-2", remedy="check the name and the network",
    )  # fmt: skip
    return replace(samples.typical(), sources=tuple(sources))


def refused(specs: Sequence[str]) -> Path:
    raise ConfigError(f"{specs[0]} [not] written", "mend it")


class NotingApp(VoxtopApp):
    """Remembers what it told, however quickly that fades."""

    def notify(self, message: str, **options: Any) -> None:  # noqa: ANN401 - whatever the app takes
        self.told = [*getattr(self, "told", []), message]
        super().notify(message, **options)


def told(pilot: Pilot[int]) -> list[str]:
    """Return everything the program told so far."""
    return list(getattr(pilot.app, "told", []))


@asynccontextmanager
async def watching(
    snapshot: Snapshot, remember: Callable[[Sequence[str]], Path] | None = None
) -> AsyncIterator[tuple[FixedMonitor, Pilot[int]]]:
    monitor = FixedMonitor(snapshot)
    app = NotingApp(monitor, ManualClock(NOW), "dark", remember=remember)
    async with app.run_test(size=(120, 40)) as pilot:
        yield monitor, pilot


async def asked(monitor: FixedMonitor) -> tuple[str, ...]:
    """Return the last thing asked of the monitor."""
    async with asyncio.timeout(20):
        while not monitor.asked:  # noqa: ASYNC110 - a worker gets there in its own time
            await asyncio.sleep(0.01)
    return monitor.asked[-1]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids=["column", "grid", "wide"])
@pytest.mark.parametrize("keys", [[], ["7", "M", "down", "down"]], ids=["glance", "full"])
def test_twenty_sources(snap_compare: Callable[..., bool], size: tuple[int, int], keys: list[str]) -> None:
    app = VoxtopApp(FixedMonitor(many()), ManualClock(NOW), "dark")
    assert snap_compare(app, terminal_size=size, press=keys)


async def test_enter_on_a_source_shows_its_figures_and_escape_shows_all_again() -> None:
    async with watching(many()) as (monitor, pilot):
        await pilot.press("7", "down", "enter")
        assert await asked(monitor) == ("source", "voice-2.app-18.log")
        await pilot.press("escape", "escape")
        assert monitor.asked[-1] == ("all",)


async def test_h_shows_the_host_of_the_source_under_the_cursor_which_stays_on_it_when_states_move() -> None:
    async with watching(many()) as (monitor, pilot):
        await pilot.press("7", "end", "up")
        panel = pilot.app.screen.query_one(SourcesPanel)
        name = panel.selected.name if panel.selected else ""
        monitor.show(replace(many(), sources=tuple(reversed(many().sources))))
        await pilot.pause()
        await pilot.press("h")

        assert panel.selected is not None
        assert panel.selected.name == name
        assert await asked(monitor) == ("host", panel.selected.host, panel.selected.host or "this machine")


async def test_r_tries_a_source_again_and_d_removes_it_only_after_yes() -> None:
    async with watching(many()) as (monitor, pilot):
        await pilot.press("7", "R")
        assert monitor.asked == [("retry", "voice-2.app-19.log")]
        await pilot.press("d", "n", "d")
        await pilot.pause()
        assert monitor.asked == [("retry", "voice-2.app-19.log")]
        await pilot.press("y")
        assert monitor.asked[-1] == ("remove", "voice-2.app-19.log")


async def test_a_question_can_be_read_in_a_small_terminal_whatever_is_told_meanwhile() -> None:
    app = VoxtopApp(FixedMonitor(many()), ManualClock(NOW), "dark")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("7", "d")
        await pilot.pause()
        question = app.screen.query_one(Static).region
        before = [row[question.x : question.right] for row in screen_rows(pilot)]
        for number in range(4):
            app.notify(f"message {number} " * 5, markup=False)
        async with asyncio.timeout(20):
            while "message 3" not in "".join(screen_rows(pilot)[question.bottom :]):
                await pilot.pause(0.01)
        rows, inside = screen_rows(pilot), slice(question.y, question.bottom)

        assert "Stop watching" in "".join(before[inside])
        assert [row[question.x : question.right] for row in rows][inside] == before[inside]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("voice-1.app-9.log", ("source", "voice-1.app-9.log")),
        ("voice-prod-1", ("host", "voice-prod-1", "voice-prod-1")),
        ("this machine", ("host", "", "this machine")),
        ("all", ("all",)),
    ],
)
async def test_f_asks_whose_figures_to_show(answer: str, expected: tuple[str, ...]) -> None:
    async with watching(many()) as (monitor, pilot):
        await pilot.press("f")
        pilot.app.screen.query_one(Input).value = answer
        await pilot.press("enter")
        assert await asked(monitor) == expected


async def test_what_cannot_be_added_is_explained_and_never_read_as_markup() -> None:
    async with watching(many()) as (monitor, pilot):
        for spec in ("ftp:x", "/var/log/*.log"):
            await pilot.press("plus")
            pilot.app.screen.query_one(Input).value = spec
            await pilot.press("enter")
            await pilot.pause()

        assert monitor.asked == [("add", "/var/log/*.log")]
        messages = told(pilot)
        assert messages[0] == "ftp:x: no such kind of source; did you mean [file]: ?"
        assert "/var/log/*.log" in messages[1]


async def test_escape_from_a_question_does_nothing() -> None:
    async with watching(many()) as (monitor, pilot):
        await pilot.press("f", "x", "escape")
        assert not isinstance(pilot.app.screen, AskScreen)
        assert monitor.asked == []


async def test_sources_are_remembered_on_request_and_a_failure_is_told() -> None:
    kept: list[Sequence[str]] = []

    def remember(specs: Sequence[str]) -> Path:
        kept.append(specs)
        return Path("/home/me/config.toml")

    async with watching(many(), remember) as (_, pilot):
        await pilot.press("ctrl+s")
        assert kept == [("/var/log/app.log",)]
        assert "/home/me/config.toml" in told(pilot)[0]
    async with watching(many(), refused) as (_, pilot):
        await pilot.press("ctrl+s")
        assert told(pilot) == ["/var/log/app.log [not] written; mend it"]


async def test_the_scope_is_said_above_the_panels() -> None:
    async with watching(replace(many(), scope="voice-\x1bprod")) as (_, pilot):
        rows = [strip.text for strip in pilot.app.screen._compositor.render_strips()]
        assert rows[2].strip().startswith("▸ only voice-␛prod (Esc or f: all)")


async def test_completion_offers_known_answers_then_local_paths(tmp_path: Path) -> None:
    (tmp_path / "app [1].log").touch()
    completion = Completion(["ssh://", "all"])

    assert await completion.get_suggestion("ss") == "ssh://"
    assert await completion.get_suggestion(f"{tmp_path}/ap") == f"{tmp_path}/app [1].log"
    assert await completion.get_suggestion(f"file:{tmp_path}/ap") == f"file:{tmp_path}/app [1].log"
    assert await completion.get_suggestion("zz") is None
