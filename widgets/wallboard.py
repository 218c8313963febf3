"""The picture on the wall: the state in letters to be read from across the room, and figures by pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

from tui.engine.model import EMPTY_SNAPSHOT, Percentiles, Snapshot, StageFallback, Status
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._big import PLAIN, Size, big, largest
from widgets._language import localised
from widgets._lines import Line, Role, Run, crop, fit, spread, width_of, wrap
from widgets._lines_view import LinesView
from widgets._view import View, role_of
from widgets.notice import notice_text
from widgets.strip import finding_text, state_text, worst_fallback, worst_ttfb

_LETTERS = ((40, 10), (16, 5), (0, 3))
"""From which height on how many rows the state takes."""

_GAP = 2


@dataclass(frozen=True, slots=True)
class Board:
    """What the wallboard shows beside the figures."""

    page: str = "now"
    pages: tuple[str, ...] = ("now",)
    turning: Literal["on", "paused", "pinned"] = "on"
    incident: float | None = None
    """When the verdict left OK; None while it is OK or nothing is known."""


class Tile(NamedTuple):
    """One figure with its name above and what belongs to it below."""

    name: str
    figure: str
    unit: str = ""
    note: Line = ()
    role: Role = "strong"


def wallboard_lines(snapshot: Snapshot, board: Board, width: int, height: int, view: View) -> list[Line]:
    """Return the rows of the whole picture, ``height`` of them."""
    head = _head(snapshot, board, width, next(rows for least, rows in _LETTERS if height >= least), view)
    if notice := notice_text(snapshot):
        head.append((Run(f"{view.glyphs.pointer} ", "hint"), Run(crop(notice, max(0, width - 2)))))
    room = height - len(head) - 2
    figures = _FIGURES.get(board.page)
    body = _tiles(figures(snapshot, view), width, room, view) if figures else _text(_why(snapshot, view), width, room)
    return [*head, (), *[*body, *[()] * room][: max(0, room)], _foot(snapshot, board, width, view)]


def _head(snapshot: Snapshot, board: Board, width: int, height: int, view: View) -> list[Line]:
    """Return the state, and at the right how long the incident lasts, or what time it is while there is none."""
    status = view.current(snapshot.verdict.status)
    left = _big(t(f"status.{status.value}"), width, height, role_of(status), view)
    if board.incident is None:
        time, name = view.time_of_day(), ""
    else:
        time, name = view.timer(board.incident), t("wall.incident", time=fmt.clock_time(board.incident, view.now))
    room = width - width_of(left[0]) - _GAP
    right = _big(time, room, height, "strong", view)
    above = len(left) - len(right)
    rows = [spread(line, right[y - above] if y >= above else (), width) for y, line in enumerate(left)]
    said = (Run(f"{view.glyphs.of(status)} {_since(snapshot, view)}", role_of(status)),)
    return [*rows, (), spread(said, (Run(name, "label"),) if name else (), width), _reason(snapshot, width)]


def _big(text: str, width: int, height: int, role: Role, view: View) -> list[Line]:
    plain = view.glyphs.ascii
    rows = big(text, largest([text], width, height, ascii_only=plain), ascii_only=plain)
    return [(Run(row, role),) for row in rows]


def _since(snapshot: Snapshot, view: View) -> str:
    since = snapshot.verdict.since
    return "" if since is None else t("strip.since", time=fmt.clock_time(since, view.now), age=view.age(since))


def _reason(snapshot: Snapshot, width: int) -> Line:
    findings = snapshot.verdict.findings
    if findings and snapshot.verdict.freshness == "live":
        more = f" +{len(findings) - 1}" if len(findings) > 1 else ""
        return (Run(crop(finding_text(findings[0]), width - len(more)), "strong"), Run(more, "label"))
    return (Run(crop(state_text(snapshot), width), "label"),)


def _foot(snapshot: Snapshot, board: Board, width: int, view: View) -> Line:
    """Return which page this is, and how far the figures can be trusted."""
    glyphs = view.glyphs
    dots = " ".join(glyphs.status[0] if page == board.page else glyphs.idle for page in board.pages)
    left: Line = (Run(dots, "label"), Run(f"  {t(f'wall.{board.page}')}", "label"))
    if board.turning != "on":
        left = (*left, Run(f"  {t(f'wall.{board.turning}')}", "hint"))
    verdict = snapshot.verdict
    newest = verdict.newest_at
    age = t("panel.no_data_yet") if newest is None else t("wall.age", age=view.age(newest))
    told = t("wall.sources", live=verdict.sources_live, total=verdict.sources_total)
    role: Role = "label" if verdict.freshness == "live" and not verdict.sources_down else "warning"
    clock = f"  {view.time_of_day()}" if board.incident is not None else ""
    return spread(left, (Run(f"{told} · {age}", role), Run(clock, "strong")), width)


def _tiles(tiles: Sequence[Tile], width: int, height: int, view: View) -> list[Line]:
    """Return figures side by side, all of one size."""
    across = 3 if width >= 66 else 2
    rows = [tiles[start : start + across] for start in range(0, len(tiles), across)]
    tall, wide = height // len(rows), (width - _GAP * (across - 1)) // across
    room = wide - 1 - max(len(tile.unit) for tile in tiles)
    fits = partial(largest, [tile.figure for tile in tiles], room, ascii_only=view.glyphs.ascii)
    size = next(
        (found for rows in (tall - 3, tall - 2) if (found := fits(rows)) != PLAIN), PLAIN
    )  # with a gap if it can
    lines: list[Line] = []
    for row in rows:
        drawn = [_tile(tile, size, tall, view) for tile in row]
        lines += [_beside([tile[y] for tile in drawn], wide) for y in range(tall)]
    return lines


def _beside(parts: Sequence[Line], width: int) -> Line:
    return tuple(run for part in parts for run in (*fit(part, width), Run(" " * _GAP)))[:-1]


def _tile(tile: Tile, size: Size, height: int, view: View) -> list[Line]:
    """Return the ``height`` rows of one figure."""
    rows = big(tile.figure, size, ascii_only=view.glyphs.ascii)
    figure: list[Line] = [(Run(row, tile.role),) for row in rows]
    figure[-1] = (*figure[-1], Run(f" {tile.unit}", "label"))
    lines: list[Line] = [(Run(tile.name, "label"),), *figure, tile.note]
    return [*lines, *[()] * height][:height]


def _now(snapshot: Snapshot, view: View) -> list[Tile]:
    """Return what is asked first: who suffers, and from what."""
    affected = snapshot.verdict.affected_calls
    tiles = [
        Tile(t("wall.affected"), fmt.number(affected), note=_quiet(t("wall.affected_note"))),
        _silence(snapshot, view),
        _worst_stage(snapshot, view),
        _active(snapshot, view),
    ]
    fallback = worst_fallback(snapshot.fallback)
    tiles.append(_fallback(fallback, view) if fallback else Tile(t("wall.fallback", stage=""), fmt.NONE))
    return [*tiles, _per_minute(snapshot, view)]


def _latency(snapshot: Snapshot, view: View) -> list[Tile]:
    """Return P95 of each stage and of the whole turn."""
    tiles = [_p95(str(row.stage), row.figures, row.limits.warn_at, view) for row in snapshot.ttfb]
    turn = snapshot.turn
    return [*tiles, _p95(t("panel_ttfb.turn"), turn.figures, turn.limits.warn_at, view), _worst_stage(snapshot, view)]


def _traffic(snapshot: Snapshot, view: View) -> list[Tile]:
    """Return calls, errors and fallbacks."""
    errors = snapshot.errors
    of_calls = Tile(
        t("wall.errors_of_calls"),
        fmt.number(errors.pct, 1),
        "" if errors.pct is None else "%",
        _judged(view, errors.pct_status, t("wall.n", n=errors.calls)),
        role_of(view.current(errors.pct_status)),
    )
    fallbacks = [_fallback(row, view) for row in snapshot.fallback]
    return [_active(snapshot, view), of_calls, _per_minute(snapshot, view), *fallbacks]


def _why(snapshot: Snapshot, view: View) -> list[Line]:
    """Return what is wrong and what to do about it, worst first, then the alerts that fire."""
    lines: list[Line] = []
    for finding in snapshot.verdict.findings:
        status = view.current(finding.status)
        lines.append((Run(f"{view.glyphs.of(status)} ", role_of(status)), Run(finding_text(finding), "strong")))
        if finding.playbook:
            title = safe_text(localised(finding.playbook.title), 200)
            lines.append((Run("  → ", "hint"), Run(title, "hint")))
    for alert in snapshot.alerts.firing:
        role: Role = "critical" if alert.severity == "critical" else "warning"
        lines += [(), (Run(f"{t('panel_alerts.firing')} ", role), Run(safe_text(alert.summary, 300)))]
    return lines or [(Run(state_text(snapshot), "label"),)]


_FIGURES: dict[str, Callable[[Snapshot, View], list[Tile]]] = {"now": _now, "latency": _latency, "traffic": _traffic}

_BURNING = {"ttfb": "latency", "turn": "latency", "fallback": "traffic", "errors": "traffic"}
_BURNING |= {"errors_per_minute": "traffic", "calls": "traffic", "silence": "now"}


def burning_page(snapshot: Snapshot, pages: Sequence[str]) -> str | None:
    """Return the page that shows the worst finding, the first one if none of ``pages`` is about it."""
    worst = next(iter(snapshot.verdict.findings), None)
    if worst is None:
        return None
    page = _BURNING.get(worst.kpi, "why")
    return page if page in pages else pages[0]


def _text(lines: Sequence[Line], width: int, height: int) -> list[Line]:
    """Return lines of text broken at spaces, indented below their sign, with a count of what does not fit."""
    out: list[Line] = []
    for line in lines:
        *head, (text, role) = line or (Run(""),)
        indent = width_of(tuple(head))
        first, *rest = wrap(text, max(1, width - indent))
        out += [(*head, Run(first, role)), *((Run(" " * indent), Run(row, role)) for row in rest)]
    over = len(out) - height
    return [*out[: max(0, height - 1)], (Run(f"+{over + 1}", "label"),)] if over > 0 else out


def _silence(snapshot: Snapshot, view: View) -> Tile:
    silence = snapshot.silence
    status = view.current(silence.status)
    note = t("wall.silence_none")
    if silence.callers and silence.since is not None:
        note = t("wall.silence_since", age=view.age(silence.since), stage=silence.stage or "")
    figure = f"{view.glyphs.over if silence.at_least and silence.callers else ''}{silence.callers}"
    known = status.value != "no_data" or silence.callers
    figure, note = (figure, note) if known else (fmt.NONE, "")
    return Tile(t("wall.silence"), figure, note=_quiet(note), role=role_of(status))


def _worst_stage(snapshot: Snapshot, view: View) -> Tile:
    worst = worst_ttfb(snapshot.ttfb)
    if worst is None:
        return Tile(t("wall.worst"), fmt.NONE, role="no-data")
    stage, provider, figures = worst
    name = f"{stage.stage} {safe_text(provider, 24)}".strip()
    return _p95(name, figures, stage.limits.warn_at, view)


def _p95(name: str, figures: Percentiles, goal: float, view: View) -> Tile:
    unit = "" if figures.p95 in {None, fmt.INFINITE} else "ms"
    note = t("wall.goal", goal=fmt.limit(goal), n=figures.n)
    role = role_of(view.current(figures.status))
    return Tile(f"{name} P95", fmt.number(figures.p95), unit, _judged(view, figures.status, note), role)


def _active(snapshot: Snapshot, view: View) -> Tile:
    calls = snapshot.calls
    over = view.glyphs.over if calls.lower_bound and calls.active else ""
    figure = fmt.NONE if calls.active is None else f"{over}{calls.active}"
    note = _judged(view, calls.status, t("panel_calls.peak", count=calls.peak))
    return Tile(t("wall.active"), figure, note=note, role=role_of(view.current(calls.status)))


def _fallback(row: StageFallback, view: View) -> Tile:
    note = t("panel_fallback.n", activations=row.activations, calls=row.calls)
    text = f"{note} · {t('panel_fallback.on')}" if row.on_fallback else note
    role = role_of(view.current(row.status))
    name = t("wall.fallback", stage=row.stage)
    return Tile(name, fmt.number(row.pct, 1), "" if row.pct is None else "%", _judged(view, row.status, text), role)


def _per_minute(snapshot: Snapshot, view: View) -> Tile:
    errors = snapshot.errors
    note = _judged(view, errors.rate_status, t("wall.goal_below", limit=fmt.limit(errors.rate_limits.warn_at)))
    role = role_of(view.current(errors.rate_status))
    return Tile(t("wall.per_minute"), fmt.decimal(errors.rate), note=note, role=role)


def _quiet(text: str) -> Line:
    return (Run(text, "label"),)


def _judged(view: View, status: Status, text: str) -> Line:
    return (view.sign(status), Run(f" {text}", "label"))


class Wallboard(LinesView):
    """The picture over one snapshot."""

    DEFAULT_CSS = """
    Wallboard { width: 1fr; height: 1fr; }
    """

    _snapshot = EMPTY_SNAPSHOT
    _board = Board()

    def show(self, snapshot: Snapshot, board: Board, now: float) -> None:
        """Show a snapshot and a page; cheap when nothing that is on show changed."""
        same = snapshot is self._snapshot and board == self._board and self._drawn is not None
        self._snapshot, self._board = snapshot, board
        if not same or self._view.aged(now):
            self.redraw(now, live=snapshot.verdict.freshness == "live")

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the rows of the picture."""
        return wallboard_lines(self._snapshot, self._board, width, height, view)
