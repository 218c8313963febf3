"""HTTP towards services that hold logs: the address checked, no redirect followed, each failure explained."""

import ipaddress
import json
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp
from yarl import URL

from tui.engine.errors import UsageError
from tui.engine.model import SourceState
from tui.engine.safe_text import safe_text
from tui.engine.sources._trouble import TroubleError
from tui.engine.text import t

CONNECT_S = 10.0
TIMEOUT_S = 30.0
MAX_BYTES = 64 * 1024 * 1024
"""An answer larger than this is no log that anybody asked for."""
FAR_S = 300.0
"""Time to the next attempt after what only somebody's deed can mend."""
MESSAGE_CAP = 300
"""Characters of a service's own words that are quoted."""


class Answer(NamedTuple):
    """What a service answered."""

    status: int
    body: bytes
    retry_after_s: float | None = None
    """When it wants to be asked again, if it says so."""

    def json(self) -> Any:  # noqa: ANN401 - whatever it is
        """Return the body as JSON, None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def message(self) -> str:
        """What the service says of a failure, fit to be shown."""
        told = self.json()
        text = told.get("message") or told.get("error") if isinstance(told, dict) else None
        return safe_text(str(text or self.body[:MESSAGE_CAP].decode("utf-8", "replace")).strip(), MESSAGE_CAP)


class Service:
    """One service, used as an asynchronous context."""

    def __init__(self, base: URL, headers: Mapping[str, str]) -> None:
        """``headers`` may hold secrets: they are sent to ``base`` alone."""
        self.base = base
        self._headers = headers
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The connections; only within the context."""
        assert self._session is not None  # noqa: S101 - it is a context
        return self._session

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S, sock_connect=CONNECT_S)
        jar = aiohttp.DummyCookieJar()
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout, cookie_jar=jar)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    async def get(self, path: str, query: Mapping[str, str]) -> Answer:
        """Ask for a path below the base; raises TroubleError where no answer comes or it leads elsewhere."""
        try:
            async with self.session.get(self.base / path, params=query, allow_redirects=False) as answer:
                if 300 <= answer.status < 400:
                    to = answer.headers.get("Location", "")
                    raise TroubleError("http_redirect", url=str(self.base), to=to[:MESSAGE_CAP], retry_in_s=FAR_S)
                body = b""
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise TroubleError("http_too_large", host=self.base.host or "", retry_in_s=FAR_S)
                return Answer(answer.status, body, _seconds(answer.headers.get("Retry-After", "")))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise explained(error, self.base) from error


def _seconds(retry_after: str) -> float | None:
    """Return the seconds of a ``Retry-After``; its other form, a date, is rare and left to the back-off."""
    return float(min(int(retry_after), 3600)) if retry_after.isdecimal() else None


def explained(error: Exception, url: URL) -> TroubleError:
    """Return why a service cannot be reached."""
    host = url.host or ""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "") or str(error.certificate_error)
        return TroubleError("http_certificate", host=host, reason=reason, retry_in_s=FAR_S)
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return TroubleError("http_tls", host=host)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return TroubleError("http_unknown_host", host=host)
    if isinstance(error, TimeoutError):
        return TroubleError("http_silent", host=host, seconds=f"{TIMEOUT_S:g}")
    number = error.errno if isinstance(error, aiohttp.ClientConnectorError) else None
    reason = os.strerror(number) if number else str(error) or type(error).__name__
    return TroubleError("http_unreachable", host=f"{host}:{url.port}", reason=reason)


def refused(answer: Answer, url: URL) -> TroubleError:
    """Return what an answer means that is no success, whichever service gives it."""
    host = url.host or ""
    if answer.status == 429:
        return TroubleError("http_busy", state=SourceState.WAITING, host=host, retry_in_s=answer.retry_after_s or 60.0)
    if answer.status >= 500:
        wait_s = answer.retry_after_s
        return TroubleError("http_broken", host=host, status=answer.status, said=answer.message, retry_in_s=wait_s)
    return TroubleError("http_refused", host=host, status=answer.status, said=answer.message, retry_in_s=FAR_S)


def parse_url(text: str, shown: str, remedy: str) -> URL:
    """Return an address without user, query and fragment; raises UsageError with ``remedy`` for anything else."""
    try:
        url = URL(text)
    except ValueError:
        url = URL()
    plain = not (url.user or url.password or url.query_string or url.fragment)
    if url.scheme not in ("http", "https") or not url.host or not plain:
        raise UsageError(t("sources.http_address", value=safe_text(shown)), remedy)
    return url


def is_private_way(url: URL) -> bool:
    """Tell whether a secret may travel there: encrypted, or without leaving this machine."""
    if url.scheme == "https" or url.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(url.host or "").is_loopback
    except ValueError:
        return False
