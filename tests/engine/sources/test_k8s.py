"""The source over a kubectl that answers as the real one does."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.sources.cluster import Cluster
from tests.engine.sources.running import Running
from tui.engine.clock import ManualClock, SystemClock
from tui.engine.errors import UsageError
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import SourceState, Thresholds
from tui.engine.monitor import Monitor
from tui.engine.parser import line_time
from tui.engine.sources import open_source

Run = Callable[..., Running]


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    cluster = Cluster(tmp_path / "cluster")
    monkeypatch.setenv("FAKE_CLUSTER", str(cluster.folder))
    monkeypatch.setenv("PATH", str(cluster.bin_dir), prepend=":")
    monkeypatch.setattr("tui.engine.sources._pods.kubectl.LOOK_EVERY_S", 0.05)
    monkeypatch.setattr("tui.engine.sources._pods.kubectl.AGAIN_S", 0.05)
    monkeypatch.setattr("tui.engine.sources._containers.readers.TICK_S", 0.05)
    return cluster


def said(source: Running, part: str | None = None) -> list[str]:
    """Return the lines without the time in front, of one part or of all."""
    blocks = [block for block in source.blocks if part is None or block.part == part]
    return [line.decode().split(" ", 1)[1] for block in blocks for line in block.lines]


def ids(first: int, last: int) -> list[str]:
    return [f"line {number}" for number in range(first, last + 1)]


async def test_several_pods_are_read_at_once_each_in_its_order(run: Run, cluster: Cluster) -> None:
    for pod in ("voice-a", "voice-b", "voice-c"):
        cluster.start(pod)
        cluster.write(pod, *ids(1, 100))
    cluster.start("other", app="web")
    cluster.write("other", "not asked for")

    source = run("k8s:prod/app=voice")
    await source.until(lambda: len(source.lines) == 300)
    for pod in ("voice-a", "voice-b", "voice-c"):
        cluster.write(pod, *ids(101, 120))
    await source.until(lambda: len(source.lines) >= 360)

    for pod in ("voice-a", "voice-b", "voice-c"):
        assert said(source, pod) == ids(1, 120)
    assert len(source.lines) == 360
    assert source.status.state is SourceState.LIVE
    assert not source.gaps


async def test_without_following_every_pod_is_read_to_its_end(run: Run, cluster: Cluster) -> None:
    cluster.start("voice-a")
    cluster.write("voice-a", *ids(1, 10))

    source = run("k8s:prod/app=voice", follow=False)

    assert (await source.end()).state is SourceState.ENDED
    assert said(source) == ids(1, 10)
    assert {block.arrived for block in source.blocks if block.lines} == {None}
    assert all(step.ok for step in source.source.trail())


async def test_pods_that_come_are_read_and_pods_that_go_are_read_to_their_end(run: Run, cluster: Cluster) -> None:
    cluster.start("voice-a")
    cluster.write("voice-a", *ids(1, 5))
    source = run("k8s:prod/app=voice")
    await source.until(lambda: len(source.lines) == 5)

    cluster.start("voice-b")
    cluster.write("voice-b", *ids(1, 5))
    await source.until(lambda: len(source.lines) == 10)
    cluster.write("voice-a", "last words")
    await source.until(lambda: len(source.lines) == 11)
    cluster.delete("voice-a")
    await source.until(lambda: any(block.life and block.life.began is None for block in source.blocks))
    cluster.write("voice-b", "line 6")
    await source.until(lambda: len(source.lines) == 12)

    assert said(source, "voice-a") == [*ids(1, 5), "last words"]
    assert said(source, "voice-b") == ids(1, 6)
    assert not source.gaps


async def test_a_container_that_restarts_is_read_to_its_end_and_in_its_next_life(run: Run, cluster: Cluster) -> None:
    cluster.start("voice-a")
    cluster.write("voice-a", *ids(1, 5))
    source = run("k8s:prod/app=voice")
    await source.until(lambda: len(source.lines) == 5)

    cluster.write("voice-a", "dying")
    cluster.restart("voice-a")
    cluster.write("voice-a", "born", "living")
    await source.until(lambda: len(source.lines) >= 8)

    assert said(source) == [*ids(1, 5), "dying", "born", "living"]
    assert not source.gaps


async def test_a_restart_while_nobody_reads_loses_nothing(run: Run, cluster: Cluster) -> None:
    cluster.start("voice-a")
    cluster.write("voice-a", *ids(1, 5))
    first = run("k8s:prod/app=voice", follow=False)
    await first.end()
    cluster.write("voice-a", "unread")
    cluster.restart("voice-a")
    cluster.write("voice-a", "born")

    second = run("k8s:prod/app=voice", bookmark=first.source.bookmark, follow=False)
    await second.end()

    assert said(second) == ["unread", "born"]
    assert not second.gaps


async def test_a_pod_that_went_while_nobody_read_is_a_gap(run: Run, cluster: Cluster) -> None:
    cluster.start("voice-a")
    cluster.start("voice-b")
    cluster.write("voice-a", *ids(1, 5))
    first = run("k8s:prod/app=voice", follow=False)
    await first.end()
    cluster.write("voice-a", "unread")
    cluster.delete("voice-a")

    second = run("k8s:prod/app=voice", bookmark=first.source.bookmark, follow=False)
    await second.end()

    assert said(second) == []
    assert len(second.gaps) == second.status.gaps == 1


async def test_lines_of_one_second_and_one_nanosecond_come_once_after_lost_connections(
    run: Run, cluster: Cluster
) -> None:
    cluster.start("voice-a")
    source = run("k8s:prod/app=voice")
    moment = time.time_ns()
    for turn in range(3):
        cluster.write("voice-a", f"same {turn}", f"same {turn}", at_ns=moment + turn // 2)
        await source.until(lambda turn=turn: len(source.lines) >= 2 * turn + 2)
        await asyncio.to_thread(cluster.cut, "voice-a")
    cluster.write("voice-a", "end")

    await source.until(lambda: said(source)[-1] == "end")

    assert said(source) == ["same 0", "same 0", "same 1", "same 1", "same 2", "same 2", "end"]
    assert not source.gaps


async def test_reading_goes_on_behind_a_bookmark_of_each_pod(run: Run, cluster: Cluster) -> None:
    for pod in ("voice-a", "voice-b"):
        cluster.start(pod)
        cluster.write(pod, *ids(1, 5))
    first = run("k8s:prod/app=voice", follow=False)
    await first.end()
    cluster.write("voice-b", *ids(6, 9))

    second = run("k8s:prod/app=voice", bookmark=first.source.bookmark, follow=False)
    await second.end()

    assert said(second, "voice-a") == []
    assert said(second, "voice-b") == ids(6, 9)


async def test_r68_reading_begins_at_a_moment(run: Run, cluster: Cluster) -> None:
    cluster.start("voice-a")
    now = time.time_ns()
    cluster.write("voice-a", "old", at_ns=now - 7200 * 10**9)
    cluster.write("voice-a", "new")

    source = run("k8s:prod/app=voice", since=now / 1e9 - 3600, follow=False)
    await source.end()

    assert said(source) == ["new"]


async def test_every_container_of_a_pod_is_read_or_the_one_chosen(run: Run, cluster: Cluster) -> None:
    cluster.start("voice-a", "main", "proxy")
    cluster.write("voice-a", "of main")
    cluster.write("voice-a", "of proxy", container="proxy")

    every = run("k8s:prod/app=voice", follow=False)
    await every.end()
    one = run("k8s:prod/app=voice#main", follow=False)
    await one.end()

    assert said(every, "voice-a/main") == ["of main"]
    assert said(every, "voice-a/proxy") == ["of proxy"]
    assert said(one, "voice-a") == said(one) == ["of main"]


async def test_pods_can_be_named_instead_of_labelled(run: Run, cluster: Cluster) -> None:
    for pod in ("voice-7d9f-x1", "voice-7d9f-x2", "voicemail-0"):
        cluster.start(pod)
        cluster.write(pod, pod)

    source = run("k8s:prod/voice", follow=False)
    await source.end()

    assert sorted(said(source)) == ["voice-7d9f-x1", "voice-7d9f-x2"]
    assert "--selector" not in cluster.calls[0]


async def test_r52_pods_share_no_call_ids_and_r46_a_pod_that_goes_takes_its_calls_along(cluster: Cluster) -> None:
    clock = SystemClock()
    source = open_source("k8s:prod/app=voice", clock=clock, since=None, line_time=line_time)
    monitor = Monitor([source], MetricsStore(Thresholds()), clock)
    following = asyncio.create_task(monitor.run())
    for pod in ("voice-a", "voice-b"):
        cluster.start(pod)
        cluster.write(pod, "🔌 WS CONNECTION | Client: twilio, ID: 1")
        cluster.write(pod, "❌ [STT Azure] Error: 401", "Traceback (most recent call last):")

    async def active(wanted: int) -> None:
        async with asyncio.timeout(30):
            while monitor.snapshot().calls.active != wanted:
                await monitor.news(0.05)

    await active(2)
    cluster.delete("voice-a")
    await active(1)

    calls = monitor.snapshot().calls
    following.cancel()
    await asyncio.wait([following])
    assert (calls.opened, calls.lost) == (2, 1)


async def test_no_pod_is_waited_for(run: Run, cluster: Cluster) -> None:
    source = run("k8s:prod/app=voice")
    await source.until(lambda: source.status.state is SourceState.WAITING)
    assert "kubectl get pods" in source.status.remedy

    cluster.start("voice-a")
    cluster.write("voice-a", "here")

    await source.until(lambda: source.lines)
    assert said(source) == ["here"]


async def test_containers_that_all_ended_are_waited_for(run: Run, cluster: Cluster) -> None:
    cluster.start("voice-a")
    cluster.write("voice-a", "one")
    cluster.terminate("voice-a")

    source = run("k8s:prod/app=voice")
    await source.until(lambda: source.status.state is SourceState.WAITING)

    assert said(source) == ["one"]
    assert "kubectl describe" in source.status.remedy


@pytest.mark.parametrize(
    ("complaint", "reason", "remedy"),
    [
        (
            'Error from server (Forbidden): pods is forbidden: User "mon" cannot list resource "pods"\n',
            "forbids",
            "pods/log",
        ),
        ("error: You must be logged in to the server (Unauthorized)\n", "who you are", "whoami"),
        (
            "The connection to the server localhost:8080 was refused - did you specify the right host or port?\n",
            "knows no cluster",
            "KUBECONFIG",
        ),
        ("The connection to the server 10.0.0.1:6443 was refused - did you specify\n", "cannot be reached", "VPN"),
        ("Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout\n", "cannot be reached", "VPN"),
        (
            "Unable to connect to the server: x509: certificate signed by unknown authority\n",
            "certificate",
            "authority",
        ),
        ("error: something \x1b[2J else\n", "something ␛[2J else", "by hand"),
    ],
)
@pytest.mark.parametrize("call", ["get", "logs"])
async def test_each_complaint_of_kubectl_is_a_state_with_its_remedy(  # noqa: PLR0917 - the columns of the table
    run: Run, cluster: Cluster, call: str, complaint: str, reason: str, remedy: str
) -> None:
    cluster.start("voice-a")
    cluster.fails(call, complaint)

    source = run("k8s:prod/app=voice", follow=False)

    status = await source.end()
    assert status.state is SourceState.FAILED
    assert reason in status.reason
    assert remedy in status.remedy
    assert not source.source.trail()[-1].ok


async def test_a_cluster_that_is_gone_for_a_while_costs_no_line(run: Run, cluster: Cluster) -> None:
    cluster.start("voice-a")
    cluster.write("voice-a", *ids(1, 5))
    source = run("k8s:prod/app=voice")
    await source.until(lambda: len(source.lines) == 5)

    cluster.fails("get", "Unable to connect to the server: dial tcp: i/o timeout\n")
    await source.until(lambda: source.status.state is SourceState.FAILED)
    cluster.write("voice-a", *ids(6, 9))
    cluster.fails("get", "")

    await source.until(lambda: len(source.lines) >= 9)
    assert said(source) == ids(1, 9)
    assert not source.gaps


async def test_a_kubectl_that_waits_for_a_person_is_told_and_read_once_it_goes_on(
    run: Run, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.start("voice-a")
    cluster.write("voice-a", "here")
    cluster.hangs("get")
    monkeypatch.setattr("tui.engine.sources._pods.kubectl.ANSWER_S", 0.2)
    source = run("k8s:prod/app=voice")

    await source.until(lambda: source.status.state is SourceState.FAILED)
    assert "no answer" in source.status.reason
    assert "log in" in source.status.remedy
    monkeypatch.setattr("tui.engine.sources._pods.kubectl.ANSWER_S", 30.0)
    cluster.hangs("get", still=False)

    await source.until(lambda: source.lines)
    assert said(source) == ["here"]


async def test_a_missing_kubectl_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    source = run("k8s:prod/app=voice", follow=False)

    assert "kubectl: no such command" in (await source.end()).reason


@pytest.mark.parametrize(
    "rest", ["", "prod", "prod/", "/app=voice", "Prod/app=voice", "prod/--all", "prod/a\nb", "prod/a#B", "-n/x"]
)
def test_what_cannot_be_meant_is_a_mistake(rest: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_source(f"k8s:{rest}", clock=ManualClock(), since=None, line_time=lambda _: None)
    assert "k8s:NAMESPACE" in caught.value.remedy
