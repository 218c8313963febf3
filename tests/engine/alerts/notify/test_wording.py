"""What a message says: the guide's subject and fields, in both languages, harmless and short."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests import samples
from tests.engine.alerts.notify.told import MISSING_KEY, SLOW, hostile, wording
from tui.engine.alerts.notify._wording import SUBJECT_LENGTH
from tui.engine.impact import impact
from tui.engine.model import Notification, Occasion, ServiceOptions
from tui.engine.text import use_language

ENGLISH = """\
Alert: GROQ_API_KEY not set

Field: GROQ_API_KEY
Timestamp: 2026-01-29 03:00:00 CET (UTC+01:00)
Server: voice-prod-01
Log: app.log
Severity: critical

Impact: Nothing stands in for the language model: no call gets an answer

Action required:
1. Add the variable in Coolify
2. Deploy again
3. See the warning go

Evidence:
· config_warning ×3 since 02:59:58: [Config] GROQ_API_KEY is not set

Dashboard: https://coolify.example.com/logs
"""

SPANISH = """\
Alerta: falta GROQ_API_KEY

Field: GROQ_API_KEY
Timestamp: 2026-01-29 03:00:00 CET (UTC+01:00)
Server: voice-prod-01
Log: app.log
Severidad: crítica

Impacto: Nada sustituye al modelo de lenguaje: ninguna llamada recibe respuesta

Acción requerida:
1. Añade la variable en Coolify
2. Vuelve a desplegar
3. Comprueba que el aviso desaparece

Indicios:
· config_warning ×3 since 02:59:58: [Config] GROQ_API_KEY is not set

Dashboard: https://coolify.example.com/logs
"""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


def test_r78_the_message_has_the_guides_subject_and_fields_in_english() -> None:
    message = wording().message(MISSING_KEY)

    assert message.subject == "[PROD] ⚠️ API Key Missing - Voice Orchestrator"
    assert message.text() == ENGLISH


def test_r78_the_message_has_the_guides_subject_and_fields_in_spanish() -> None:
    use_language("es")
    message = wording().message(replace(MISSING_KEY, summary="falta GROQ_API_KEY"))

    assert message.subject == "[PROD] ⚠️ API Key Missing - Voice Orchestrator"
    assert message.text() == SPANISH


def test_r63_the_impact_is_that_of_the_field_and_without_one_the_playbooks_cause() -> None:
    azure = wording().message(replace(MISSING_KEY, labels=(("field", "AZURE_SPEECH_KEY"),)))
    nameless = wording().message(replace(MISSING_KEY, labels=()))

    assert azure.impact.lower() == impact("AZURE_SPEECH_KEY").lower()
    assert nameless.impact == "The process started without this key."


def test_environment_service_server_and_dashboard_are_the_users() -> None:
    service = ServiceOptions(name="Andrea", environment="STAGING", server="box-7", dashboard="https://grafana/d/1")
    message = wording(service).message(replace(MISSING_KEY, dashboard=""))

    assert message.subject == "[STAGING] ⚠️ API Key Missing - Andrea"
    assert ("Server", "box-7") in message.facts
    assert message.link == "https://grafana/d/1"


def test_r77_a_recovery_says_since_when_and_gives_nothing_to_do() -> None:
    message = wording().message(SLOW)

    assert message.subject == "[PROD] ✅ Over: Slow First Byte: TTS Azure - Voice Orchestrator"
    assert ("Since", "2026-01-29 02:45:00 CET (UTC+01:00)") in message.facts
    assert not message.actions
    assert "Messages held back that this one stands for: 4" in message.text()
    assert "· LLM P95 1204 ms" in message.text()


@pytest.mark.parametrize("occasion", ["fired", "worse", "repeat", "acknowledged", "resolved", "test"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_occasion_is_told_apart_in_subject_and_headline(occasion: Occasion, language: str) -> None:
    use_language(language)
    others = {"fired", "worse", "repeat", "acknowledged", "resolved", "test"} - {occasion}

    mine = wording().message(replace(SLOW, occasion=occasion))

    for other in others:
        theirs = wording().message(replace(SLOW, occasion=other))  # type: ignore[arg-type]
        assert mine.subject != theirs.subject
        assert mine.headline != theirs.headline


def test_a_rule_of_the_users_own_is_called_by_its_summary() -> None:
    message = wording().message(replace(SLOW, occasion="fired", rule="too_many_pigeons", summary="7 pigeons"))

    assert message.subject == "[PROD] ⚠️ 7 pigeons - Voice Orchestrator"


@pytest.mark.parametrize("rule", ["config_warning", "too_many_pigeons"])
def test_a_hostile_text_gives_one_harmless_line_as_subject(rule: str) -> None:
    message = wording(ServiceOptions(name=samples.HOSTILE, environment=samples.HOSTILE)).message(hostile(rule=rule))

    assert message.subject.replace("⚠️", "").isprintable()
    assert len(message.subject) <= SUBJECT_LENGTH
    assert message.text().replace("\n", "").isprintable()
    message.text().encode("utf-8")


def test_a_text_beyond_all_measure_is_cut() -> None:
    long = Notification(**{**_fields(MISSING_KEY), "summary": "x" * 99_999, "evidence": ("y" * 99_999,) * 99})
    message = wording().message(long)

    assert len(message.text()) < 20_000


def _fields(message: Notification) -> dict[str, object]:
    return {name: getattr(message, name) for name in Notification.__dataclass_fields__}


def test_fault_98_a_secret_in_any_text_is_masked() -> None:
    secret = "gsk_abcdefghijklmnopqrstuvwxyz0123456789"  # noqa: S105 - made up
    message = wording().message(
        replace(
            MISSING_KEY,
            summary=f"key {secret}",
            labels=(("field", secret),),
            sources=(f"https://user:{secret}@host/log",),
            evidence=(f"Authorization: Bearer {secret}",),
            also=(secret,),
        )
    )

    assert secret not in message.text() + message.subject
