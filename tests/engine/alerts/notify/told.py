"""Notifications to send in tests, and a wording that needs no catalogue."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from tests import samples
from tui.engine.alerts.notify import Channel, DeliveryError, Wording
from tui.engine.model import Notification, Playbook, ServiceOptions

AT = 1_769_652_000.0
"""2026-01-29 03:00:00 in Madrid."""

MISSING_KEY = Notification(
    key="config_warning/GROQ_API_KEY/1/fired",
    alert_key="config_warning/GROQ_API_KEY/1",
    occasion="fired",
    rule="config_warning",
    severity="critical",
    summary="GROQ_API_KEY not set",
    at=AT,
    since=AT,
    labels=(("field", "GROQ_API_KEY"),),
    sources=("app.log",),
    host="voice-prod-01",
    playbook="config.missing_key",
    evidence=("config_warning ×3 since 02:59:58: [Config] GROQ_API_KEY is not set",),
    dashboard="https://coolify.example.com/logs",
    episode=1,
)

SLOW = Notification(
    key="ttfb_p95/TTS/2/resolved",
    alert_key="ttfb_p95/TTS/2",
    occasion="resolved",
    rule="ttfb_p95",
    severity="warning",
    summary="TTS P95 612 ms (limit 500 ms, n 183)",
    at=AT,
    since=AT - 900,
    labels=(("provider", "Azure"), ("stage", "TTS")),
    value=612.0,
    target=500.0,
    unit="ms",
    n=183,
    window_s=300.0,
    suppressed=4,
    also=("LLM P95 1204 ms (limit 1000 ms, n 177)",),
    episode=2,
)

BOOK = Playbook(
    id="config.missing_key",
    severity="critical",
    title={"en": "A provider key is missing", "es": "Falta la clave de un proveedor"},
    cause={"en": "The process started without this key.", "es": "El proceso arrancó sin esta clave."},
    steps={
        "en": ("Add the variable in Coolify", "Deploy again", "See the warning go"),
        "es": ("Añade la variable en Coolify", "Vuelve a desplegar", "Comprueba que el aviso desaparece"),
    },
)


def wording(service: ServiceOptions | None = None) -> Wording:
    return Wording(service or ServiceOptions(), {BOOK.id: BOOK}.get, ZoneInfo("Europe/Madrid"))


def hostile(**changes: object) -> Notification:
    """Return a notification whose every text is an attack."""
    bad = samples.HOSTILE
    texts = {"summary": bad, "labels": (("field", bad),), "sources": (bad,), "host": bad, "evidence": (bad,)}
    return replace(MISSING_KEY, **{**texts, "also": (bad,), "dashboard": bad, **changes})  # type: ignore[arg-type]


async def until_taken(channel: Channel, message: Notification) -> None:
    """Send as an outbox does: again after each failure that is not for good."""
    for _ in range(5):
        try:
            return await channel.send(message)
        except DeliveryError as error:
            if error.permanent:
                raise
    raise AssertionError(message.key)
