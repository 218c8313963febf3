"""The ways from the dashboard into calls and lines: from every panel, from the worst finding, from a playbook."""

from dataclasses import replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding

from tui import screens
from tui.engine.errors import StateError
from tui.engine.model import Bucket, ErrorGroup, Finding, MissingKey, Playbook, SourceStatus
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.screens._arranging import ArrangingScreen
from tui.screens._blaming import BlamingScreen
from tui.screens._travelling import TravellingScreen
from tui.screens.desk import Desk
from widgets import AlertsPanel, BucketPanel, ConfigPanel, Panel, RecentPanel, SourcesPanel

if TYPE_CHECKING:
    from tui.engine.model import Alert
    from tui.screens.calls import Wanted

HOUR_S = 3600.0


class DrillingScreen(BlamingScreen, TravellingScreen, ArrangingScreen):
    """Knows the keys that lead further in."""

    DRILL_KEYS: ClassVar[list[Binding]] = [
        Binding("enter", "open_worst", id="open"),
        Binding("c", "calls", id="calls", show=False),
    ]

    _desk: Desk

    def _push_calls(
        self, bucket: Bucket, *steps: str, wanted: "Wanted | None" = None, book: Playbook | None = None
    ) -> None:
        open_book = (lambda: self._open(book)) if book else None
        self.app.push_screen(screens.calls.CallsScreen(self._way(*steps, t("calls.step")), bucket, wanted, open_book))

    @on(BucketPanel.Picked)
    def open_bucket(self, message: BucketPanel.Picked) -> None:
        """Go from a panel's minute to its calls."""
        self._push_calls(message.bucket, _title(message.panel), message.what, book=message.panel.playbook())

    def action_calls(self) -> None:
        """Go to the calls behind whatever is selected; without a panel, behind the worst finding."""
        panel = self.focused
        if isinstance(panel, BucketPanel):
            panel.action_pick()
        elif isinstance(panel, RecentPanel) and panel.selected:
            self._calls_of_group(panel.selected)
        elif isinstance(panel, SourcesPanel) and panel.selected:
            self._calls_of_source(panel.selected)
        elif isinstance(panel, AlertsPanel) and panel.selected:
            self.calls_of_alert(panel.selected)
        elif isinstance(panel, ConfigPanel) and self._shown.config.missing:
            self._lines_of_key(self._shown.config.missing[0])
        else:
            findings = self._shown.verdict.findings
            self._calls_of_finding(findings[0] if findings else None)

    def _calls_of_group(self, group: ErrorGroup) -> None:
        from tui.engine.metrics.recent import group_key  # noqa: PLC0415 - a start has no errors yet

        since = -inf if group.first_at is None else group.first_at
        until = inf if group.last_at is None else group.last_at + 0.001
        step = " ".join(filter(None, (group.stage, group.provider, group.code or group.kind)))
        self._push_calls(
            Bucket(0, since, until),
            safe_text(step, 60),
            wanted=lambda story: any(group_key(event) == group.key for event in story.events),
            book=group.playbook,
        )

    def _calls_of_source(self, source: SourceStatus) -> None:
        bucket = Bucket(0, self._now() - HOUR_S, inf)
        self._push_calls(bucket, safe_text(source.name, 60), wanted=lambda story: story.source == source.name)

    def calls_of_alert(self, alert: "Alert") -> None:
        """Go to the calls of the time in which an alert's condition holds, its window before it included."""
        labels = dict(alert.labels)
        stage = next((row.stage for row in self._shown.ttfb if row.stage == labels.get("stage")), None)
        until = inf if alert.resolved_at is None else alert.resolved_at
        bucket = Bucket(
            screens.calls.PANEL_OF.get(alert.figure, 0), alert.since - (alert.window_s or 0.0), until, stage
        )
        self._push_calls(bucket, safe_text(alert.rule, 40), safe_text(alert.id, 20))

    def _calls_of_finding(self, finding: Finding | None) -> None:
        """Go to the calls of a finding's window; without one, to those of the last hour."""
        now = self._now()
        if finding is None:
            self._push_calls(Bucket(0, now - HOUR_S, inf), t("drill.last", window="60 min"))
        elif finding.kpi == "config":
            key = next((one for one in self._shown.config.missing if one.field == finding.detail), None)
            if key:
                self._lines_of_key(key)
        else:
            window = finding.window_s or self._shown.thresholds.ttfb_window_s
            bucket = Bucket(screens.calls.PANEL_OF.get(finding.kpi, 0), now - window, inf, finding.stage)
            said = t("drill.last", window=f"{window / 60:.0f} min")
            self._push_calls(bucket, f"{finding.stage or ''} {finding.kpi}".strip(), said, book=finding.playbook)

    def _lines_of_key(self, key: MissingKey) -> None:
        """Go to the newest line that named a missing field."""
        since = -inf if key.last_at is None else key.last_at - 1
        until = inf if key.last_at is None else key.last_at + 1
        try:
            events = [event for event in self._monitor.events(since, until) if event.field == key.field]
        except StateError as error:
            self.notify(safe_text(str(error)), severity="warning", markup=False)
            return
        if not events:
            self.notify(t("drill.nobody"), markup=False)
            return
        way = self._way(safe_text(key.field, 60), t("lines.step"))
        self.app.push_screen(screens.lines.LinesScreen(way, events[-1]))

    def action_open_worst(self) -> None:
        """Open the playbook of the worst finding when no panel is focused; from there its calls are a key away."""
        findings = self._shown.verdict.findings
        playbook = next((finding.playbook for finding in findings if finding.playbook), None)
        if playbook is None and findings:
            self._calls_of_finding(findings[0])
        else:
            self._open(playbook)

    @on(Panel.Opened)
    def open_playbook(self, message: Panel.Opened) -> None:
        """Drill from a panel or a row into its playbook."""
        self._open(message.playbook, message.group)

    def _open(self, playbook: Playbook | None, group: ErrorGroup | None = None) -> None:
        if playbook is None and group is None:
            self.notify(t("screen.nothing_selected"), markup=False)
            return
        case = screens.case.case_of(self._shown, playbook, group)
        changed = partial(self.open_evidence, case.blame) if case.blame else None
        case = replace(case, calls=lambda: self._calls_behind(playbook, group), changed=changed)
        self.app.push_screen(screens.playbook.PlaybookScreen(case, self._desk))

    def _calls_behind(self, playbook: Playbook | None, group: ErrorGroup | None) -> None:
        """Go to the calls, or the lines, that a playbook was opened for."""
        findings = [one for one in self._shown.verdict.findings if playbook and one.playbook is playbook]
        groups = [one for one in self._shown.recent if playbook and one.playbook is playbook]
        keys = [one for one in self._shown.config.missing if playbook and one.playbook is playbook]
        if group is not None and group.kind != "config_warning":
            self._calls_of_group(group)
        elif keys:
            self._lines_of_key(keys[0])
        elif findings or not groups:
            self._calls_of_finding(next(iter(findings), None))
        else:
            self._calls_of_group(groups[0])


def _title(panel: Panel) -> str:
    return f"{panel.NUMBER} {t(panel.TITLE)}"
