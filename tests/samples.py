"""Snapshots to draw: nothing yet, a calm day, everything on fire, data gone stale, hostile texts."""

from dataclasses import replace
from typing import Literal

from tui.engine.model import (
    EMPTY_SNAPSHOT,
    Alert,
    AlertBoard,
    AlertState,
    CallsFigure,
    ConfigHealth,
    ErrorGroup,
    ErrorsFigure,
    Finding,
    Limits,
    MissingKey,
    Percentiles,
    Playbook,
    Silence,
    Snapshot,
    SourceState,
    SourceStatus,
    Stage,
    StageFallback,
    StageTtfb,
    Status,
    Thresholds,
    TurnFigure,
    Verdict,
)

NOW = 1_769_695_320.0
"""2026-01-29 14:02 UTC."""

LIMITS = Thresholds()

HOSTILE = (
    "\x1b]0;owned\x07 \x1b]52;c;ZXZpbA==\x07 \x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\ \x1b[2J\x1b[H \x9b31m "
    "\x9d0;x\x9c \x1bP1$r\x1b\\ \x00\x07\x08\r\n\t\x7f \u202eevil\u2066 \u200b\u200d \u2028 [/] [ERROR] [b]bold[/b] "
    "[link=http://evil]x[/link] {x} %s 日本語 👍🏽 \ud800 \U000e0041"
)
"""Escapes, controls, bidirectional overrides, markup, wide and broken characters in one text."""


def book(identity: str, title: str, title_es: str) -> Playbook:
    """Return a playbook that looks like the real ones."""
    return Playbook(
        id=identity,
        severity="critical",
        title={"en": title, "es": title_es},
        cause={
            "en": "The provider answers late or not at all. Callers hear silence before every sentence.",
            "es": "El proveedor responde tarde o no responde. Quien llama oye silencio antes de cada frase.",
        },
        steps={
            "en": (
                "Look at the status page of the provider",
                "Measure the way to it from the orchestrator's host, not from your desk",
                "Switch the stage to its substitute and redeploy",
                "Place one test call",
            ),
            "es": (
                "Mira la página de estado del proveedor",
                "Mide el camino desde la máquina del orquestador, no desde tu mesa",
                "Cambia la etapa a su respaldo y vuelve a desplegar",
                "Haz una llamada de prueba",
            ),
        },
        commands=("curl -s -o /dev/null -w '%{time_starttransfer}\\n' https://westeurope.tts.speech.microsoft.com",),
        link="https://status.azure.com",
    )


KEY_BOOK = book("config.missing_key", "API key missing in production", "Falta una API key en producción")
SLOW_BOOK = book("tts.slow", "TTS slow: provider or network", "TTS lento: proveedor o red")
LIMIT_BOOK = book("rate.limit", "Provider rate limit reached", "Límite de peticiones alcanzado")


def wave(base: float, swing: float, gap: range = range(0)) -> tuple[tuple[float, float, float] | None, ...]:
    """Return 60 minutes of percentiles around ``base`` with a hole where ``gap`` says."""
    return tuple(
        None
        if minute in gap
        else (
            base + swing * ((minute * 7) % 5) / 5,
            base * 1.6 + swing * ((minute * 11) % 7) / 4,
            base * 2.1 + swing * ((minute * 13) % 9) / 3,
        )
        for minute in range(60)
    )


def climbing(base: float, top: float) -> tuple[tuple[float, float, float] | None, ...]:
    """Return 60 minutes of percentiles that are calm until they climb in the last quarter."""
    calm = wave(base, base / 4)[:45]
    steps = [base + (top - base) * step / 15 for step in range(1, 16)]
    return calm + tuple((step * 0.6, step, step * 1.4) for step in steps)


def empty() -> Snapshot:
    """Return what there is before anything was read."""
    return EMPTY_SNAPSHOT


def figures(n: int, p50: float, p95: float, p99: float, limits: Limits, *, widened: bool = False) -> Percentiles:
    """Return percentiles judged by their limits."""
    return Percentiles(n, p50, p95, p99, p50 * 1.1, p99 * 1.2, limits.status(p95), widened)


def _ttfb(stage: StageTtfb, *providers: tuple[str, Percentiles]) -> StageTtfb:
    return replace(stage, providers=providers, last_at=NOW - 3)


