"""On call at three in the morning: each of the demo's incidents in a real terminal, from the verdict to the way out."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.terminal import VOXTOP, Pty, Tmux, environment
from tui.engine.metrics.windows import SLICE_S
from tui.simulator.story import Story

SIZES = ((80, 24), (120, 40), (200, 50))
"""Small, on call, wide."""
PATIENCE_S = 40.0
PAST_S = 600.0
SLICE_PHASE_S = 6.0
"""Where in a slice of ten seconds each story begins: what explains a change is looked for slice by slice, so that of
several findings another one may be explained first where the same story begins elsewhere."""


@dataclass(frozen=True)
class Incident:
    """What the simulated orchestrator goes through, and what whoever is on call must read off the screen."""

    scenario: str
    into_s: float
    """How long it has been going on when somebody looks."""
    verdict: str
    """State and worst finding, a pattern for the first line at 120 columns."""
    panel: tuple[str, str]
    """Number key of the panel it belongs to, and what that says."""
    playbook: str = ""
    """Title of the card that Enter opens for the worst finding; empty where it changes by the second."""
    changed: str = ""
    """The sentence under the strip; empty where none is to be said."""
    also: tuple[str, ...] = field(default=())
    """Elsewhere on the screen at 120×40."""


INCIDENTS = (
    Incident("calm", 60, r"OK .*all figures within their goals", ("1", "every key is set")),
    Incident(
        "azure-outage",
        100,
        r"CRIT .*since \d\d:\d\d .*errors",
        ("2", "ON FALLBACK  Azure → Google"),
        "More errors than allowed",
        r"(errors 0\.0 → [\d.]+/min|TTS fallbacks 0\.0 → [\d.]+/min) since \d\d:\d\d: .*Azure",
        (r"fallback TTS \d+\.\d %", r"Azure Speech canno"),
    ),
    Incident(
        "slow-tts",
        60,
        r"CRIT .*since \d\d:\d\d .*TTS P95 \d+ ms \(limit 1000, n \d+; slowest Azure\)",
        ("3", "TTS      ✖ CRIT"),
        "Answers come late",
        r"TTS P95 \+\d+ ms since \d\d:\d\d: Azure",
        (r"TTS Azure P95 \d+ ms \(goal 500", r"pending .*ttfb_p95|TTS: P95"),
    ),
    Incident(
        "missing-key",
        60,
        r"CRIT .*GROQ_API_KEY not set · LLM all providers failed",
        ("1", "GROQ_API_KEY"),
        "A provider key is missing",
        r"errors 0\.0 → [\d.]+/min since \d\d:\d\d: 100 % LLM",
        (r"no call gets an answer", r"All providers failed"),
    ),
    Incident(
        "overload",
        110,
        r"CRIT .*LLM all providers failed|CRIT .*calls at once",
        ("4", "✖ CRIT  "),
        "",
        "",
        (r"peak 6\d", r"No capacity left"),
    ),
    Incident(
        "crash-loop",
        110,
        r"CRIT .*restarts: \d+ in 15 min",
        ("6", "Out of memory at 512 MiB"),
        also=(r"lost [1-9]\d*",),
    ),
    Incident(
        "all",
        90,
        r"CRIT .*TELNYX_API_KEY not set",
        ("1", "TELNYX_API_KEY"),
        "A provider key is missing",
        r"(fallbacks|errors|P95) .* since \d\d:\d\d: ",
        (r"calls of this carrier are refused",),
    ),
)


@contextmanager
def orchestrator(incident: Incident, folder: Path) -> Iterator[Path]:
    """Give the log of an orchestrator that is in the middle of it, and goes on writing."""
    path, stop = folder / "app.log", threading.Event()
    start = time.time() - incident.into_s
    start += (SLICE_PHASE_S - start + SLICE_S / 2) % SLICE_S - SLICE_S / 2
    lines = Story(incident.scenario, past=PAST_S).lines(start)
    with path.open("w", encoding="utf-8") as log:
        for second, line in lines:
            log.write(f"{line}\n")
            if start + second >= time.time():
                break
    writer = threading.Thread(target=_go_on, args=(path, lines, start, stop), daemon=True)
    writer.start()
    try:
        yield path
    finally:
        stop.set()
        writer.join()


def _go_on(path: Path, lines: Iterator[tuple[float, str]], start: float, stop: threading.Event) -> None:
    """Append each line when its time has come."""
    with path.open("a", encoding="utf-8") as log:
        for second, line in lines:
            if stop.wait(max(0.0, start + second - time.time())):
                return
            log.write(f"{line}\n")
            log.flush()


def test_the_terminal_is_given_back_in_the_middle_of_an_incident(tmp_path: Path) -> None:
    incident = next(each for each in INCIDENTS if each.scenario == "azure-outage")
    with orchestrator(incident, tmp_path) as log, Pty([*VOXTOP, str(log)], env=environment(tmp_path)) as terminal:
        terminal.wait_for("b: evidence", PATIENCE_S)
        terminal.send("b")
        terminal.wait_for("what changed", PATIENCE_S)
        terminal.send("\x03")

        assert terminal.wait() == 130
        assert terminal.left_behind() == []


def first_line(pattern: str) -> Callable[[str], bool]:
    return lambda screen: re.search(pattern, screen.partition("\n")[0]) is not None


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.scenario)
def test_on_call_from_the_verdict_to_the_way_out(incident: Incident, tmp_path: Path) -> None:
    with (
        orchestrator(incident, tmp_path) as log,
        Tmux([*VOXTOP, str(log)], width=120, height=40, env=environment(tmp_path), cwd=tmp_path) as terminal,
    ):
        terminal.wait_for(first_line(incident.verdict), PATIENCE_S)
        for each in (re.compile(re.escape(incident.panel[1])), *map(re.compile, incident.also)):
            terminal.wait_for(each, PATIENCE_S)
        _ask_what_changed(terminal, incident)
        _open_the_playbook(terminal, incident)
        _hold_the_view_and_look_back(terminal)
        _walk_through_the_sizes(terminal)
        _look_at_every_layout(terminal)
        terminal.send("q")

        assert terminal.wait() == 0


def _ask_what_changed(terminal: Tmux, incident: Incident) -> None:
    """The sentence under the strip, its evidence, a call of it and its lines, and back; or that there is none."""
    if not incident.changed:
        terminal.send("b")
        terminal.wait_for("nothing that changed can be told from the data", PATIENCE_S)
        return
    terminal.wait_for(re.compile(incident.changed), PATIENCE_S)
    terminal.send("b")
    terminal.wait_for("▸ what changed", PATIENCE_S)
    terminal.wait_for(re.compile(r"Share over the goal, \d\d:\d\d:\d\d–\d\d:\d\d:\d\d"))
    for key, shown in (
        ("c", r"what changed ▸ calls\s[\s\S]*what hurt"),
        ("Enter", r"calls ▸ \S+"),
        ("Enter", "▸ lines"),
    ):
        terminal.send(key)
        terminal.wait_for(re.compile(shown), PATIENCE_S)
    for _ in range(4):
        terminal.send("Escape")
    terminal.wait_for("1 Config status")


def _open_the_playbook(terminal: Tmux, incident: Incident) -> None:
    """The panel by its number, Enter for what to do, Esc back to where one was."""
    if not incident.playbook:
        return
    terminal.send("Enter")
    screen = terminal.wait_for(lambda seen: incident.playbook in seen and "What to do" in seen, PATIENCE_S)
    assert "Why we think so" in screen
    terminal.send("1")
    terminal.wait_for("☑ 1.")
    terminal.send("Escape")
    terminal.wait_for("1 Config status")


def _hold_the_view_and_look_back(terminal: Tmux) -> None:
    terminal.send("Space")
    terminal.wait_for(re.compile(r"PAUSED \+\d+"))
    terminal.send("Space")
    terminal.wait_for(lambda screen: "PAUSED" not in screen)
    terminal.send("[")
    terminal.wait_for(re.compile(r"REPLAY \d\d:\d\d:\d\d"), PATIENCE_S)
    terminal.send("L")
    terminal.wait_for(lambda screen: "REPLAY" not in screen)


def _walk_through_the_sizes(terminal: Tmux) -> None:
    """The verdict stays on the first line at every size; the last line is that of the keys."""
    for width, height in SIZES:
        terminal.resize(width, height)
        terminal.wait_for(partial(_fills, width, height), PATIENCE_S)


def _fills(width: int, height: int, screen: str) -> bool:
    rows = screen.splitlines()
    verdict = rows and re.search(r"(OK|WARN|CRIT) .*since \d\d:\d\d", rows[0])
    return bool(verdict) and len(rows) == height and "? Help" in rows[-1] and width - 2 <= max(map(len, rows)) <= width


def _look_at_every_layout(terminal: Tmux) -> None:
    """Through all of them and round: the wallboard says the verdict in big digits until Esc."""
    panels = {"latency": "3 TTFB", "errors": "6 Recent errors"}
    for name, panel in panels.items():
        terminal.send("p")
        terminal.wait_for(partial(_begins_with, panel), PATIENCE_S)
        assert name in terminal.wait_for(f"layout: {name}")
    terminal.send("p")
    terminal.wait_for(lambda screen: "████" in screen and "Next page" in screen, PATIENCE_S)
    terminal.send("Escape")
    terminal.wait_for("6 Recent errors", PATIENCE_S)


def _begins_with(panel: str, screen: str) -> bool:
    """Tell whether a panel is the first below the strip."""
    borders = [row for row in screen.splitlines() if row.startswith("╭─")]
    return bool(borders) and panel in borders[0]
