"""Secrets in the texts of recent errors."""

from tests.engine.metrics.log_events import LIVE, NOW, error
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Thresholds
from tui.engine.redact import redact

KEY = "gsk_" + "Ab3" * 16


def test_r80_a_key_in_an_error_is_masked_in_every_text_that_is_shown() -> None:
    store = MetricsStore(Thresholds(), clean=redact)
    store.apply([error(text=f"Error: 401 for key {KEY}")], NOW)

    (row,) = store.snapshot(NOW, LIVE).recent

    assert KEY not in row.text
    assert row.text.startswith("Error: 401 for key gsk_")
