"""``voxtop doctor SOURCE`` for each kind of source: what was tried, what failed, what to type."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.sources.cluster import Cluster
from tests.engine.sources.journal import NOBODY, Journald, require_journald
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


OPENED = "🔌 WS CONNECTION | Client: twilio, ID: c1"


def path_with(folder: Path) -> str:
    return f"{folder}:{os.environ['PATH']}"


def test_pods_are_examined_from_the_cluster_to_the_log_of_each(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "cluster")
    reached = {"FAKE_CLUSTER": str(cluster.folder), "PATH": path_with(cluster.bin_dir)}
    cluster.start("voice-a")
    cluster.write("voice-a", OPENED)
    code, told = told_by_doctor(tmp_path, "k8s:prod/app=voice", **reached)

    assert code == 0
    assert "failed" not in told
    for found in ("kubectl --namespace prod", "containers app=voice: voice-a", "log of voice-a", "call_opened 1"):
        assert found in told


@pytest.mark.parametrize(
    ("call", "complaint", "step", "remedy"),
    [
        ("get", "", "containers app=voice: no pod", "kubectl get pods --namespace prod --show-labels"),
        ("get", "Error from server (Forbidden): pods is forbidden\n", "containers app=voice", "get on pods/log"),
        ("get", "Unable to connect to the server: dial tcp: i/o timeout\n", "containers app=voice", "VPN"),
        ("logs", "Error from server (Forbidden): pods/log is forbidden\n", "log of voice-a", "get on pods/log"),
    ],
)
def test_pods_that_cannot_be_read_are_told_with_the_step_that_failed_and_what_to_type(
    tmp_path: Path, call: str, complaint: str, step: str, remedy: str
) -> None:
    cluster = Cluster(tmp_path / "cluster")
    reached = {"FAKE_CLUSTER": str(cluster.folder), "PATH": path_with(cluster.bin_dir)}
    if complaint:
        cluster.start("voice-a")
        cluster.write("voice-a", OPENED)
        cluster.fails(call, complaint)
    code, told = told_by_doctor(tmp_path, "k8s:prod/app=voice", **reached)

    assert code == 4
    assert f"failed       {step}" in told
    assert remedy in told.partition("->")[2]


def test_without_kubectl_it_is_told_what_to_install(tmp_path: Path) -> None:
    code, told = told_by_doctor(tmp_path, "k8s:prod/app=voice", PATH=str(tmp_path))

    assert code == 4
    assert "kubectl: no such command" in told
    assert "install it" in told.partition("->")[2]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journald]:
    require_journald()
    (tmp_path / "bin").mkdir()
    daemon = Journald(tmp_path / "bin")
    yield daemon
    daemon.close()


def test_a_journal_is_examined_to_its_end(tmp_path: Path, journal: Journald) -> None:
    journal.write(OPENED)
    code, told = told_by_doctor(tmp_path, "journald:voice", PATH=path_with(journal.bin_dir))

    assert code == 0
    assert "failed" not in told
    assert "call_opened 1" in told


def test_a_journal_without_the_unit_is_told_with_how_to_list_units(tmp_path: Path, journal: Journald) -> None:
    journal.write(OPENED)
    code, told = told_by_doctor(tmp_path, "journald:vioce", PATH=path_with(journal.bin_dir))

    assert code == 3
    assert "vioce" in told
    assert "journalctl" in told


def test_a_journal_that_may_not_be_read_is_told_with_the_group_to_join(tmp_path: Path, journal: Journald) -> None:
    journal.write(OPENED)
    journal.read_as(*NOBODY)
    code, told = told_by_doctor(tmp_path, "journald:voice", PATH=path_with(journal.bin_dir))

    assert code == 4
    assert "failed       " in told
    assert "systemd-journal" in told.partition("->")[2]


def test_a_machine_without_a_journal_is_told_to_start_the_daemon(tmp_path: Path, journal: Journald) -> None:
    journal.kill()
    for file in journal.files:
        file.unlink()
    code, told = told_by_doctor(tmp_path, "journald:voice", PATH=path_with(journal.bin_dir))

    assert code == 4
    assert "systemd-journald" in told.partition("->")[2]
