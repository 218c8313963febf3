"""``voxtop doctor SOURCE`` for each kind of source: what was tried, what failed, what to type."""

import subprocess
from pathlib import Path

import pytest

from tests.terminal import ROOT, VOXTOP, environment


def told_by_doctor(home: Path, source: str, **variables: str) -> tuple[int, str]:
    command = (*VOXTOP, "doctor", source)
    done = subprocess.run(
        command, cwd=ROOT, env=environment(home, **variables), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_file_that_can_be_read_needs_no_advice_about_access(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("INFO 🔌 WS CONNECTION | Client: twilio, ID: c1\n", encoding="utf-8")
    code, told = told_by_doctor(tmp_path, str(log))

    assert code == 0
    assert "failed" not in told
    assert "100.0 %" in told


@pytest.mark.parametrize(
    ("source", "step", "remedy"),
    [
        ("/nowhere/app.log", "/nowhere/app.log", "spelling"),
        ("exec:/nowhere/tool --follow", "run /nowhere/tool", "install it"),
        ("exec:false", "exit code 1", "by hand"),
        ("docker:app", "Docker engine", "DOCKER_HOST"),
        ("ssh+docker://127.0.0.1:1/app", "127.0.0.1:1", "systemctl status ssh"),
        ("ssh+journald://127.0.0.1:1/app", "127.0.0.1:1", "systemctl status ssh"),
        ("coolify:https://127.0.0.1:1/app", "COOLIFY_TOKEN", "Keys & Tokens"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_step_that_failed_and_what_to_type(
    tmp_path: Path, source: str, step: str, remedy: str
) -> None:
    code, told = told_by_doctor(tmp_path, source, DOCKER_HOST=f"unix://{tmp_path}/none.sock")

    assert code == 4
    assert step in told
    assert remedy in told.partition("->")[2]


def test_the_steps_are_in_the_json_too(tmp_path: Path) -> None:
    command = (*VOXTOP, "doctor", "--format", "json", "exec:false")
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False)

    assert '"tried": [' in done.stdout
    assert '"ok": false' in done.stdout
