"""What a new configuration changes."""

from dataclasses import replace

from tui.config import Settings
from tui.config_reload import changed_keys
from tui.engine.model import Limits, Thresholds


def test_changed_keys_are_named_within_their_tables() -> None:
    before = Settings(insecure_host_key={"old": "i-understand", "kept": "i-understand"})
    after = replace(
        before,
        theme="light",
        thresholds=Thresholds(min_calls=5, active_calls=Limits(1, 2)),
        insecure_host_key={"kept": "i-understand", "new": "i-understand"},
    )

    assert set(changed_keys(before, after)) == {
        *("theme", "thresholds.min_calls", "thresholds.active_calls"),
        *("insecure_host_key.old", "insecure_host_key.new"),
    }
    assert changed_keys(after, after) == ()
