"""What a missing key means for callers depends on the key."""

from collections.abc import Iterator

import pytest

from tests.engine.metrics.log_events import applied, missing
from tui.engine.impact import impact
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Status, Thresholds
from tui.engine.text import LANGUAGES, t, use_language

FIELDS = {
    "AZURE_SPEECH_KEY": "speech",
    "DEEPGRAM_API_KEY": "speech",
    "GROQ_API_KEY": "model",
    "OPENAI_API_KEY": "model",
    "TELNYX_API_KEY": "carrier",
    "TWILIO_AUTH_TOKEN": "carrier",
    "REDIS_URL": "other",
}


@pytest.fixture(autouse=True, params=LANGUAGES)
def _language(request: pytest.FixtureRequest) -> Iterator[None]:
    use_language(request.param)
    yield
    use_language("en")


@pytest.mark.parametrize(("field", "kind"), FIELDS.items())
def test_r63_r78_the_impact_of_a_missing_key_depends_on_the_field(field: str, kind: str) -> None:
    assert impact(field) == t(f"impact.{kind}")


def test_r63_a_key_with_a_backup_and_one_without_are_both_critical_and_read_differently() -> None:
    for field in ("AZURE_SPEECH_KEY", "GROQ_API_KEY"):
        assert applied(MetricsStore(Thresholds()), missing(field)).config.status is Status.CRITICAL

    assert len({impact(field) for field in FIELDS}) == len(set(FIELDS.values()))
