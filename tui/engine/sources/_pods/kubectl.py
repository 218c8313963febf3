"""The kubectl command: what is asked of it, and what its complaints mean."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime

from tui.engine.clock import Clock
from tui.engine.model import SourceState
from tui.engine.sources._command import Runner, last_words, outcome
from tui.engine.sources._containers.container import Chunk, Container
from tui.engine.sources._containers.container import Wanted as WantedContainers
from tui.engine.sources._pods.instance import Instance, Wanted
from tui.engine.sources._trouble import TroubleError

LOOK_EVERY_S = 5.0
"""The time between two looks for pods that came or went."""
PATIENCE = "--request-timeout=10s"
ANSWER_S = 30.0
"""Patience with kubectl itself: what it calls to log in may be waiting for a person."""
AGAIN_S = 1.0
FAR_S = 60.0
"""Time to the next attempt after what only somebody's deed can mend."""

_GONE = (b"(NotFound)", b" not found", b"is waiting to start", b"is terminated")
"""The log asked for is none by now; the next look at the pods tells why."""

_TROUBLES: Sequence[tuple[str, Sequence[bytes]]] = (
    ("k8s_forbidden", (b"(Forbidden)", b"is forbidden")),
    ("k8s_login", (b"(Unauthorized)", b"must be logged in", b"getting credentials", b"provide credentials")),
    ("k8s_certificate", (b"x509:", b"tls: ")),
    ("k8s_unconfigured", (b"localhost:8080 was refused", b"no configuration has been provided", b"context")),
    ("k8s_unreachable", (b"nable to connect to the server", b"was refused", b"i/o timeout", b"no such host", b"EOF")),
)
"""Words of kubectl, whatever its version; the first match counts."""


class Kubectl:
    """Asks the cluster of the user's own configuration, as an engine of containers."""

    framed = False
    stopped = "k8s_stopped"
    look_every_s = LOOK_EVERY_S

    def __init__(self, wanted: Wanted, runner: Runner, clock: Clock) -> None:
        self.summary = f"kubectl --namespace {wanted.namespace}"
        self._wanted = wanted
        self._runner = runner
        self._clock = clock
        self._instances: dict[str, Instance] = {}

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["Kubectl"]:
        """Need nothing."""
        yield self

    async def now(self) -> float:
        """Return this machine's time: kubectl tells no other."""
        return self._clock.now()

    async def answers(self) -> bool:
        """Leave it to the looks for pods to tell whether the cluster is still there."""
        return False

    async def find(self, wanted: WantedContainers) -> list[Container]:
        """Return every life of the containers meant, oldest first; raises TroubleError where there is none."""
        found = await self._look()
        if not found:
            raise TroubleError(
                "k8s_no_pods",
                state=SourceState.WAITING,
                namespace=self._wanted.namespace,
                pods=wanted.text,
                retry_in_s=LOOK_EVERY_S,
            )
        self._instances = {each.id: each for each in found}
        return [each.as_container() for each in found]

    async def starts(self) -> AsyncGenerator[None, None]:
        """Yield at once, then whenever some container started, ended or is gone."""
        before: set[tuple[str, bool]] | None = None
        while True:
            now = {(each.id, each.ended is None) for each in await self._look()}
            if now != before:
                before = now
                yield
            await asyncio.sleep(LOOK_EVERY_S)

    async def log(self, container: Container, since: str, *, follow: bool) -> AsyncGenerator[Sequence[Chunk], None]:
        """Yield a log from the second of a moment on to its end for now."""
        instance = self._instances[container.id]
        words = ["logs", "--namespace", self._wanted.namespace, instance.pod, "--container", instance.container]
        options = ["--timestamps", "--follow" if follow else PATIENCE]
        if since:
            begin = datetime.fromtimestamp(int(since.partition(".")[0]), UTC)
            options += ["--since-time", begin.strftime("%Y-%m-%dT%H:%M:%SZ")]
        options += ["--previous"] if instance.previous else []
        async with await self._runner.start(["kubectl", *words, *options]) as command:
            checked = False
            async with aclosing(command.chunks()) as chunks:
                async for data in chunks:
                    checked = checked or await self._is_still(instance)
                    yield [Chunk(1, data)]
            code = await command.wait()
            if code and not any(words in command.stderr for words in _GONE):
                raise self._explained(command.stderr, code)

    async def _is_still(self, instance: Instance) -> bool:
        """Raise TroubleError where a container started again: its log by now is that of its next life."""
        if instance not in [each._replace(ended=instance.ended) for each in await self._look(instance.pod)]:
            raise TroubleError("k8s_restarted", state=SourceState.WAITING, container=instance.part, retry_in_s=AGAIN_S)
        return True

    async def _look(self, pod: str = "") -> list[Instance]:
        """Return what there is to read, oldest first; raises TroubleError where nobody can tell."""
        words = ["get", "pods", "--namespace", self._wanted.namespace, "--output", "json", PATIENCE]
        if pod:
            words += ["--field-selector", f"metadata.name={pod}"]
        words += ["--selector", self._wanted.labels] if self._wanted.labels else []
        try:
            async with asyncio.timeout(ANSWER_S):
                done = await self._runner.run(["kubectl", *words])
        except TimeoutError as error:
            raise TroubleError("k8s_silent", seconds=f"{ANSWER_S:g}") from error
        if done.code:
            raise self._explained(done.stderr, done.code)
        try:
            return self._wanted.instances(json.loads(done.stdout))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TroubleError("k8s_strange", said=f"{type(error).__name__}: {error}") from error

    def _explained(self, complaint: bytes, code: int) -> TroubleError:
        said = last_words(complaint) or outcome(code)
        key = next((key for key, words in _TROUBLES if any(word in complaint for word in words)), "k8s_failed")
        wait_s = None if key in ("k8s_unreachable", "k8s_failed") else FAR_S
        return TroubleError(key, namespace=self._wanted.namespace, said=said, retry_in_s=wait_s)
