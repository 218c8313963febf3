"""Asks a server by the Prometheus HTTP API; Thanos, Mimir and VictoriaMetrics speak it too."""

import asyncio
import json
import math
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp

from tui.engine.sources._trouble import TroubleError

TIMEOUT_S = 15.0
MAX_BYTES = 64 * 1024 * 1024
"""An answer this long means a query that fits no screen."""
AT_ONCE = 4
_RETRY_LOGIN_S = 60.0
_LOGIN = frozenset({401, 403, 407})


class Value(NamedTuple):
    """One series at one moment."""

    labels: Mapping[str, str]
    value: float


class Line(NamedTuple):
    """One series over a span."""

    labels: Mapping[str, str]
    points: Mapping[int, float]
    """By the second."""


def headers(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the login and tenant that the environment names."""
    known = os.environ if environment is None else environment
    found: dict[str, str] = {}
    if token := known.get("PROMETHEUS_TOKEN"):
        found["Authorization"] = f"Bearer {token.strip()}"
    elif user := known.get("PROMETHEUS_USER"):
        found["Authorization"] = aiohttp.encode_basic_auth(user, known.get("PROMETHEUS_PASSWORD", ""), "utf-8")
    if tenant := known.get("PROMETHEUS_TENANT"):
        found["X-Scope-OrgID"] = tenant
    return found


class PrometheusApi:
    """A connection to one server, used as an asynchronous context."""

    def __init__(self, url: str, environment: Mapping[str, str] | None = None) -> None:
        self._url = url
        self._headers = headers(environment)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers=self._headers, timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), trust_env=True
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def query(self, expression: str, at: float) -> list[Value]:
        """Return the series of an expression at one moment; NaN is no value."""
        result = await self._ask("query", {"query": expression, "time": f"{at:.3f}"})
        values = (Value(each["metric"], float(each["value"][1])) for each in result)
        return [value for value in values if not math.isnan(value.value)]

    async def query_range(self, expression: str, start: float, end: float, step_s: int) -> list[Line]:
        """Return the series of an expression over a span, both ends included."""
        asked = {"query": expression, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": str(step_s)}
        return [Line(each["metric"], _points(each["values"])) for each in await self._ask("query_range", asked)]

    async def _ask(self, what: str, asked: Mapping[str, str]) -> list[dict[str, Any]]:
        """Ask and return the result.

        Raises:
            TroubleError: nobody answers, or not as the API would.
        """
        assert self._session is not None  # noqa: S101 - it is a context
        try:
            async with (
                self._slots,
                self._session.post(f"{self._url}/api/v1/{what}", data=asked, allow_redirects=False) as answer,
            ):
                body = await answer.content.read(MAX_BYTES + 1)
                while len(body) <= MAX_BYTES and (more := await answer.content.read(MAX_BYTES + 1 - len(body))):
                    body += more
                return self._result(answer.status, body)
        except TimeoutError:
            raise TroubleError("prom_silent", url=self._url, seconds=int(TIMEOUT_S)) from None
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, TroubleError):
                raise
            raise TroubleError("prom_unreachable", url=self._url, reason=str(error) or type(error).__name__) from None

    def _result(self, status: int, body: bytes) -> list[dict[str, Any]]:
        if status in _LOGIN:
            raise TroubleError("prom_login", url=self._url, status=status, retry_in_s=_RETRY_LOGIN_S)
        if len(body) > MAX_BYTES:
            raise TroubleError("prom_too_much", url=self._url)
        try:
            answer = json.loads(body)
            if answer["status"] == "success":
                return [*answer["data"]["result"]]
            reason = str(answer.get("error", ""))
        except (ValueError, KeyError, TypeError):
            raise TroubleError("prom_no_api", url=self._url, status=status) from None
        raise TroubleError("prom_refused", url=self._url, reason=reason[:300])


def _points(values: list[tuple[float, str]]) -> dict[int, float]:
    pairs = ((round(at), float(value)) for at, value in values)
    return {at: value for at, value in pairs if not math.isnan(value)}
