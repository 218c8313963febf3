"""Turns as bars on a shared scale: how long was heard, thought and spoken until the first byte of each."""

from collections.abc import Sequence

from tui.engine.model import STAGES, Limits, Stage, Thresholds, Turn
from tui.engine.text import t
from widgets import _format as fmt
from widgets._glyphs import Glyphs
from widgets._lines import Line, Role, Run
from widgets._percentile_chart import round_up
from widgets._view import View, role_of

ROLES: dict[Stage, Role] = {"STT": "series-1", "LLM": "series-2", "TTS": "series-3"}
FILLS = dict(zip(STAGES, "░▒█", strict=True))
ASCII_FILLS = dict(zip(STAGES, ".=#", strict=True))
"""Each stage has a sign of its own: colour alone tells nothing."""


def fill(stage: Stage, glyphs: Glyphs) -> str:
    """Return the sign that a stage's wait is drawn with."""
    return (ASCII_FILLS if glyphs.ascii else FILLS)[stage]


def longest(turns: Sequence[Turn]) -> float:
    """Return the end of the scale that all turns share, in ms."""
    return round_up(max([100.0, *(max(turn.ms or 0.0, sum(one.ms for one in turn.stages)) for turn in turns)]))


def bars(turn: Turn, width: int, top: float, view: View) -> Line:
    """Return a turn's waits one behind the other, in speaking order, and what its own latency has beyond them.

    A wait is at least one cell; one that the log does not tell has none.
    """
    line: Line = ()
    passed = 0.0
    used = 0
    for one in turn.stages:
        passed += one.ms
        cells = max(1, min(width, round(passed / top * width)) - used)
        cells = min(cells, max(0, width - used))
        line = (*line, Run(fill(one.stage, view.glyphs) * cells, ROLES[one.stage]))
        used += cells
    rest = min(width, round((turn.ms or 0.0) / top * width)) - used
    if rest > 0:
        line = (*line, Run(view.glyphs.rest * rest, "limit"))
        used += rest
    return (*line, Run(" " * (width - used)))


def legend(view: View) -> Line:
    """Return which sign and colour is which stage."""
    parts: Line = ()
    for stage in STAGES:
        parts = (*parts, Run(fill(stage, view.glyphs) * 2, ROLES[stage]), Run(f" {stage}  ", "label"))
    return (*parts, Run(view.glyphs.rest * 2, "limit"), Run(f" {t('call.rest')}", "label"))


def ruler(width: int, top: float) -> str:
    """Return the scale: 0, the middle and the end, in ms."""
    row = [" "] * width
    for at, text in ((0, "0"), (width, f"{fmt.number(top)} ms"), (width // 2, fmt.number(top / 2))):
        start = max(0, min(at - (len(text) // 2 if 0 < at < width else 0), width - len(text)))
        if all(cell == " " for cell in row[max(0, start - 1) : start + len(text) + 1]):
            row[start : start + len(text)] = text
    return "".join(row)


def waits(turn: Turn, limits: Thresholds) -> list[Run]:
    """Return STT, LLM, TTS and the turn's own latency, coloured where they are at or over a limit."""
    by_stage = {one.stage: one.ms for one in turn.stages}
    figures = [(by_stage.get(stage), limits.ttfb_ms(stage)) for stage in STAGES] + [(turn.ms, limits.turn_ms)]
    return [figure(ms, limit) for ms, limit in figures]


def figure(ms: float | None, limits: Limits) -> Run:
    """Return a wait in the colour of its state; good is plain, and unknown is a dash."""
    if ms is None:
        return Run(fmt.NONE, "dim")
    role = role_of(limits.status(ms))
    return Run(fmt.number(ms), "text" if role == "ok" else role)
