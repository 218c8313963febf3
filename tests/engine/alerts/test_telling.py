"""What a message gives as evidence: what changed about its own figure, masked and safe."""

from dataclasses import replace

from tests import samples
from tests.engine.test_blame_sentence import SLOW
from tests.samples import HOSTILE, NOW
from tui.engine.alerts.telling import EVIDENCE_LENGTH, evidence
from tui.engine.blame_sentence import blame_sentence
from tui.engine.model import Alert, AlertState

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
