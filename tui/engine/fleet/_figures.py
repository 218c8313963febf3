"""Answers become the slices that the panels know, judged by the limits in force."""

from collections.abc import Mapping

from tui.engine.fleet._answers import Answers, host_of
from tui.engine.fleet._quantiles import percentiles, point
from tui.engine.metrics.affected import attributable
from tui.engine.metrics.fallbacks import rate_status
from tui.engine.metrics.findings import Figures
from tui.engine.model import (
    STAGES,
    CallsFigure,
    ConfigHealth,
    ErrorGroup,
    ErrorsFigure,
    Hints,
    Limits,
    LogEvent,
    MissingKey,
    Percentiles,
    Playbook,
    SilenceFigure,
    Stage,
    StageFallback,
    StageTtfb,
    Status,
    Thresholds,
    TurnFigure,
)
from tui.engine.text import t

NO_CODE = "–"
_STAGE: dict[str, Stage] = {stage.lower(): stage for stage in STAGES}


def figures(answers: Answers, thresholds: Thresholds, hints: Hints | None) -> Figures:
    """Return everything but the recent errors."""
    calls = answers.total("calls")
    return Figures(
        config=_config(answers, hints),
        fallback=tuple(_fallback(stage, answers, calls, thresholds) for stage in STAGES),
        ttfb=tuple(_ttfb(stage, answers, thresholds) for stage in STAGES),
        turn=_turn(answers, thresholds),
        calls=_calls(answers, thresholds),
        silence=_silence(answers, thresholds),
        errors=_errors(answers, calls or 0, thresholds),
        all_failed=[
            (_STAGE.get(name.lower()), count) for name, count in answers.by("all_failed", "stage").items() if count
        ],
        restarts=answers.total("restarts") or 0,
    )


def recent(answers: Answers, hints: Hints | None, opening: str) -> tuple[ErrorGroup, ...]:
    """Return errors by stage, provider and code; ``opening`` says how to see their texts, which stay on the hosts."""
    groups = []
    for each in answers.of("errors"):
        count = round(each.value)
        if count:
            stage, provider, code = (_known(each.labels.get(name)) for name in ("stage", "provider", "code"))
            groups.append(
                ErrorGroup(
                    key="/".join(each.labels.get(name, "") for name in ("stage", "provider", "code")),
                    kind="error",
                    stage=_STAGE.get((stage or "").lower()),
                    provider=provider,
                    code=code,
                    text=t("fleet.no_text", code=code or NO_CODE, opening=opening),
                    count=count,
                    first_at=None,
                    last_at=None,
                    source=t("fleet.all_hosts"),
                    playbook=_playbook(hints, stage, provider, code),
                )
            )
    return tuple(sorted(groups, key=lambda group: (-group.count, group.key)))


def _playbook(hints: Hints | None, stage: str | None, provider: str | None, code: str | None) -> Playbook | None:
    """Return the playbook of a line that would say no more than this."""
    if hints is None:
        return None
    text = f"[{stage} {provider}] Error: {code}"
    return hints.for_event(LogEvent("error", "", 0, text=text)) or hints.for_kpi("kpi:error_rate")


def _known(label: str | None) -> str | None:
    return None if label in {None, "", "unknown"} else label


def _config(answers: Answers, hints: Hints | None) -> ConfigHealth:
    playbook = hints.for_kpi("kpi:config") if hints else None
    warned = {host_of(each.labels): each.value for each in answers.state("voxtop_config_warning_timestamp_seconds")}
    missing = tuple(
        MissingKey(
            each.labels.get("field_name", "?"),
            None,
            warned.get(host_of(each.labels)),
            1,
            host_of(each.labels),
            playbook,
        )
        for each in sorted(answers.of("missing"), key=lambda each: sorted(each.labels.items()))
    )
    starts = answers.state("voxtop_config_start_seen")
    seen = bool(starts) and all(each.value for each in starts)
    began = [each.value for each in answers.state("voxtop_orchestrator_start_timestamp_seconds")]
    return ConfigHealth(
        status=Status.CRITICAL if missing else Status.OK if seen else Status.NO_DATA,
        missing=missing,
        start_seen=seen,
        started_at=max(began, default=None),
        generations=sum(bool(each.value) for each in starts),
        last_warning_at=max(warned.values(), default=None),
    )


def _fallback(stage: Stage, answers: Answers, calls: int | None, thresholds: Thresholds) -> StageFallback:
    name = stage.lower()
    known = answers.by("fallbacks", "provider_type")
    activations = known.get(name, 0)
    spike = answers.by("spikes", "provider_type").get(name, 0) >= thresholds.fallback_spike_per_hour
    status = Status.NO_DATA
    if name in known and calls is not None:
        status = rate_status(activations, calls, thresholds.fallback_pct, thresholds.min_calls)
    on_fallback = any(each.value for each in answers.state("voxtop_on_fallback") if each.labels.get("stage") == stage)
    return StageFallback(
        stage,
        status=max(status, Status.WARNING, key=lambda one: one.rank) if spike else status,
        activations=activations,
        calls=calls or 0,
        pct=100 * activations / calls if calls else None,
        on_fallback=on_fallback,
        spike=spike,
        per_minute=_counts(answers.minutes("fallbacks", provider_type=name)),
    )


