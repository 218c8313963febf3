"""From the orchestrator's log to somebody's telephone, every part a real one."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.services import Alertmanager, Prometheus, Sink, ended, eventually, free_port, started
from tests.terminal import VOXTOP, environment
from tui.engine.rules.alertmanager import SINK


def alerts_of(sink: Sink, path: str) -> list[dict[str, Any]]:
    return [alert for address, post in list(sink.posts) if address == path for alert in post["alerts"]]


def firing(sink: Sink, path: str, name: str) -> dict[str, Any] | None:
    found = (alert for alert in alerts_of(sink, path) if alert["labels"]["alertname"] == name)
    return next((alert for alert in found if alert["status"] == "firing"), None)


CONFIG = """
[alerts.rules.source_stale]
for = "1s"
"""


def printed(*words: str, home: Path) -> str:
    done = subprocess.run([*VOXTOP, "rules", *words], env=environment(home), capture_output=True, text=True, check=True)
    return done.stdout


def configured(folder: Path, sink: Sink) -> tuple[Path, Path]:
    """Write what ``voxtop rules`` prints, with a sink's address."""
    config = folder / ".config" / "voxtop" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG, encoding="utf-8")
    rules, alertmanager = folder / "voxtop.rules.yml", folder / "alertmanager.yml"
    rules.write_text(printed("prometheus", home=folder), encoding="utf-8")
    example = printed("alertmanager", home=folder)
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
            Alertmanager(tmp_path, config) as alertmanager,
            Prometheus(tmp_path, {"voxtop": [port]}, rules=[rules], alertmanager=alertmanager.port),
        ):
            watch = started(*VOXTOP, "watch", "--listen", str(port), str(log), log=tmp_path / "watch.log", env=home)
            orchestrator = started(*demo, log=tmp_path / "demo.log", env=home)
            try:
                missing = eventually(lambda: firing(sink, "/alerts", "ConfigWarningDetected"), "missing key told")
                watchdog = eventually(lambda: firing(sink, "/watchdog", "Watchdog"), "watchdog")
                ended(orchestrator)
                shutil.rmtree(logs)
                stale = eventually(lambda: firing(sink, "/alerts", "SourceStale"), "log that is gone told")
            finally:
                ended(orchestrator)
                ended(watch)
            assert watch.returncode == 0

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
