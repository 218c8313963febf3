"""What a fleet costs: hosts with real exporters, one real Prometheus, the monitor on top."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from bench.figure import Figure, at_most
from tui.engine.clock import SystemClock
from tui.engine.fleet.address import FleetAddress
from tui.engine.fleet.monitor import FleetMonitor
from tui.engine.model import Snapshot, SourceState, Thresholds

ROOT = Path(__file__).resolve().parent.parent
SCRAPE_S = 15
DEADLINE_S = 120.0
CALLS = "sum(voxtop_calls_distinct_total)"


def fleet(folder: Path, hosts: int, seconds: float) -> Iterator[Figure]:
    """Let so many hosts be scraped every 15 s, first alone, then with a monitor that looks at all of them."""
    if not shutil.which("prometheus"):
        raise AssertionError("prometheus is not installed")
    port, listen = _free_port(), _free_port()
    with _process([sys.executable, "-m", "bench.fleet_hosts", str(port), str(hosts)]) as exporters:
        yield from _one_host(port)
        with _process(_prometheus(folder, hosts, port, listen)) as server:
            url = f"http://127.0.0.1:{listen}"
            _await(lambda: _number(url, 'count(up{job="voxtop"} == 1)') == hosts, "hosts that are scraped")
            before = _number(url, CALLS)
            alone = _busy(server, exporters, seconds)
            yield Figure(
                f"series of {hosts} hosts in Prometheus", f"{_number(url, 'prometheus_tsdb_head_series'):,.0f}"
            )
            yield Figure("… samples a second", f"{_number(url, 'sum(scrape_samples_scraped)') / SCRAPE_S:,.0f}")
            yield Figure("… its processor, nobody looking", f"{alone[0]:.1f} % of a core")
            yield Figure("… its memory", f"{server.memory_info().rss / 1e6:,.0f} MB")
            yield at_most("a host's exporter, scraped every 15 s", alone[1] / hosts, 0.5, "% of a core")
            yield from asyncio.run(_monitored(url, server, hosts, seconds, before))


def _one_host(port: int) -> Iterator[Figure]:
    took = []
    for number in range(20):
        began = time.perf_counter()
        body = _get(f"http://127.0.0.1:{port}/metrics/{number % 2}")
        took.append(time.perf_counter() - began)
    lines = [line for line in body.splitlines() if line and not line.startswith("#")]
    yield at_most("series of a host", len(lines), 500, "")
    yield Figure("… size of a scrape", f"{len(body) / 1000:.1f} kB")
    yield at_most("… its scrape, answered within", 1000 * sorted(took)[len(took) // 2], 100, "ms")


async def _monitored(url: str, server: psutil.Process, hosts: int, seconds: float, before: float) -> list[Figure]:
    """Look at all hosts as the screen does; ``before`` are calls that nobody saw increase."""
    monitor = FleetMonitor(FleetAddress("fleet", url), Thresholds(), SystemClock())
    task = asyncio.create_task(monitor.run())
    began = time.perf_counter()
    await monitor.news(DEADLINE_S)
    first = time.perf_counter() - began
    mine = time.process_time()
    watched = asyncio.to_thread(_busy, server, server, seconds)
    looking = asyncio.create_task(_look(monitor, seconds))
    busy, shown = await watched, await looking
    mine = 100 * (time.process_time() - mine) / seconds
    told = await asyncio.to_thread(_number, url, CALLS)
    for _ in range(2):  # one round may have begun before
        monitor.ask()
        await monitor.news(DEADLINE_S)
    snapshot = monitor.snapshot()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    live = sum(row.state is SourceState.LIVE for row in snapshot.sources)
    if live != hosts or snapshot.errors.calls < told - before - hosts:
        raise AssertionError(f"{live} of {hosts} hosts live, {snapshot.errors.calls} calls of {told - before:.0f}")
    return [
        at_most(f"monitor over {hosts} hosts, first figures after", first, 5, "s"),
        Figure("… its processor", f"{mine:.1f} % of a core, {shown} snapshots"),
        Figure("… Prometheus while it looks", f"{busy[0]:.1f} % of a core"),
    ]


async def _look(monitor: FleetMonitor, seconds: float) -> int:
    """Pull as the screen does, and return how many snapshots were new."""
    end, seen = time.perf_counter() + seconds, 0
    last: Snapshot | None = None
    while time.perf_counter() < end:
        await monitor.news(1.0)
        snapshot = monitor.snapshot()
        seen += snapshot is not last
        last = snapshot
        await asyncio.sleep(0.1)
    return seen


def _busy(server: psutil.Process, exporters: psutil.Process, seconds: float) -> tuple[float, float]:
    """Return the processor of both in per cent of a core over some seconds."""
    before = [sum(each.cpu_times()[:2]) for each in (server, exporters)]
    time.sleep(seconds)
    after = [sum(each.cpu_times()[:2]) for each in (server, exporters)]
    return 100 * (after[0] - before[0]) / seconds, 100 * (after[1] - before[1]) / seconds


def _prometheus(folder: Path, hosts: int, port: int, listen: int) -> list[str]:
    targets = [
        {
            "targets": [f"127.0.0.1:{port}"],
            "labels": {"__metrics_path__": f"/metrics/{number}", "instance": f"host-{number:03}:9464"},
        }
        for number in range(hosts)
    ]
    jobs = [
        {"job_name": "voxtop", "static_configs": targets},
        {"job_name": "prometheus", "static_configs": [{"targets": [f"127.0.0.1:{listen}"]}]},
    ]
    config = {"global": {"scrape_interval": f"{SCRAPE_S}s"}, "scrape_configs": jobs}
    path = folder / "prometheus.yml"
    path.write_text(json.dumps(config), encoding="utf-8")
    data = f"--storage.tsdb.path={folder / 'prometheus'}"
    return ["prometheus", f"--config.file={path}", data, f"--web.listen-address=127.0.0.1:{listen}"]


@contextmanager
def _process(command: list[str]) -> Iterator[psutil.Process]:
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as started:
        try:
            if command[0] == sys.executable:
                assert started.stdout is not None  # noqa: S101 - it is a pipe
                started.stdout.readline()
            yield psutil.Process(started.pid)
        finally:
            started.kill()


def _number(url: str, expression: str) -> float:
    answer = json.loads(_get(f"{url}/api/v1/query?query={urllib.parse.quote(expression)}"))["data"]["result"]
    return float(answer[0]["value"][1]) if answer else 0.0


def _get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - a server of our own
        body: bytes = answer.read()
        return body.decode()


def _await(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        with suppress(urllib.error.URLError, ConnectionError):
            if holds():
                return
        time.sleep(0.5)
    raise AssertionError(f"no {what}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
