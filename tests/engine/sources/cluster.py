"""A cluster behind a kubectl of the tests' own: the same calls, the same answers, the same complaints.

The command is a program in front of PATH; the cluster is a folder that both sides look at.
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

_KUBECTL = r"""
import json, os, sys, time

words = sys.argv[1:]
root = os.environ["FAKE_CLUSTER"]
with open(f"{root}/calls", "a") as calls:
    calls.write(json.dumps(words) + "\n")


def option(name):
    return words[words.index(name) + 1] if name in words else ""


def fail(text):
    sys.stderr.write(text)
    sys.exit(1)


while os.path.exists(f"{root}/{words[0]}.hangs"):
    time.sleep(0.01)
complaint = f"{root}/{words[0]}.fails"
if os.path.exists(complaint):
    fail(open(complaint).read())
pods = [json.loads(line) for line in open(f"{root}/pods")]
if words[:2] == ["get", "pods"]:
    wanted = dict(pair.split("=") for pair in option("--selector").split(",") if pair)
    only = option("--field-selector").removeprefix("metadata.name=")
    found = [pod for pod in pods if pod["metadata"]["namespace"] == option("--namespace")
             and pod["metadata"]["name"].startswith(only)
             and wanted.items() <= pod["metadata"]["labels"].items()]
    print(json.dumps({"apiVersion": "v1", "kind": "List", "items": found}))
    sys.exit(0)

name, container = words[3], option("--container")
pod = next((pod for pod in pods if pod["metadata"]["name"] == name), None)
if pod is None:
    fail(f'Error from server (NotFound): pods "{name}" not found\n')
status = next(each for each in pod["status"]["containerStatuses"] if each["name"] == container)
if "--previous" in words:
    last = status["lastState"].get("terminated")
    if last is None:
        fail(f'Error from server (BadRequest): previous terminated container "{container}" in pod "{name}" not found\n')
    path = f"{root}/{last['containerID'][-8:]}"
else:
    path = f"{root}/{status['containerID'][-8:]}"
since = option("--since-time").rstrip("Z")
out = sys.stdout.buffer
with open(path, "rb") as log:
    while True:
        ended = "--follow" not in words or os.path.exists(path + ".ended")
        for line in log.readlines():
            if line[:19].decode() >= since:
                out.write(line)
        out.flush()
        if os.path.exists(path + ".cut"):
            fail("error: unexpected EOF\n")
        if ended:
            break
        time.sleep(0.01)
"""


class Cluster:
    """Pods that come and go; each line they print carries the time to the nanosecond."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin_dir = folder / "bin"
        self.bin_dir.mkdir(parents=True)
        script = self.bin_dir / "kubectl"
        script.write_text(f"#!{sys.executable} -SE\n{_KUBECTL}")
        script.chmod(0o755)
        self._pods: dict[str, dict[str, dict[str, object]]] = {}
        self._labels: dict[str, dict[str, str]] = {}
        self._ids = 0
        self._save()

    @property
    def calls(self) -> list[list[str]]:
        """Every call of kubectl so far."""
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def start(self, pod: str, *containers: str, **labels: str) -> None:
        """Have a pod whose containers run."""
        self._labels[pod] = labels or {"app": "voice"}
        self._pods[pod] = {name: self._status(name) for name in containers or ("main",)}
        self._save()

    def write(self, pod: str, *lines: str, container: str = "main", at_ns: int = 0) -> None:
        """Let a container print lines, all at one time if that is given."""
        with (self.folder / self._id(pod, container)).open("a") as log:
            for line in lines:
                log.write(f"{stamp(at_ns or time.time_ns())} {line}\n")

    def restart(self, pod: str, container: str = "main") -> None:
        """End a container and start it again within its pod."""
        status = self.terminate(pod, container)
        self._pods[pod][container] = self._status(container, last=status["state"])
        self._save()

    def terminate(self, pod: str, container: str = "main") -> dict[str, object]:
        """End a container."""
        status = self._pods[pod][container]
        began = status["state"]["running"]["startedAt"]  # type: ignore[index] # as it was made below
        ended = {"containerID": status["containerID"], "startedAt": began, "finishedAt": second(), "exitCode": 1}
        status["state"] = {"terminated": ended}
        self._save()
        (self.folder / f"{self._id(pod, container)}.ended").touch()
        return status

    def delete(self, pod: str) -> None:
        """Remove a pod."""
        gone = [self._id(pod, container) for container in self._pods[pod]]
        del self._pods[pod]
        self._save()
        for each in gone:
            (self.folder / f"{each}.ended").touch()

    def cut(self, pod: str, container: str = "main") -> None:
        """Break the connections to a log; the next ones work."""
        marker = self.folder / f"{self._id(pod, container)}.cut"
        marker.touch()
        time.sleep(0.2)
        marker.unlink()

    def fails(self, call: str, complaint: str) -> None:
        """Let a call of kubectl (``get``, ``logs``) fail from now on; without complaint no longer."""
        path = self.folder / f"{call}.fails"
        if complaint:
            path.write_text(complaint)
        else:
            path.unlink(missing_ok=True)

    def hangs(self, call: str, *, still: bool = True) -> None:
        """Let a call of kubectl wait for something from now on, or no longer."""
        path = self.folder / f"{call}.hangs"
        if still:
            path.touch()
        else:
            path.unlink()

    def _status(self, name: str, last: object = None) -> dict[str, object]:
        self._ids += 1
        id_ = f"{self._ids:08x}"
        (self.folder / id_).touch()
        return {
            "name": name,
            "containerID": f"containerd://{'0' * 56}{id_}",
            "ready": True,
            "restartCount": int(last is not None),
            "state": {"running": {"startedAt": second()}},
            "lastState": last or {},
        }

    def _id(self, pod: str, container: str) -> str:
        return str(self._pods[pod][container]["containerID"])[-8:]

    def _save(self) -> None:
        told = [
            {
                "metadata": {"name": pod, "namespace": "prod", "labels": self._labels[pod]},
                "status": {"phase": "Running", "containerStatuses": list(statuses.values())},
            }
            for pod, statuses in self._pods.items()
        ]
        new = self.folder / "pods.new"
        new.write_text("".join(json.dumps(each) + "\n" for each in told))
        new.replace(self.folder / "pods")


def stamp(nanoseconds: int) -> str:
    """Return a time as the kubelet puts it before a line."""
    seconds, nanos = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanos:09}Z"


def second() -> str:
    """Return now as Kubernetes writes times of objects."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
