"""What a server may say instead of an answer, and the metrics that orchestrators expose themselves."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from tests.engine.fleet.test_live import fleet_over, running, shown
from tests.services import Prometheus
from tui.engine.fleet import _api
from tui.engine.fleet._api import PrometheusApi
from tui.engine.model import SourceState, Status
from tui.engine.sources._trouble import TroubleError

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
VECTOR = {"status": "success", "data": {"resultType": "vector", "result": []}}


@asynccontextmanager
async def server(path: str, answer: Answer) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", path, answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "body", "key"),
    [
        (401, "no", "prom_login"),
        (403, "no", "prom_login"),
        (302, "", "prom_no_api"),
        (200, "<html>Grafana</html>", "prom_no_api"),
        (200, '{"status": "success"}', "prom_no_api"),
        (200, "[]", "prom_no_api"),
        (422, json.dumps({"status": "error", "errorType": "execution", "error": "too many samples"}), "prom_refused"),
        (503, json.dumps({"status": "error", "errorType": "timeout", "error": "query timed out"}), "prom_refused"),
        (200, "x" * 2000, "prom_too_much"),
    ],
)
async def test_each_refusal_is_told_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, status: int, body: str, key: str
) -> None:
    monkeypatch.setattr(_api, "MAX_BYTES", 1000)

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=body, headers={"Location": "http://169.254.169.254/"})

    async with server("/api/v1/query", answer) as url, PrometheusApi(url, {}) as api:
        with pytest.raises(TroubleError) as trouble:
            await api.query("up", 0)

    assert trouble.value.key == key
    assert url in trouble.value.reason
    assert trouble.value.remedy


async def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_api, "TIMEOUT_S", 0.05)

    async def answer(_request: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    async with server("/api/v1/query", answer) as url, PrometheusApi(url, {}) as api:
        with pytest.raises(TroubleError, match="has not answered"):
            await api.query("up", 0)


async def test_login_and_tenant_are_sent_to_the_path_in_front_of_the_api() -> None:
    seen = {}

    async def answer(request: web.Request) -> web.Response:
        seen.update(request.headers)
        return web.json_response(VECTOR)

    environment = {"PROMETHEUS_TOKEN": "t0ken", "PROMETHEUS_TENANT": "voice"}
    async with (
        server("/prometheus/api/v1/query", answer) as url,
        PrometheusApi(f"{url}/prometheus", environment) as api,
    ):
        assert await api.query("up", 0) == []

    assert (seen["Authorization"], seen["X-Scope-OrgID"]) == ("Bearer t0ken", "voice")


async def test_not_a_number_is_no_value() -> None:
    result = [{"metric": {"a": str(n)}, "value": [1, value]} for n, value in enumerate(("NaN", "+Inf", "3"))]

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"status": "success", "data": {"resultType": "vector", "result": result}})

    async with server("/api/v1/query", answer) as url, PrometheusApi(url, {}) as api:
        assert [value.value for value in await api.query("up", 0)] == [float("inf"), 3.0]


@asynccontextmanager
async def orchestrator() -> AsyncIterator[tuple[int, CollectorRegistry]]:
    registry = CollectorRegistry()

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), content_type="text/plain")

    async with server("/metrics", answer) as url:
        yield int(url.rpartition(":")[2]), registry


async def test_r20_an_orchestrators_own_metrics_are_shown_as_far_as_they_go(tmp_path: Path) -> None:
    async with orchestrator() as (port, registry):
        active = Gauge("voice_active_calls", "", registry=registry)
        totals = {s: Histogram(f"{s}_latency_seconds", "", ["provider"], registry=registry) for s in ("stt", "tts")}
        first = Histogram("tts_ttfb_seconds", "", ["provider"], registry=registry)
        missing = Counter("config_warning_total", "", ["field_name"], registry=registry)
        fallbacks = Counter("fallback_activated_total", "", ["provider_type"], registry=registry)
        fallbacks.labels("tts")
        for histogram in (*totals.values(), first):
            histogram.labels("azure")
        with Prometheus(tmp_path, {"app": [port]}) as prometheus:
            fleet = fleet_over(prometheus)
            async with running(fleet):
                await shown(fleet, lambda snapshot: snapshot.calls.active == 0)
                active.set(7)
                missing.labels("GROQ_API_KEY").inc()
                fallbacks.labels("tts").inc(2)
                for _ in range(30):
                    first.labels("azure").observe(0.3)
                    totals["stt"].labels("azure").observe(0.9)
                    totals["tts"].labels("azure").observe(2.0)
                snapshot = await shown(
                    fleet, lambda snapshot: snapshot.calls.active == 7 and snapshot.ttfb[2].figures.n == 30
                )

    speech, model, voice = snapshot.ttfb
    assert (speech.total, speech.figures.n, speech.figures.status) == (True, 30, Status.NO_DATA)
    assert (model.figures.n, model.figures.p95) == (0, None)
    assert (voice.total, voice.figures.status) == (False, Status.OK)
    assert [key.field for key in snapshot.config.missing] == ["GROQ_API_KEY"]
    assert [row.activations for row in snapshot.fallback] == [0, 0, 2]
    assert snapshot.fallback[2].pct is None
    assert snapshot.errors.pct is None
    assert [row.state for row in snapshot.sources] == [SourceState.LIVE]
