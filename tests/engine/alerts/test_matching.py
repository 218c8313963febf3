import pytest

from tui.engine.alerts.matching import matches
from tui.engine.errors import UsageError
from tui.engine.model import Alert, AlertState

ALERT = Alert(
    "7f46b9",
    "ttfb_p95",
    "critical",
    AlertState.FIRING,
    labels=(("source", "web-1,eu"), ("stage", "TTS")),
    provider="Azure",
    host="voice-prod-01",
)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("ttfb_p95", True),
        ("ttfb", False),
        ("rule=ttfb_p95,stage=TTS", True),
        ("rule=ttfb_p95, stage = LLM", False),
        ("stage!=LLM", True),
        ("stage!~T.*", False),
        ("rule=~ttfb.*", True),
        ("rule=~ttf", False),
        ('source="web-1,eu"', True),
        ("provider=Azure,severity=critical,id=7f46b9,host=voice-prod-01", True),
        ("nothing=x", False),
        ("nothing!=x", True),
    ],
    ids=str,
)
def test_a_match_is_about_labels_rule_severity_id_provider_and_host(match: str, *, expected: bool) -> None:
    assert matches(match, ALERT) is expected


@pytest.mark.parametrize("match", ["", " ", "field=", "stage=~(", "=x", "rule=a,,stage=b", "x" * 501], ids=str)
def test_a_match_that_makes_no_sense_is_refused_with_an_example(match: str) -> None:
    with pytest.raises(UsageError):
        matches(match, ALERT)


def test_fault_99_a_pattern_that_would_keep_others_busy_for_hours_is_answered_at_once() -> None:
    evil = Alert("1", "gap", "warning", labels=(("source", "a" * 5000 + "!"),))

    assert matches(r"source=~(\w+\s?)+$", evil) is False  # a backtracking engine never comes back


def test_fault_99_what_only_a_backtracking_engine_can_do_is_refused() -> None:
    with pytest.raises(UsageError, match="pattern"):
        matches(r"source=~(a)\1", ALERT)
