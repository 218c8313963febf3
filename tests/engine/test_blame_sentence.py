"""The sentence in both languages: what, since when, where, after what; safe whatever a log calls its hosts."""

from dataclasses import replace

import pytest

from tests.samples import HOSTILE, NOW
from tui.engine.blame_sentence import blame_sentence
from tui.engine.model import Blame, Precursor, Side
from tui.engine.text import use_language

SLOW = Blame(
    kpi="ttfb",
    stage="TTS",
    limit=500,
    at=NOW,
    since=NOW - 1800,
    until=NOW + 60,
    before=Side(900, 4, 430.0),
    after=Side(120, 70, 1070.0),
    shift="level",
    culprit=(("provider", "Azure"), ("host", "voice-prod-02")),
    share=88.4,
    preceded=(Precursor("fallback", NOW - 40, "STT", "app.log", "Switching to Google STT"),),
)


pytestmark = pytest.mark.usefixtures("utc_and_english")


def test_a_latency_says_by_how_much_since_when_where_and_after_what() -> None:
    assert blame_sentence(SLOW) == (
        "TTS P95 +640 ms since 14:02: 88 % Azure on voice-prod-02; began 40 s after the STT fallback opened"
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "traffic moved to voice-2 for twilio (0 %"), ("es", "el tráfico pasó a voice-2 de twilio (0 %")],
)
def test_traffic_moved_to_a_host_and_not_to_on_a_host(language: str, said: str) -> None:
    use_language(language)
    moved = replace(SLOW, shift="traffic", culprit=(("host", "voice-2"), ("client", "twilio")))

    assert said in blame_sentence(moved)


def test_the_same_in_spanish() -> None:
    use_language("es")

    assert blame_sentence(SLOW) == (
        "TTS P95 +640 ms desde las 14:02: 88 % Azure en voice-prod-02; "
        "empezó 40 s después de abrirse el respaldo de STT"
    )


def test_failures_say_how_often_per_minute_before_and_after() -> None:
    errors = replace(
        SLOW,
        kpi="errors",
        stage=None,
        before=Side(4000, 6),
        after=Side(40, 12),
        preceded=(),
        culprit=(("stage", "LLM"),),
    )

    assert blame_sentence(errors) == "errors 0.2 → 12.0/min since 14:02: 88 % LLM"


def test_traffic_that_moved_is_told_as_traffic() -> None:
    moved = replace(SLOW, shift="traffic", culprit=(("provider", "Google"),), traffic=(3.4, 91.0), preceded=())

    assert blame_sentence(moved) == "TTS P95 +640 ms since 14:02: traffic moved to Google (3 % → 91 %)"


def test_where_all_traffic_goes_is_told_as_that() -> None:
    only = replace(SLOW, shift="only", culprit=(("provider", "Azure"),), traffic=(100.0, 100.0), preceded=())

    assert blame_sentence(only) == "TTS P95 +640 ms since 14:02: Azure, which has 100 % of the traffic"


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_cause_is_ever_claimed(language: str) -> None:
    use_language(language)
    for kind in ("fallback", "recovery", "start", "config", "errors", "gap"):
        said = blame_sentence(replace(SLOW, preceded=(Precursor(kind, NOW - 90, "STT", "app"),)))  # type: ignore[arg-type]
        assert "1 min 30 s" in said
        assert not any(word in said for word in ("because", "due to", "caus", "porque", "debido", "por culpa"))


def test_names_from_outside_are_made_safe() -> None:
    said = blame_sentence(
        replace(SLOW, culprit=(("host", HOSTILE),), preceded=(Precursor("gap", NOW - 5, None, HOSTILE, HOSTILE),))
    )

    assert said.isprintable()
    assert "\x1b" not in said
    assert "\u202e" not in said
