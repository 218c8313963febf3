"""Panel 1: which configuration fields the running process said are missing."""

from typing import ClassVar

from tui.engine.impact import impact
from tui.engine.model import ConfigHealth, MissingKey, Playbook, Snapshot, Status
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from widgets import _format as fmt
from widgets._lines import Column, Line, Run, joined, table, wrap
from widgets._panel import Panel
from widgets._view import View


def config_lines(health: ConfigHealth, width: int, height: int, view: View) -> list[Line]:
    """Return the state, one row per missing field, what was resolved, and the start it all counts from."""
    rows = [_headline(health, view, named=height < 1 + len(health.missing))]
    if health.missing:
        rows += _missing_rows(health.missing, width, view)
    if health.resolved:
        names = ", ".join(safe_text(name, 60) for name in health.resolved)
        rows.append((view.sign(Status.OK), Run(f" {t('panel_config.resolved', fields=names)}", "label")))
    rows.append(_started(health, width, view))
    return [*rows, *_impacts(health.missing, width, height - len(rows))]


def _impacts(missing: tuple[MissingKey, ...], width: int, room: int) -> list[Line]:
    """Return what callers notice of the missing fields, each consequence once and whole or not at all (R63)."""
    rows: list[Line] = []
    for text in dict.fromkeys(impact(key.field) for key in missing):
        told = wrap(text, max(1, width))
        if len(rows) + len(told) <= room:
            rows += [(Run(row, "label"),) for row in told]
    return rows


def _headline(health: ConfigHealth, view: View, *, named: bool) -> Line:
    """Return the state in words, with the missing fields where no row of their own follows."""
    status = health.status if health.start_seen or health.missing else Status.NO_DATA
    if health.missing:
        names = ", ".join(safe_text(key.field, 60) for key in health.missing)
        text = t("panel_config.missing", count=len(health.missing)) + (f": {names}" if named else "")
    elif status is Status.OK:
        text = t("panel_config.all_set" if view.live else "panel_config.was_set")
    else:
        text = t("panel_config.unknown")
    return view.mark(status), Run("  "), Run(text, "strong" if health.missing else "text")


def _missing_rows(missing: tuple[MissingKey, ...], width: int, view: View) -> list[Line]:
    columns = [Column(), Column(least=24), Column(rank=2), Column(right=True, rank=1), Column(right=True, rank=3)]
    rows = [
        [
            view.sign(Status.CRITICAL),
            Run(safe_text(key.field, 60), "critical"),
            Run("" if key.first_at is None else t("panel.since", time=fmt.clock_time(key.first_at, view.now)), "label"),
            Run("" if key.first_at is None else view.age(key.first_at)),
            Run(f"×{key.lines}", "label"),
        ]
        for key in missing
    ]
    return table(columns, rows, width, header=False)


def _started(health: ConfigHealth, width: int, view: View) -> Line:
    if health.started_at is None:
        return (Run(t("panel_config.no_start" if not health.start_seen else "panel_config.start_untimed"), "label"),)
    started = t("panel_config.started", time=fmt.clock_time(health.started_at, view.now))
    generation = t("panel_config.generation", count=health.generations)
    ago = view.age(health.started_at)
    return joined([(Run(f"{started} ({ago})", "label"),), (Run(generation, "label"),)], width)


class ConfigPanel(Panel):
    """Green only if a start was seen and nothing is missing (semantics R82)."""

    NUMBER: ClassVar[int] = 1
    TITLE: ClassVar[str] = "panel_config.title"
    KPIS: ClassVar[frozenset[str]] = frozenset({"config"})
    SCREEN_KEYS: ClassVar[tuple[str, ...]] = ("calls",)

    def part(self, snapshot: Snapshot) -> tuple[object, ...]:
        """Return the configuration health."""
        return (snapshot.config,)

    def playbook(self) -> Playbook | None:
        """Return the playbook of the verdict's finding, else of the first missing field that has one."""
        return super().playbook() or next((key.playbook for key in self.snapshot.config.missing if key.playbook), None)

    def draw(self, width: int, height: int, view: View) -> list[Line]:
        """Return the rows of the panel."""
        return config_lines(self.snapshot.config, width, height, view)
