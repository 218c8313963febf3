"""``voxtop demo``: a simulated orchestrator writes a real log file, and the monitor tails it like any other."""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from tui.commands._options import as_words, screen_options, settle, take_view, view_options
from tui.config import Settings
from tui.engine.clock import SystemClock
from tui.engine.text import t
from tui.screens.viewed import View
from tui.simulator.log_writer import LogWriter
from tui.simulator.scenarios import SCENARIOS
from tui.simulator.simulation import Simulation
from tui.simulator.story import DIALECTS, Story
from tui.terminal import claim_terminal

ROTATE_S = 120.0
"""The simulated log rotates this often, as a busy one does."""


@click.command("demo", help=t("cli.demo"))
@click.option("--scenario", type=click.Choice([*SCENARIOS]), default="all", show_default=True, help=t("cli.scenario"))
@click.option("--dialect", type=click.Choice(DIALECTS), default="andrea", show_default=True, help=t("cli.dialect"))
@click.option("--speed", type=click.FloatRange(0, min_open=True), default=1.0, show_default=True, help=t("cli.speed"))
@click.option("--seed", type=int, default=1, show_default=True, help=t("cli.seed"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help=t("cli.out"))
@click.option("--headless", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help=t("cli.headless"))
@view_options
@screen_options
def command(  # noqa: PLR0917 - click passes by name
    scenario: str,
    dialect: str,
    speed: float,
    seed: int,
    out: Path | None,
    headless: float | None,
    config: Path | None,
    **flags: object,
) -> int:
    """Write the log and, unless headless, watch it."""
    asked = take_view(flags)
    settings = settle(config, **flags)
    words = as_words({"config": config, "scenario": scenario, "dialect": dialect, "speed": f"{speed:g}", "seed": seed})
    story = Story(scenario, seed, dialect, settings.zone())
    if headless is None:
        claim_terminal()
    with tempfile.TemporaryDirectory(prefix="voxtop-demo-") as folder:
        path = out or Path(folder) / "app.log"
        with LogWriter(path, clock := SystemClock(), rotate_every=ROTATE_S) as writer:
            simulation = Simulation(story, writer, clock, speed)
            simulation.prefill()
            code = (
                _watch(settings, path, simulation, asked, words) if headless is None else _write(simulation, headless)
            )
            if headless is not None or out:
                click.echo(t("cli.demo_wrote", lines=writer.lines, path=path), err=True)
    return code


def _write(simulation: Simulation, seconds: float) -> int:
    with suppress(KeyboardInterrupt):
        asyncio.run(simulation.run(seconds))
        return 0
    return 130


def _watch(settings: Settings, path: Path, simulation: Simulation, asked: View, words: Sequence[str]) -> int:
    from tui.app import monitor_app  # noqa: PLC0415 - writing without a screen never loads one
    from tui.views import viewing  # noqa: PLC0415 - likewise

    look = viewing(settings, (), asked, ("voxtop", "demo", *words), private=True)
    specs = [f"demo=file:{path}"]
    app = monitor_app(settings, specs, companion=simulation.run, notice=simulation.caption, look=look)
    return app.run_to_end()
