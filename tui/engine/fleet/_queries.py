"""What is asked: PromQL with the windows in force, over the targets that are looked at."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.engine.metrics.concurrency import SHORT_WINDOW_S
from tui.engine.metrics.fallbacks import SPIKE_WINDOW_S
from tui.engine.metrics.findings import RESTARTS_WINDOW_S
from tui.engine.model import STAGES, Stage, Thresholds

STATES = (
    "voxtop_heartbeat_timestamp_seconds",
    "voxtop_active_calls",
    "voxtop_active_calls_incomplete",
    "voxtop_silent_callers",
    "voxtop_config_start_seen",
    "voxtop_config_warning_timestamp_seconds",
    "voxtop_orchestrator_start_timestamp_seconds",
    "voxtop_on_fallback",
    "voxtop_source_up",
    "voxtop_source_lag_seconds",
    "voxtop_source_last_line_timestamp_seconds",
    "voxtop_lines_total",
    "voxtop_unrecognised_lines_total",
    "voxtop_dropped_lines_total",
    "voxtop_truncated_lines_total",
    "voxtop_late_events_total",
    "voxtop_gaps_total",
)
"""Taken as they are."""

OWN_METRICS = (
    "config_warning_total",
    "fallback_activated_total",
    "tts_ttfb_seconds_count",
    "voice_active_calls",
    *(f"{stage.lower()}_latency_seconds_count" for stage in STAGES),
)
"""What orchestrators expose themselves (semantics R20); looked at only where no voxtop is scraped."""


def grown(selector: str, window_s: float) -> str:
    """Return by how much counters grew: exactly, as none of them begins above 0, and estimated across a restart."""
    samples = f"{selector}[{int(window_s)}s]"
    exact = f"max_over_time({samples}) - min_over_time({samples})"
    return f"((increase({samples}) and resets({samples}) > 0) or ({exact}))"


def grown_by_minute(selector: str) -> str:
    """Return by how much counters grew in the minute before each step of a range."""
    before = f"({selector} offset 1m or min_over_time({selector}[1m]))"
    return f"clamp_min({selector} - {before}, 0)"


@dataclass(frozen=True, slots=True)
class Queries:
    """The expressions for one set of targets."""

    matchers: tuple[str, ...]
    """Each a label matcher; ``job`` among them keeps an orchestrator's own metrics from counting twice."""
    thresholds: Thresholds
    own: bool = False
    """The orchestrator's own metrics, no voxtop between."""

    def of(self, metric: str, *more: str) -> str:
        """Return the selector of a metric."""
        return f"{metric}{{{','.join((*self.matchers, *more))}}}"

    def targets(self) -> dict[str, str]:
        """Return what tells how each target is scraped."""
        names = "|".join(STATES)
        return {
            "up": self.of("up"),
            "scraped_at": f"timestamp({self.of('up')})",
            "frozen": f"timestamp({self.of(STATES[0])}) - {self.of(STATES[0])}",
            "states": self.of("", f'__name__=~"{names}"'),
            "lines_per_s": f"sum by (job, instance) (rate({self.of('voxtop_lines_total')}[1m]))",
        }

    def figures(self) -> dict[str, str]:
        """Return the expressions of the figures of this moment."""
        return self._own_figures() if self.own else self._figures()

    def _figures(self) -> dict[str, str]:
        limits = self.thresholds
        rate_s, errors_s = limits.rate_window_s, limits.errors_window_s
        errors = self.of("voxtop_errors_total")
        all_failed = self.of("voxtop_errors_total", 'code="all_failed"')
        plain = {
            name: f"sum({grown(self.of(f'voxtop_{metric}_total'), window)})"
            for name, metric, window in (
                ("calls", "calls_distinct", rate_s),
                ("closed", "calls_closed", rate_s),
                ("lost", "calls_lost", rate_s),
                ("ghosts", "calls_ghosts", rate_s),
                ("short", "calls_short", rate_s),
                ("short_recent", "calls_short", SHORT_WINDOW_S),
                ("warnings", "warnings", rate_s),
            )
        }
        by_kind = {
            name: f"sum by (kind) ({grown(self.of(f'voxtop_{metric}_total'), rate_s)})"
            for name, metric in (("affected", "calls_affected"), ("attributed", "attributed_events"))
        }
        return {
            **plain,
            **by_kind,
            **self._fallbacks(),
            "opened": f"sum by (client) ({grown(self.of('voxtop_calls_opened_total'), rate_s)})",
            "errors": f"sum by (stage, provider, code) ({grown(errors, rate_s)})",
            "all_failed": f"sum by (stage) ({grown(all_failed, errors_s)})",
            "restarts": f"max({grown(self.of('voxtop_orchestrator_starts_total'), RESTARTS_WINDOW_S)})",
            "missing": f"{self.of('voxtop_config_missing')} == 1",
            **self._latency("ttfb", "voxtop_ttfb_seconds", "stage, provider"),
            **self._latency("turn", "voxtop_turn_seconds", ""),
        }

    def _own_figures(self) -> dict[str, str]:
        """Return the same from what the orchestrator tells: fewer figures, and latencies that are no first bytes."""
        found = {
            **self._fallbacks(),
            "active": self.of("voice_active_calls"),
            "missing": f"{self.of('config_warning_total')} > 0",
            **self._latency("ttfb:TTS", "tts_ttfb_seconds", "provider"),
        }
        for stage in STAGES:
            found |= self._latency(f"total:{stage}", total_latency(stage), "provider")
        return found

    def _fallbacks(self) -> dict[str, str]:
        counter = self.of("fallback_activated_total")
        return {
            "fallbacks": f"sum by (provider_type) ({grown(counter, self.thresholds.rate_window_s)})",
            "spikes": f"sum by (provider_type) ({grown(counter, SPIKE_WINDOW_S)})",
        }

    def _latency(self, name: str, metric: str, labels: str) -> dict[str, str]:
        """Return buckets and sum of a histogram over its window, added up over the targets (semantics R21)."""
        window = self.thresholds.ttfb_window_s
        by = f"{labels}, le" if labels else "le"
        return {
            f"{name}_buckets": f"sum by ({by}) ({grown(self.of(f'{metric}_bucket'), window)})",
            f"{name}_sum": f"sum by ({labels}) ({grown(self.of(f'{metric}_sum'), window)})",
        }

    def minutes(self) -> dict[str, str]:
        """Return the expressions of the figures by minute."""
        fallbacks = f"sum by (provider_type) ({grown_by_minute(self.of('fallback_activated_total'))})"
        if self.own:
            own = {f"total:{stage}": (total_latency(stage), "") for stage in STAGES}
            series: Mapping[str, tuple[str, str]] = {"ttfb:TTS": ("tts_ttfb_seconds", ""), **own}
            active = self.of("voice_active_calls")
        else:
            series = {"ttfb": ("voxtop_ttfb_seconds", "stage, ")}
            active = self.of("voxtop_active_calls")
        found = {
            name: f"sum by ({labels}le) ({grown_by_minute(self.of(f'{metric}_bucket'))})"
            for name, (metric, labels) in series.items()
        }
        found |= {"fallbacks": fallbacks, "active": f"sum(max_over_time({active}[1m]))"}
        if not self.own:
            found["errors"] = f"sum({grown_by_minute(self.of('voxtop_errors_total'))})"
        return found


def total_latency(stage: Stage) -> str:
    """Return the orchestrator's histogram of whole requests of a stage."""
    return f"{stage.lower()}_latency_seconds"
