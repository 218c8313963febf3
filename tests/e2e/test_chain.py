"""From the orchestrator's log to somebody's telephone, every part a real one."""

import dataclasses
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.services import Alertmanager, Prometheus, Sink, ended, eventually, free_port
from tests.terminal import VOXTOP, Tmux, environment
from tui.engine.alerts.rule import shipped
from tui.engine.model import Thresholds
from tui.engine.rules.alertmanager import SINK, alertmanager_file
from tui.engine.rules.prometheus import rules_file


def alerts_of(sink: Sink, path: str) -> list[dict[str, Any]]:
    return [alert for address, post in list(sink.posts) if address == path for alert in post["alerts"]]


def firing(sink: Sink, path: str, name: str) -> dict[str, Any] | None:
    found = (alert for alert in alerts_of(sink, path) if alert["labels"]["alertname"] == name)
    return next((alert for alert in found if alert["status"] == "firing"), None)


def configured(folder: Path, sink: Sink) -> tuple[Path, Path]:
    """Write what ``voxtop rules`` prints, with a sink's address and no five minutes to wait."""
    rules, alertmanager = folder / "voxtop.rules.yml", folder / "alertmanager.yml"
    hurried = {name: dataclasses.replace(rule, for_s=min(rule.for_s, 1)) for name, rule in shipped().items()}
    rules.write_text(rules_file(hurried, Thresholds(), None), encoding="utf-8")
    example = alertmanager_file(shipped())
    assert SINK in example
    alertmanager.write_text(example.replace(SINK, f"http://127.0.0.1:{sink.port}"), encoding="utf-8")
    return rules, alertmanager


def test_a_missing_key_in_a_log_reaches_the_webhook_and_so_does_a_log_that_is_gone(tmp_path: Path) -> None:
    port, logs, home = free_port(), tmp_path / "logs", environment(tmp_path)
    logs.mkdir()
    log = logs / "app.log"
    log.touch()
    demo = [*VOXTOP, "demo", "--scenario", "missing-key", "--speed", "5", "--headless", "90", "--out", str(log)]
    with Sink() as sink:
        rules, config = configured(tmp_path, sink)
        with (
            Tmux([*VOXTOP, "--listen", str(port), str(log)], env=home, cwd=tmp_path) as monitor,
            Alertmanager(tmp_path, config) as alertmanager,
            Prometheus(tmp_path, {"voxtop": [port]}, rules=[rules], alertmanager=alertmanager.port),
        ):
            orchestrator = subprocess.Popen(demo, env=home, stderr=subprocess.DEVNULL)
            try:
                missing = eventually(lambda: firing(sink, "/alerts", "ConfigWarningDetected"), "missing key told")
                watchdog = eventually(lambda: firing(sink, "/watchdog", "Watchdog"), "watchdog")
            finally:
                ended(orchestrator)
            shutil.rmtree(logs)
            stale = eventually(lambda: firing(sink, "/alerts", "SourceStale"), "log that is gone told")
            monitor.send("q")
            assert monitor.wait() == 0

    assert missing["labels"] | {"field_name": "", "instance": ""} == {
        "alertname": "ConfigWarningDetected",
        "severity": "critical",
        "job": "voxtop",
        "field_name": "",
        "instance": "",
    }
    assert missing["labels"]["field_name"].endswith("_KEY")
    assert f'instance="127.0.0.1:{port}"' in missing["annotations"]["command"]
    assert missing["labels"]["field_name"] in missing["annotations"]["summary"]
    assert stale["labels"]["source"].endswith("app.log")
    assert watchdog["labels"]["severity"] == "none"
