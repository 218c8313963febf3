"""``/metrics`` over HTTP, for the monitor and for whatever else serves pages beside it."""

import asyncio
import hmac
import socket
from collections.abc import Sequence
from contextlib import closing

from aiohttp import web

from tui.engine.clock import Clock
from tui.engine.errors import UsageError
from tui.engine.exporters.prometheus import Exposed, PrometheusExporter
from tui.engine.safe_text import safe_text
from tui.engine.text import t

LOOPBACK = "127.0.0.1"
_MAX_PORT = 65_535
_BACKLOG = 64
_BEAT_S = 1.0
_MAX_REQUEST = 16 * 1024


def bind(address: str) -> socket.socket:
    """Return a socket that listens on ``[HOST:]PORT``; without a host only this machine gets through.

    Raises:
        UsageError: the address is none, or it is taken.
    """
    host, port = host_and_port(address)
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = error.strerror or str(error)
        text = t("metrics.cannot_listen", value=safe_text(address), reason=safe_text(reason))
        raise UsageError(text, t("metrics.cannot_listen_remedy")) from None


def host_and_port(address: str) -> tuple[str, int]:
    """Return what ``[HOST:]PORT`` means.

    Raises:
        UsageError: the address is none.
    """
    host, _, port = address.rpartition(":")
    if not (port.isdecimal() and int(port) <= _MAX_PORT):
        raise UsageError(t("metrics.bad_address", value=safe_text(address)), t("metrics.bad_address_remedy"))
    return host.strip("[]") or LOOPBACK, int(port)


def metrics_route(exporter: PrometheusExporter, token: str = "") -> web.RouteDef:
    """Return the route that answers scrapes; with a token only those that bring it as a bearer."""

    async def answer(request: web.Request) -> web.Response:
        brought = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if token and not hmac.compare_digest(brought, f"Bearer {token}".encode()):
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        exposition = exporter.expose(request.headers.get("Accept", ""))
        response = web.Response(body=exposition.body, headers={"Content-Type": exposition.content_type})
        response.enable_compression()
        return response

    return web.get("/metrics", answer)


async def publish(listening: socket.socket, engine: Exposed, clock: Clock, token: str = "") -> None:
    """Serve ``/metrics`` of an engine until cancelled; the heartbeat says that its event loop goes round."""
    exporter = PrometheusExporter(engine, clock)
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(listening, [metrics_route(exporter, token)]))
        while True:
            exporter.beat()
            await asyncio.sleep(_BEAT_S)


async def serve(listening: socket.socket, routes: Sequence[web.RouteDef]) -> None:
    """Answer requests until cancelled."""
    app = web.Application(client_max_size=_MAX_REQUEST)
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    with closing(listening):
        await runner.setup()
        try:
            await web.SockSite(runner, listening).start()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()
