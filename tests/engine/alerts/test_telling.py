"""What a message gives as evidence: what changed about its own figure, masked and safe."""

import re
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from tests import samples
from tests.engine.test_blame_sentence import SLOW
from tests.samples import HOSTILE, NOW
from tui.engine.alerts.figures import FIGURES
from tui.engine.alerts.machine import Track
from tui.engine.alerts.telling import EVIDENCE_LENGTH, Teller, evidence
from tui.engine.blame_sentence import blame_sentence
from tui.engine.model import Alert, AlertState
from tui.engine.text import catalogue

FIRING = Alert(
    "18c0de", "ttfb_p95", "critical", AlertState.FIRING, "TTS", (("stage", "TTS"),), "ttfb", 1, NOW - 740, NOW - 440
)


def test_what_changed_comes_first() -> None:
    snapshot = replace(samples.on_fire(), blame=(SLOW,))

    assert evidence(FIRING, snapshot)[0] == blame_sentence(SLOW)


def test_a_change_of_another_figure_or_stage_is_none_of_its_business() -> None:
    others = (replace(SLOW, stage="STT"), replace(SLOW, kpi="turn", stage=None))

    assert evidence(FIRING, replace(samples.on_fire(), blame=others)) == evidence(FIRING, samples.on_fire())


def test_names_in_it_are_masked_and_safe() -> None:
    secret = "gsk_" + "a1B2" * 12
    named = replace(SLOW, culprit=(("host", secret), ("client", HOSTILE)))
    (said, *_) = evidence(FIRING, replace(samples.on_fire(), blame=(named,)))

    assert secret not in said
    assert said.isprintable()
    assert len(said) <= EVIDENCE_LENGTH


def test_its_times_are_those_of_the_zone_of_the_message() -> None:
    snapshot = replace(samples.on_fire(), blame=(SLOW,))
    zones = [timezone(timedelta(hours=hours)) for hours in (3, 4)]
    first, later = (evidence(FIRING, snapshot, zone) for zone in zones)

    assert len(first) > 1
    for one, other in zip(first, later, strict=True):
        times = [re.findall(r"\b(\d\d):(\d\d)", line) for line in (one, other)]
        assert times[0]
        assert [(f"{(int(hour) + 1) % 24:02}", minute) for hour, minute in times[0]] == times[1]
    assert Teller(zone=zones[1]).message(Track(FIRING), "fired", snapshot, NOW).evidence == later


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_figure_has_a_sentence_of_its_own(language: str) -> None:
    assert [name for name in FIGURES if f"alert_text.{name}" not in catalogue(language)] == []
