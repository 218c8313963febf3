"""Who may look: token, Host and Origin are checked before anything is answered (reliability §4)."""

import hmac
import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

COOKIE = "voxtop"
LARGEST = 500
"""Cells of a viewer's screen, each way: more would be asked for only to hurt."""

_POLICY = (
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self' {sockets}",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
)
HEADERS = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """What a request must show."""

    token: str
    hosts: Collection[str]
    """Names, with port, under which the server answers; any other is a rebound name."""
    secure: bool = False
    """Reached over TLS: the cookie never travels without it."""

    def __repr__(self) -> str:
        return f"Guard(hosts={sorted(self.hosts)})"

    @property
    def scheme(self) -> str:
        """How the server is reached."""
        return "https" if self.secure else "http"

    def middleware(self) -> Middleware:
        """Return what stands before every route."""

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            refused = self.refusal(request)
            response = refused if refused is not None else await handler(request)
            if not response.prepared:
                sockets = " ".join(
                    f"{'wss' if self.secure else 'ws'}://{host}" for host in sorted(self.hosts) if "[" not in host
                )
                response.headers.update({name: text.format(sockets=sockets) for name, text in HEADERS.items()})
            return response

        return guarded

    def refusal(self, request: web.Request) -> web.Response | None:
        """Return the answer to a request that may not go on, None where it may."""
        if request.method not in {"GET", "HEAD"}:
            return _refused(405)
        if request.headers.get("Host", "").lower() not in self.hosts:
            return _refused(421)
        origin = request.headers.get("Origin")
        upgrades = request.headers.get("Upgrade", "").lower() == "websocket"
        if (origin is not None or upgrades) and not self._is_ours(origin):
            return _refused(403)
        if self._knows(request.cookies.get(COOKIE, "")):
            return None
        if self._knows(request.query.get("token", "")) and not upgrades:
            return self._let_in()
        return _refused(401)

    def _is_ours(self, origin: str | None) -> bool:
        parts = urlsplit(origin or "")
        return parts.scheme == self.scheme and parts.netloc.lower() in self.hosts

    def _knows(self, shown: str) -> bool:
        return hmac.compare_digest(shown.encode("utf-8", "replace"), self.token.encode())

    def _let_in(self) -> web.Response:
        """Turn the token of the address into a cookie, so that it stays in no history and no log."""
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(
            COOKIE, self.token, httponly=True, samesite="Strict", secure=self.secure, path="/", max_age=30 * 24 * 3600
        )
        return response


def cells(text: str | None, usual: int) -> int:
    """Return a width or height asked for.

    Raises:
        HTTPBadRequest: it is no number between 1 and 500.
    """
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= LARGEST):
        raise web.HTTPBadRequest(text="the size of a screen is 1 to 500 cells\n")
    return int(text[:4])


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


_REASONS = {
    401: "a token is needed: open the address that the server printed\n",
    403: "this page may not be used from another one\n",
    405: "only looking is possible\n",
    421: "this server does not answer to that name; allow it with --host-name\n",
}


def _refused(status: int) -> web.Response:
    return web.Response(status=status, text=_REASONS[status])