def _counts(values: tuple[float | None, ...]) -> tuple[int | None, ...]:
    return tuple(None if value is None else round(value) for value in values)


def _ttfb(stage: Stage, answers: Answers, thresholds: Thresholds) -> StageTtfb:
    """Return a stage's first bytes; where only whole requests are measured, those, unjudged (semantics R20)."""
    limits = thresholds.ttfb_ms(stage)
    name, labels = _histogram_of(stage, answers)
    total = name.startswith("total")
    goals = None if total else limits
    whole = percentiles(answers.buckets(name, **labels), answers.sum_of(name, **labels), goals)
    names = {
        each.labels.get("provider", "")
        for each in answers.of(f"{name}_buckets")
        if labels.items() <= each.labels.items()
    }
    providers = [
        (provider, _percentiles_of(name, answers, {**labels, "provider": provider}, goals))
        for provider in sorted(names - {""})
    ]
    return StageTtfb(
        stage,
        limits,
        whole,
        providers=tuple((provider, found) for provider, found in providers if found.n),
        series=tuple(point(buckets) for buckets in answers.minute_buckets(name, **labels)),
        last_at=answers.now if whole.n else None,
        total=total,
    )


def _percentiles_of(name: str, answers: Answers, labels: Mapping[str, str], goals: Limits | None) -> Percentiles:
    return percentiles(answers.buckets(name, **labels), answers.sum_of(name, **labels), goals)


def _histogram_of(stage: Stage, answers: Answers) -> tuple[str, dict[str, str]]:
    if answers.of("ttfb_buckets"):
        return "ttfb", {"stage": stage}
    own = f"ttfb:{stage}"
    return (own if any(each.value for each in answers.of(f"{own}_buckets")) else f"total:{stage}"), {}


def _turn(answers: Answers, thresholds: Thresholds) -> TurnFigure:
    found = percentiles(answers.buckets("turn"), answers.sum_of("turn"), thresholds.turn_ms)
    return TurnFigure(thresholds.turn_ms, found, answers.now if found.n else None)


def _calls(answers: Answers, thresholds: Thresholds) -> CallsFigure:
    found = answers.state("voxtop_active_calls") or answers.of("active")
    if not found:
        return CallsFigure(limits=thresholds.active_calls)
    active = round(sum(each.value for each in found))
    per_minute = _counts(answers.minutes("active"))
    clients = answers.by("opened", "client")
    short_recent = answers.total("short_recent") or 0
    status = thresholds.active_calls.status(active)
    if short_recent >= thresholds.short_calls_warn and status is Status.OK:
        status = Status.WARNING
    return CallsFigure(
        status=status,
        limits=thresholds.active_calls,
        active=active,
        lower_bound=any(each.value for each in answers.state("voxtop_active_calls_incomplete")),
        peak=max(active, max((level for level in per_minute if level is not None), default=0)),
        opened=sum(clients.values()),
        closed=answers.total("closed") or 0,
        lost=answers.total("lost") or 0,
        ghosts=answers.total("ghosts") or 0,
        short=answers.total("short") or 0,
        short_recent=short_recent,
        by_client=tuple(
            sorted(
                ((name, count) for name, count in clients.items() if count and name != "anonymous"),
                key=lambda pair: (-pair[1], pair[0]),
            )
        ),
        per_minute=per_minute,
        anonymous=bool(clients.get("anonymous")) and clients["anonymous"] == sum(clients.values()),
    )


def _silence(answers: Answers, thresholds: Thresholds) -> SilenceFigure:
    found = answers.state("voxtop_silent_callers")
    callers = round(sum(each.value for each in found))
    status = thresholds.silent_callers.status(callers) if found else Status.NO_DATA
    return SilenceFigure(status, thresholds.silent_callers, callers)


def _errors(answers: Answers, calls: int, thresholds: Thresholds) -> ErrorsFigure:
    if not answers.of("errors"):
        return ErrorsFigure(pct_limits=thresholds.error_pct, rate_limits=thresholds.errors_per_minute)
    count = sum(round(each.value) for each in answers.of("errors"))
    named = answers.by("attributed", "kind").get("error", 0)
    affected = answers.by("affected", "kind").get("error", 0) if attributable(named, count) else None
    share = count if affected is None else affected
    pct_status = rate_status(share, calls, thresholds.error_pct, thresholds.min_calls)
    per_minute = _counts(answers.minutes("errors"))
    complete = max(1, int(thresholds.errors_window_s // 60))
    seen = [value for value in per_minute[-complete - 1 : -1] if value is not None]
    rate = sum(seen) / len(seen) if seen else None
    rate_status_now = thresholds.errors_per_minute.status(rate)
    judged = [status for status in (pct_status, rate_status_now) if status is not Status.NO_DATA]
    return ErrorsFigure(
        status=max(judged, key=lambda status: status.rank, default=Status.NO_DATA),
        count=count,
        calls=calls,
        pct=100 * share / calls if calls else None,
        pct_status=pct_status,
        pct_limits=thresholds.error_pct,
        affected=affected,
        rate=rate,
        rate_status=rate_status_now,
        rate_limits=thresholds.errors_per_minute,
        per_minute=per_minute,
        warnings=answers.total("warnings") or 0,
    )
