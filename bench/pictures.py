"""Draws the pictures of the documentation with the program itself: the same seed and clock, the same pictures.

``python -m bench.pictures [NAME…]`` writes them to ``docs/pictures``.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from textual.pilot import Pilot

from tui.app import monitor_app
from tui.bare_app import BareApp
from tui.config import Settings
from tui.engine.clock import ManualClock
from tui.engine.detecting import Candidate
from tui.engine.redact import use_key
from tui.engine.text import use_language
from tui.screens.first_run import Chosen, FirstRunScreen
from tui.simulator.log_writer import LogWriter
from tui.simulator.simulation import Simulation
from tui.simulator.story import Story
from tui.terminal_app import VoxtopApp

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
BEGIN = 1_769_695_320.0
"""2026-01-29 14:02 UTC."""
SEED = 7
READ_S = 60.0
"""The log has to be read by then."""
SETTLE_S = 1.5
"""Charts are drawn again at most once a second, and alerts judged as often."""
AFTER_KEYS_S = 4.0
"""What is computed anew for a page is there by then."""
LIVE_S = 12.0
"""The end of the story is written while the monitor looks on, in steps too short to be taken for a machine's sleep."""
LIVE_STEPS = 6


Drawing = Callable[[], Coroutine[Any, Any, str]]


class Shot(NamedTuple):
    """One picture."""

    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (120, 40)
    scenario: str = "azure-outage"
    at: float = 110.0
    """Seconds into the story."""
    theme: str = "dark"
    layout: str = "on-call"
    lang: str = "en"


SHOTS = {
    "dashboard": Shot(),
    "dashboard-80x24": Shot(size=(80, 24)),
    "dashboard-light": Shot(theme="light"),
    "dashboard-es": Shot(lang="es"),
    "calm": Shot(scenario="calm"),
    "playbook": Shot(("enter",)),
    "alerts": Shot(("8", "enter")),
    "sources": Shot(("7", "M")),
    "errors": Shot(("6", "M")),
    "help": Shot(("question_mark",)),
    "commands": Shot(("colon",)),
    "calls": Shot(("5", "enter")),
    "call": Shot(("5", "enter", "enter")),
    "lines": Shot(("5", "enter", "enter", "enter")),
    "replay": Shot(("[",)),
    "compare": Shot(("d",)),
    "wallboard": Shot(size=(160, 45), layout="wallboard"),
}

FOUND = (
    Candidate("/var/log/voice/app.log", BEGIN - 2, 214),
    Candidate("docker:asistente-andrea", about="voice/andrea:1.42"),
    Candidate("/var/log/nginx/access.log", BEGIN - 40),
)
"""What the picture of the first screen has found."""


class FirstRun(BareApp[Chosen]):
    """The first screen, on a machine of our own making."""

    def on_mount(self) -> None:
        """Show it."""
        self.push_screen(FirstRunScreen(_found, lambda _: None, ManualClock(BEGIN)))


async def _found() -> tuple[Candidate, ...]:
    return FOUND


async def draw(shot: Shot) -> str:
    """Return a picture of the demo at one moment of its story, as SVG."""
    clock = ManualClock(BEGIN)
    use_language(shot.lang)
    with tempfile.TemporaryDirectory() as folder, LogWriter(Path(folder) / "app.log", clock) as writer:
        simulation = Simulation(Story(shot.scenario, SEED), writer, clock, sleep=partial(_advance, clock))
        await simulation.run(shot.at - LIVE_S)
        app = monitor_app(
            Settings(theme=shot.theme, layout=shot.layout, lang=shot.lang, tz="UTC"),
            [f"demo=file:{writer.path}"],
            companion=_nothing,  # nothing runs beside; the alerts are nobody's but this picture's
            notice=simulation.caption,
            clock=clock,
        )
        async with app.run_test(size=shot.size) as pilot:
            for second in range(LIVE_STEPS + 1):
                await simulation.run(shot.at - LIVE_S + second * LIVE_S / LIVE_STEPS)
                await _until(lambda: _read(app, writer.lines))
                await pilot.pause(SETTLE_S)
            return await _picture(pilot, shot.keys)


async def _nothing() -> None:
    pass


async def draw_first_run() -> str:
    """Return a picture of the first screen, as SVG."""
    use_language("en")
    async with FirstRun("dark").run_test(size=(100, 24)) as pilot:
        return await _picture(pilot, ("down", "down", "space"))


async def _picture(pilot: Pilot[Any], keys: tuple[str, ...]) -> str:
    await pilot.pause(SETTLE_S)
    for key in keys:
        await pilot.press(key)
        await pilot.pause(SETTLE_S / 3)
    await pilot.pause(AFTER_KEYS_S if keys else 0)
    return pilot.app.export_screenshot(title="voxtop")


def _read(app: VoxtopApp, lines: int) -> bool:
    """Tell whether the monitor has read every line, and the screen knows."""
    sources = app._engine.monitor.snapshot().sources  # noqa: SLF001 - nothing public tells it
    return all(source.lines == lines and not source.lag_bytes for source in sources)


async def _until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(READ_S):
        while not done():  # noqa: ASYNC110 - nobody tells that a log is read to its end
            await asyncio.sleep(0.05)


async def _advance(clock: ManualClock, seconds: float) -> None:
    clock.advance(seconds)


def main() -> int:
    """Draw the pictures named, or all."""
    drawn: dict[str, Drawing] = {name: partial(draw, shot) for name, shot in SHOTS.items()}
    drawn["first-run"] = draw_first_run
    os.environ |= {"TZ": "UTC", "COLORTERM": "truecolor"}
    os.environ.pop("NO_COLOR", None)
    time.tzset()
    use_key(b"pictures")
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOME": home, "XDG_CONFIG_HOME": f"{home}/config", "XDG_STATE_HOME": f"{home}/state"}
        for name in sys.argv[1:] or drawn:
            (FOLDER / f"{name}.svg").write_text(asyncio.run(drawn[name]()), encoding="utf-8")
            print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
