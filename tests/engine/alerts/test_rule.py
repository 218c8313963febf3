from pathlib import Path

import pytest

from tests.engine.alerts import figures
from tests.engine.alerts.figures import NOW
from tui.engine.alerts.machine import Machine
from tui.engine.alerts.rule import read_rule_files, read_rules, shipped
from tui.engine.errors import ConfigError
from tui.engine.model import Limits


def place(key: str) -> str:
    return f"config.toml [{key}]"


def refusal(table: dict[str, object], name: str = "ttfb_p95") -> str:
    with pytest.raises(ConfigError) as caught:
        read_rules({name: table}, place)
    return str(caught.value)


def test_r10_only_three_shipped_alerts_and_the_optional_ones_are_immediate() -> None:
    immediate = {name for name, rule in shipped().items() if not rule.for_s and rule.enabled}

    assert immediate == {"config_warning", "all_providers_failed", "crash_loop"}


def test_a_users_table_changes_single_keys_of_a_shipped_rule() -> None:
    rules = read_rules({"ttfb_p95": {"for": "90s", "crit": 3000, "warn": 2000}}, place)

    assert rules["ttfb_p95"].for_s == 90
    assert rules["ttfb_p95"].limits == Limits(2000, 3000)
    assert rules["ttfb_p95"].playbook == shipped()["ttfb_p95"].playbook


def test_a_users_own_rule_has_its_own_labels_and_looks_only_where_it_is_told() -> None:
    table = {"figure": "ttfb", "match": {"stage": "TTS"}, "labels": {"team": "voice"}, "for": "0s", "warn": 300}
    machine = Machine(read_rules({"tts_for_sales": table}, place, {}))

    machine.step(figures.slow(400, "TTS"), NOW)
    machine.step(figures.slow(400, "LLM"), NOW + 1)

    (track,) = machine.tracks.values()
    assert track.alert.labels == (("stage", "TTS"), ("team", "voice"))
    assert (track.alert.value, track.alert.target, track.alert.unit) == (100, 300, "ms")


def test_rules_are_read_from_files_of_the_users_folder(tmp_path: Path) -> None:
    (tmp_path / "llm_slow.toml").write_text('figure = "ttfb"\nmatch = { stage = "LLM" }\n', encoding="utf-8")

    assert read_rule_files(tmp_path)["llm_slow"].match == (("stage", "LLM"),)


def test_a_broken_rule_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("figure = \n", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"bad\.toml: .*line 1"):
        read_rule_files(tmp_path)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"fro": "5m"}, ["config.toml [ttfb_p95.fro]", "unknown key 'fro'", "did you mean 'for'"]),
        ({"for": "soon"}, ["ttfb_p95.for", "'soon'", "30m"]),
        ({"for": 300}, ["ttfb_p95.for", "300", "a text in quotes"]),
        ({"severity": "info"}, ["severity", "'info'", "warning, critical"]),
        ({"warn": 5, "crit": 1}, ["warns at 5", "above 1"]),
        ({"min_n": True}, ["min_n", "a whole number"]),
        ({"window": "10m"}, ["window", "thresholds", "errors_per_minute"]),
        ({"inhibits": ["nothing"]}, ["inhibits", "'nothing'", "ttfb_p95"]),
        ({"burn": {"objective": 99}}, ["burn", "factor"]),
        ({"burn": {"objective": 99, "factor": 6, "long": "6h"}}, ["burn", "1h"]),
        ({"burn": {"objective": 99, "factor": 6, "lnog": "6h"}}, ["burn.lnog", "did you mean 'long'"]),
    ],
    ids=str,
)
def test_a_wrong_setting_is_refused_with_its_place_and_its_remedy(table: dict[str, object], words: list[str]) -> None:
    said = refusal(table)

    assert [word for word in words if word not in said] == []


def test_a_rule_of_an_unknown_figure_or_of_none_is_refused() -> None:
    assert "'latency'" in refusal({"figure": "latency"}, "mine")
    assert "known figures: config, all_failed" in refusal({"for": "1m"}, "mine")


def test_a_burn_rule_over_a_figure_without_a_series_is_refused() -> None:
    assert "'calls' has no series" in refusal({"figure": "calls", "burn": {"objective": 99, "factor": 6}}, "mine")


def test_a_rule_may_choose_the_window_of_errors_per_minute_and_of_spikes() -> None:
    rules = read_rules({"errors_per_minute": {"window": "10m"}, "fallback_spike": {"window": "10m"}}, place)
    snapshot = figures.spiking(60)
    machine = Machine({name: rules[name] for name in ("errors_per_minute", "fallback_spike")})

    machine.step(snapshot, NOW)

    (track,) = machine.tracks.values()
    assert (track.alert.rule, track.alert.value, track.alert.window_s) == ("fallback_spike", 60, 600)