def typical() -> Snapshot:
    """Return a calm morning: everything within its goals, three sources, a handful of errors."""
    stt = figures(213, 118, 171, 228, LIMITS.ttfb_stt_ms)
    llm = figures(198, 412, 861, 1290, LIMITS.ttfb_llm_ms)
    tts = figures(96, 231, 402, 688, LIMITS.ttfb_tts_ms)
    return Snapshot(
        at=NOW,
        version=7,
        verdict=Verdict(Status.OK, NOW - 7_440, (), "live", 3, 3, NOW - 0.4, 0),
        config=ConfigHealth(Status.OK, start_seen=True, started_at=NOW - 11_400, generations=2),
        fallback=(
            StageFallback("STT", Status.OK, 2, 87, 2.2989, per_minute=(0,) * 20 + (1, 0, 0, 0) * 3 + (0,) * 28),
            StageFallback("LLM", Status.OK, 0, 87, 0.0, per_minute=(0,) * 60),
            StageFallback(
                "TTS", Status.OK, 3, 87, 3.448, last_at=NOW - 1_500, per_minute=(0,) * 30 + (2, 0, 1) + (0,) * 27
            ),
        ),
        ttfb=(
            _ttfb(StageTtfb("STT", LIMITS.ttfb_stt_ms, stt, series=wave(110, 30, range(20, 26))), ("deepgram", stt)),
            _ttfb(StageTtfb("LLM", LIMITS.ttfb_llm_ms, llm, series=wave(420, 120)), ("groq", llm)),
            _ttfb(
                StageTtfb("TTS", LIMITS.ttfb_tts_ms, tts, series=wave(230, 70, range(40, 42))),
                ("azure", figures(84, 226, 398, 650, LIMITS.ttfb_tts_ms)),
                ("google", figures(12, 244, 421, 688, LIMITS.ttfb_tts_ms, widened=True)),
            ),
        ),
        turn=TurnFigure(figures=figures(94, 910, 1380, 1720, LIMITS.turn_ms), last_at=NOW - 4),
        calls=CallsFigure(
            Status.OK,
            active=12,
            lower_bound=False,
            peak=18,
            opened=87,
            closed=74,
            lost=0,
            ghosts=1,
            short=2,
            short_recent=1,
            by_client=(("twilio", 61), ("telnyx", 20), ("browser", 6)),
            per_minute=tuple(6 + (minute * 5) % 9 + minute // 12 for minute in range(60)),
        ),
        errors=ErrorsFigure(
            Status.OK,
            count=1,
            calls=187,
            pct=0.5348,
            pct_status=Status.OK,
            affected=1,
            rate=0.2,
            rate_status=Status.OK,
            per_minute=(0,) * 41 + (1,) + (0,) * 18,
            warnings=4,
        ),
        recent=(
            group("a", "warning", "TTS", "azure", "429", "Too many requests, retrying in 2 s", 3, 42, LIMIT_BOOK),
            group("b", "fallback", "TTS", "azure", None, "Switching to Google TTS", 3, 1_500, SLOW_BOOK),
            group("c", "error", "STT", "deepgram", "1006", "Socket closed without a close frame", 1, 2_760, None),
        ),
        sources=(
            SourceStatus(
                "app.log", "file", SourceState.LIVE, lines=182_340, events=9_120, unrecognised=2_100, lines_per_s=38.4,
                last_read_at=NOW - 0.2, last_line_at=NOW - 0.4,
            ),
            SourceStatus(
                "worker-2.log", "file", SourceState.LIVE, lines=90_110, unrecognised=900, lines_per_s=12.1,
                last_read_at=NOW - 0.2, last_line_at=NOW - 2,
            ),
            SourceStatus(
                "cron.log", "file", SourceState.QUIET, lines=812, unrecognised=10, last_read_at=NOW - 0.2,
                last_line_at=NOW - 340,
            ),
        ),
    )  # fmt: skip


def group(  # noqa: PLR0917 - one row of a table
    key: str,
    kind: Literal["error", "warning", "fallback", "config_warning"],
    stage: Stage | None,
    provider: str | None,
    code: str | None,
    text: str,
    count: int,
    age: float,
    playbook: Playbook | None,
) -> ErrorGroup:
    """Return a collapsed error last seen ``age`` seconds ago."""
    return ErrorGroup(
        key, kind, stage, provider, code, text, count, NOW - age - 600, NOW - age, "app.log", playbook
    )  # fmt: skip


def board() -> AlertBoard:
    """Return two alerts that fire, one of them somebody's, one muted, one pending and one that is over."""
    firing = AlertState.FIRING
    return AlertBoard(
        alerts=(
            Alert(
                "7f46b9",
                "config_warning",
                "critical",
                firing,
                "AZURE_SPEECH_KEY: ∅",
                (("field", "AZURE_SPEECH_KEY"),),
                "config",
                1,
                NOW - 900,
                NOW - 900,
                value=1,
                target=0,
                n=3,
                sent=2,
            ),
            Alert(
                "18c0de",
                "ttfb_p95",
                "critical",
                firing,
                "TTS: P95 1804 ms > 1000 ms, n 211",
                (("stage", "TTS"),),
                "ttfb",
                1,
                NOW - 740,
                NOW - 440,
                value=1804,
                target=1000,
                unit="ms",
                n=211,
                acked_by="ana",
                acked_at=NOW - 300,
                sent=1,
                dead=1,
            ),
            Alert(
                "a0a0a0",
                "fallback_rate",
                "warning",
                firing,
                "TTS: 21.8 %",
                (("stage", "TTS"),),
                "fallback",
                1,
                NOW - 400,
                NOW - 100,
                value=21.8,
                target=10,
                unit="%",
                n=87,
                muted_by="provider_down",
            ),
            Alert(
                "b1b1b1",
                "concurrent_calls",
                "critical",
                AlertState.PENDING,
                "54 > 50",
                (),
                "calls",
                1,
                NOW - 60,
                value=54,
                target=50,
                n=87,
            ),
            Alert(
                "c2c2c2",
                "gap",
                "warning",
                AlertState.RESOLVED,
                "app.log: 1",
                (("source", "app.log"),),
                "gap",
                1,
                NOW - 3000,
                NOW - 2700,
                NOW - 1800,
                value=1,
                sent=2,
            ),
        ),
        silences=(Silence("s8616", "rule=gap", NOW + 3600, "known", "ana", NOW - 600),),
        dead=1,
        waiting=2,
        watched_by="watch 4711",
        known=True,
    )


def on_fire() -> Snapshot:
    """Return a bad quarter of an hour: keys missing, an outage with fallback, slow speech, a broken source."""
    calm = typical()
    tts = figures(211, 720, 1_804, 2_930, LIMITS.ttfb_tts_ms)
    llm = figures(198, 612, 1_320, 1_808, LIMITS.ttfb_llm_ms)
    findings = (
        Finding("config", Status.CRITICAL, 2, 0, detail="AZURE_SPEECH_KEY", playbook=KEY_BOOK),
        Finding("ttfb", Status.CRITICAL, 1_804, 500, "TTS", "azure", 183, 300, playbook=SLOW_BOOK),
        Finding("fallback", Status.CRITICAL, 21.84, 10, "TTS", "azure", 87, 3600, playbook=SLOW_BOOK),
        Finding("calls", Status.CRITICAL, 54, 50),
        Finding("errors", Status.CRITICAL, 8.04, 5, n=87, window_s=3600),
        Finding("ttfb", Status.WARNING, 1_320, 1000, "LLM", "groq", 198, 300),
        Finding("source", Status.WARNING, detail="worker-2.log"),
    )
    missing = tuple(
        MissingKey(field, NOW - 900, NOW - 880, lines, "app.log", KEY_BOOK)
        for field, lines in (("AZURE_SPEECH_KEY", 3), ("GROQ_API_KEY", 3))
    )
    return replace(
        calm,
        version=8,
        alerts=board(),
        verdict=Verdict(Status.CRITICAL, NOW - 740, findings, "live", 2, 4, NOW - 0.4, 34, 1),
        config=ConfigHealth(
            Status.CRITICAL, missing, start_seen=True, started_at=NOW - 905, generations=3,
            resolved=("TWILIO_AUTH_TOKEN",), last_warning_at=NOW - 880,
        ),
        fallback=(
            calm.fallback[0],
            calm.fallback[1],
            StageFallback(
                "TTS", Status.CRITICAL, 19, 87, 21.84, on_fallback=True, failing="azure", to="google",
                last_at=NOW - 12, spike=True,
                per_minute=(0,) * 30 + (None,) * 6 + (0,) * 12 + (1, 0, 2, 3, 2, 1, 3, 2, 1, 2, 1, 1),
            ),
        ),
        ttfb=(
            calm.ttfb[0],
            _ttfb(StageTtfb("LLM", LIMITS.ttfb_llm_ms, llm, series=climbing(430, 1_320)), ("groq", llm)),
            _ttfb(
                StageTtfb("TTS", LIMITS.ttfb_tts_ms, tts, series=climbing(230, 1_804)),
                ("azure", figures(183, 790, 1_902, 3_010, LIMITS.ttfb_tts_ms)),
                ("google", figures(28, 301, 468, 690, LIMITS.ttfb_tts_ms)),
            ),
        ),
        turn=TurnFigure(figures=figures(88, 1_810, 3_420, 5_100, LIMITS.turn_ms), last_at=NOW - 4),
        calls=replace(
            calm.calls, status=Status.CRITICAL, active=54, lower_bound=True, peak=57, opened=143, lost=12, ghosts=3,
            short=9, short_recent=5, per_minute=tuple(8 + minute * 46 // 59 for minute in range(60)),
        ),
        errors=replace(
            calm.errors, status=Status.CRITICAL, count=7, calls=87, pct=8.04, pct_status=Status.CRITICAL, affected=7,
            rate=3.4, rate_status=Status.WARNING, per_minute=(0,) * 45 + (1, 0, 2, 3, 1, 4, 6, 2, 3, 5, 4, 3, 2, 3, 5),
            warnings=31,
        ),
        recent=(
            group("t", "error", "TTS", "azure", "timeout", "Synthesis timed out after 10 s", 41, 4, SLOW_BOOK),
            group("f", "fallback", "TTS", "azure", None, "Switching to Google TTS", 19, 12, SLOW_BOOK),
            group("q", "error", "LLM", "groq", "401", "Error: 401 Unauthorized: invalid api key", 12, 31, KEY_BOOK),
            *calm.recent[:1],
            group("k", "config_warning", None, None, None, "AZURE_SPEECH_KEY: ∅", 3, 880, KEY_BOOK),
            *calm.recent[1:],
        ),
        sources=(
            calm.sources[0],
            replace(
                calm.sources[1], state=SourceState.STALE, last_read_at=NOW - 95, lines_per_s=0.0, gaps=1,
                reason="no read worked for 95 s", remedy="check that the disk still answers",
            ),
            replace(calm.sources[2], state=SourceState.LIVE, lag_bytes=4_200_000, dropped=120, progress=0.42),
            SourceStatus(
                "/var/log/voice/edge.log", "file", SourceState.FAILED,
                reason="permission denied: /var/log/voice/edge.log belongs to root and only root may read it",
                remedy="add your user to the group adm, or start voxtop with sudo -g adm",
            ),
        ),
        notice="simulated: Azure TTS outage, third of six acts",
    )  # fmt: skip


def stale() -> Snapshot:
    """Return the calm morning seven minutes after its last line: nothing may be green any more."""
    calm = typical()
    return replace(
        calm,
        version=9,
        at=NOW,
        verdict=Verdict(Status.NO_DATA, NOW - 360, (), "stale", 0, 3, NOW - 420, None),
        sources=tuple(
            replace(
                source, state=SourceState.STALE, lines_per_s=0.0, last_read_at=NOW - 420, last_line_at=NOW - 420,
                reason="no read worked for 7 min", remedy="check that the file is still there",
            )
            for source in calm.sources
        ),
    )  # fmt: skip


def hostile() -> Snapshot:
    """Return the fire with every text from outside replaced by an attack."""
    fire = on_fire()
    named = replace(
        KEY_BOOK,
        title={"en": HOSTILE},
        cause={"en": HOSTILE},
        steps={"en": (HOSTILE, HOSTILE)},
        commands=(HOSTILE,),
        link=HOSTILE,
    )
    return replace(
        fire,
        verdict=replace(
            fire.verdict,
            findings=tuple(replace(f, detail=HOSTILE, provider=HOSTILE, playbook=named) for f in fire.verdict.findings),
        ),
        config=replace(
            fire.config,
            missing=tuple(replace(key, field=HOSTILE, source=HOSTILE, playbook=named) for key in fire.config.missing),
            resolved=(HOSTILE,),
        ),
        fallback=tuple(replace(stage, on_fallback=True, failing=HOSTILE, to=HOSTILE) for stage in fire.fallback),
        ttfb=tuple(
            replace(stage, providers=tuple((HOSTILE, figures) for _, figures in stage.providers)) for stage in fire.ttfb
        ),
        calls=replace(fire.calls, by_client=((HOSTILE, 3), ("[/]", 2))),
        recent=tuple(
            replace(one, provider=HOSTILE, code=HOSTILE, text=HOSTILE, source=HOSTILE, playbook=named)
            for one in fire.recent
        ),
        sources=tuple(replace(source, name=HOSTILE, reason=HOSTILE, remedy=HOSTILE) for source in fire.sources),
        notice=HOSTILE,
        alerts=replace(
            fire.alerts,
            alerts=tuple(
                replace(one, summary=HOSTILE, acked_by=one.acked_by and HOSTILE, muted_by=one.muted_by and HOSTILE)
                for one in fire.alerts.alerts
            ),
            silences=tuple(
                replace(one, match=HOSTILE, comment=HOSTILE, author=HOSTILE) for one in fire.alerts.silences
            ),
            watched_by=HOSTILE,
        ),
    )
