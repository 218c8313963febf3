"""``voxtop rules``: what it prints is what Prometheus, Alertmanager, Grafana and systemd accept."""

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from tests.terminal import ROOT, require
from tui.cli import root
from tui.engine.alerts.figures import FIGURES
from tui.engine.alerts.rule import shipped
from tui.engine.rules._expressions import CONDITIONS
from tui.engine.rules.prometheus import alert_name
from tui.engine.rules.rule_tests import RULES_FILE
from tui.engine.text import use_language

OTHER_LIMITS = """
[thresholds]
ttfb_tts_ms = { warn_at = 800, crit_at = 1200 }
ttfb_window_s = 120
fallback_pct = { warn_at = 1, crit_at = 2 }
rate_window_s = 1800
active_calls = { warn_at = 400, crit_at = 900 }
"""
GUIDES = {"ConfigWarningDetected", "HighFallbackRate", "HighTTFB"}


def printed(*words: str) -> str:
    done = CliRunner().invoke(root, ["rules", *words], standalone_mode=False)
    assert done.exception is None
    return done.output


def limited(folder: Path, text: str) -> tuple[str, str]:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return ("--config", str(path))


def ran(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    require(command[0])
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def written(folder: Path, *options: str) -> Path:
    """Write rules and tests side by side and return the tests."""
    (folder / RULES_FILE).write_text(printed("prometheus", *options), encoding="utf-8")
    tests = folder / "tests.yml"
    tests.write_text(printed("prometheus", "--tests", *options), encoding="utf-8")
    return tests


def alerts(text: str) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("limits", ["", OTHER_LIMITS], ids=["the guide's limits", "other limits"])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_fault_94_promtool_accepts_the_rules_and_proves_that_stale_frozen_and_dead_fire(
    tmp_path: Path, limits: str, lang: str
) -> None:
    tests = written(tmp_path, *limited(tmp_path, limits), "--lang", lang)

    checked = ran("promtool", "check", "rules", RULES_FILE, cwd=tmp_path)
    proved = ran("promtool", "test", "rules", tests.name, cwd=tmp_path)

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert proved.returncode == 0, proved.stdout + proved.stderr


@pytest.mark.parametrize(
    ("sound", "flawed"),
    [
        (
            "voxtop_config_missing == 1 or (config_warning_total > 0 unless",
            "increase(config_warning_total[5m]) > 0 or (vector(1) > 1 unless",
        ),
        ("sum by (job, instance, le) (rate(tts_ttfb_seconds_bucket{}[5m]))", "tts_ttfb_seconds_bucket"),
        ("100 * sum by (job, instance, provider_type)", "sum by (job, instance, provider_type)"),
        ("or absent(voxtop_build_info)", ""),
        ("voxtop_source_up == 0", "voxtop_source_up < 0"),
    ],
    ids=["r04 start-up warning", "r21 quantile without sum by le", "r08 share of calls", "dead", "stale"],
)
def test_the_flaws_of_the_guides_rules_would_be_found(tmp_path: Path, sound: str, flawed: str) -> None:
    tests = written(tmp_path)
    rules = tmp_path / RULES_FILE
    assert sound in rules.read_text(encoding="utf-8")
    rules.write_text(rules.read_text(encoding="utf-8").replace(sound, flawed), encoding="utf-8")

    assert ran("promtool", "test", "rules", tests.name, cwd=tmp_path).returncode != 0


def test_every_rule_in_force_has_its_alert_and_each_alert_says_what_to_do() -> None:
    found = alerts(printed("prometheus"))
    names = {rule["alert"] for rule in found}

    assert names >= GUIDES | {"MonitorDead", "MonitorFrozen", "SourceStale", "Watchdog", "HighFallbackRatePerSecond"}
    for rule in shipped().values():
        assert (alert_name(rule.name) in names) is (rule.enabled and rule.burn is None)
    for rule in found:
        assert rule["annotations"]["summary"]
        if rule["alert"] != "Watchdog":
            assert rule["annotations"]["command"].startswith("voxtop 'prom:")


def test_every_figure_of_an_alert_rule_has_its_expression() -> None:
    assert CONDITIONS.keys() == FIGURES.keys()


def test_the_limits_in_force_are_in_the_rules(tmp_path: Path) -> None:
    found = alerts(printed("prometheus", *limited(tmp_path, OTHER_LIMITS)))

    def conditions(alert: str) -> str:
        return " ".join(rule["expr"] for rule in found if rule["alert"] == alert)

    assert ">= 400" in conditions("ConcurrentCalls")
    assert "> 900" in conditions("ConcurrentCalls")
    assert ">= 800" in conditions("HighTTFB")
    assert "[30m]" in conditions("HighFallbackRate")


def test_the_users_own_changes_of_rules_are_in_force(tmp_path: Path) -> None:
    text = '[alerts.rules.gap]\nenabled = false\n[alerts.rules.turn_latency]\nfor = "90s"\nwarn = 777\ncrit = 888\n'
    found = alerts(printed("prometheus", *limited(tmp_path, text)))

    turn = [rule for rule in found if rule["alert"] == "TurnLatency"]
    assert [rule["for"] for rule in turn] == ["90s", "90s"]
    assert [limit in rule["expr"] for limit, rule in zip((">= 777", "> 888"), turn, strict=True)] == [True, True]
    assert "Gap" not in {rule["alert"] for rule in found}


def test_r10_only_what_is_immediate_fires_at_once() -> None:
    found = alerts(printed("prometheus"))

    at_once = {rule["alert"] for rule in found if "for" not in rule}
    assert at_once == {"ConfigWarningDetected", "AllProvidersFailed", "CrashLoop", "Watchdog"}


def test_amtool_accepts_the_example_and_routes_the_watchdog_apart(tmp_path: Path) -> None:
    path = tmp_path / "alertmanager.yml"
    path.write_text(printed("alertmanager"), encoding="utf-8")

    def receiver(*labels: str) -> str:
        return ran("amtool", "config", "routes", "test", f"--config.file={path}", *labels, cwd=tmp_path).stdout.strip()

    checked = ran("amtool", "check-config", str(path), cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert receiver("alertname=Watchdog", "severity=none") == "dead-man"
    assert receiver("alertname=HighTTFB", "severity=critical") == "on-call"
    assert receiver("alertname=HighTTFB", "severity=warning") == "on-call"


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "voxtop.service"
    text = printed("systemd", "/var/log/app.log", "full=/var/log/my 100% app.log")
    assert 'watch --listen 127.0.0.1:9464 /var/log/app.log "full=/var/log/my 100%% app.log"' in text
    unit.write_text(text.replace("ExecStart=/usr/local/bin/voxtop", "ExecStart=/bin/true"), encoding="utf-8")

    done = ran("systemd-analyze", "verify", str(unit), cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_names_files_in_full_and_other_sources_as_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    text = printed("systemd", "app.log", "web=logs/*.log", "docker:voice-*", "ssh://host/app.log")

    words = f"{tmp_path}/app.log web={tmp_path}/logs/*.log docker:voice-* ssh://host/app.log"
    assert f"watch --listen 127.0.0.1:9464 {words}\n" in text


@pytest.fixture(params=["en", "es"])
def dashboard(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed("grafana", "--lang", request.param))
    use_language("en")
    return found


def test_the_dashboard_has_what_grafana_requires(dashboard: dict[str, Any]) -> None:
    assert dashboard["schemaVersion"] >= 39
    assert {"uid", "title", "tags", "time", "templating", "annotations", "panels", "refresh"} <= dashboard.keys()
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["title"]
        if panel["type"] == "row":
            continue
        assert panel["type"] in {"stat", "timeseries", "heatmap", "gauge", "table"}
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert panel["fieldConfig"].keys() == {"defaults", "overrides"}
        letters = [target["refId"] for target in panel["targets"]]
        assert letters
        assert len(set(letters)) == len(letters)
        assert all(target["expr"] and target["datasource"] for target in panel["targets"])


def test_no_two_panels_of_the_dashboard_overlap(dashboard: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = set(
            itertools.product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"]))
        )
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells


def test_promtool_accepts_the_configuration_of_the_documentation_with_the_printed_rules(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text(page.split("```yaml\n", 1)[1].split("```", 1)[0], encoding="utf-8")
    (tmp_path / "voxtop.rules.yml").write_text(printed("prometheus"), encoding="utf-8")

    done = ran("promtool", "check", "config", "prometheus.yml", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "rules found" in done.stdout


def test_prometheus_understands_every_expression_of_the_dashboard(tmp_path: Path, dashboard: dict[str, Any]) -> None:
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    filled = [
        each.replace("$__rate_interval", "1m").replace("$job", ".*").replace("$instance", ".*") for each in expressions
    ]
    rules = [{"record": f"dashboard:{number}", "expr": expr} for number, expr in enumerate(filled)]
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "all", "rules": rules}]}), encoding="utf-8")

    done = ran("promtool", "check", "rules", "rules.yml", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "$" not in "".join(filled)


def test_the_dashboard_draws_the_guides_five_panels_with_their_goals(dashboard: dict[str, Any]) -> None:
    def of(kind: str, metric: str) -> list[dict[str, Any]]:
        return [
            panel
            for panel in dashboard["panels"]
            if panel["type"] == kind and any(metric in target["expr"] for target in panel["targets"])
        ]

    def goals(panels: list[dict[str, Any]]) -> set[float]:
        return {panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"] for panel in panels}

    assert of("stat", "voxtop_config_missing")
    assert of("stat", "voxtop_config_warning_timestamp_seconds")
    assert of("timeseries", "fallback_activated_total")
    assert of("heatmap", "tts_ttfb_seconds_bucket")
    assert goals(of("timeseries", "voxtop_ttfb_seconds_bucket")) == {0.5, 0.2, 1.0}
    assert goals(of("gauge", "voxtop_active_calls")) == {20}
    assert goals(of("stat", "voxtop_errors_total")) == {1}
    assert [panel["type"] for panel in dashboard["panels"]][-2:] == ["row", "table"]
