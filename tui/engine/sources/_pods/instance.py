"""The containers of pods, each life of one told apart, and how a user names pods."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tui.engine.sources._containers.container import Container
from tui.engine.sources._containers.stamps import seconds

_LABELS = re.compile(r"[=!]|\b(?:not)?in\s*\(")


class Instance(NamedTuple):
    """One life of a container in a pod; after a restart the next one has another id."""

    id: str
    pod: str
    container: str
    part: str
    """The name it goes by within the source: that of its pod, and its own where it shares the pod."""
    began: float | None
    ended: float | None
    """None while it runs."""
    previous: bool
    """It was followed by another one already, and kubectl gives its log under ``--previous``."""

    def as_container(self) -> Container:
        """Return it as any engine tells of a container."""
        running = self.ended is None and not self.previous
        return Container(
            self.id, self.part, self.began or 0.0, False, "kubectl", running, self.began, self.ended, self.part
        )


class Wanted(NamedTuple):
    """The pods and containers that a user means."""

    namespace: str
    pods: str
    """Labels as for ``kubectl -l``, or the name of a pod, or what such names begin with before a hyphen."""
    container: str = ""
    """Only this container of each pod; empty for every one."""

    @property
    def labels(self) -> str:
        """The selector; empty where pods are meant by name."""
        return self.pods if _LABELS.search(self.pods) else ""

    def instances(self, told: Mapping[str, Any]) -> list[Instance]:
        """Return the lives of containers that ``get pods -o json`` tells of, oldest first.

        Raises:
            KeyError, TypeError: that is no list of pods.
        """
        pods = [pod for pod in told["items"] if self.labels or self._is_named(pod["metadata"]["name"])]
        found = [each for pod in pods for each in self._lives(pod)]
        return sorted(found, key=lambda each: each.began or 0.0)

    def _is_named(self, name: str) -> bool:
        return name == self.pods or name.startswith(f"{self.pods}-")

    def _lives(self, pod: Mapping[str, Any]) -> Iterator[Instance]:
        statuses: Sequence[Mapping[str, Any]] = pod.get("status", {}).get("containerStatuses") or ()
        name = pod["metadata"]["name"]
        chosen = [each for each in statuses if not self.container or each["name"] == self.container]
        for status in chosen:
            part = name if len(statuses) == 1 or self.container else f"{name}/{status['name']}"
            newest = status.get("containerID") or ""
            last = (status.get("lastState") or {}).get("terminated") or {}
            if last.get("containerID") and last["containerID"] != newest:
                yield _instance(last, last["containerID"], (name, status["name"], part), previous=True)
            state = status.get("state") or {}
            told = state.get("running") or state.get("terminated") or last
            if newest:
                yield _instance(told, newest, (name, status["name"], part), previous=False)


def _instance(told: Mapping[str, Any], id_: str, names: tuple[str, str, str], *, previous: bool) -> Instance:
    began, ended = seconds(told.get("startedAt") or ""), seconds(told.get("finishedAt") or "")
    return Instance(id_, *names, began, ended, previous)
