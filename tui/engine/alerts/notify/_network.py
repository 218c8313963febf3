"""Posts to a web address and to nowhere else: TLS, no redirect, no inner network unless allowed (reliability §4)."""

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tui.engine.alerts.notify._channel import DeliveryError
from tui.engine.errors import ConfigError
from tui.engine.model import ChannelOptions
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text
from tui.engine.secret import Secret
from tui.engine.text import t

TIMEOUT_S = 5.0
LONGEST_WAIT_S = 3600.0
"""A server may not ask for more than this."""
ANSWER_BYTES = 4096
"""Of an answer nobody reads, so that a long one costs nothing."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_METADATA = tuple(map(ipaddress.ip_network, ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128")))
"""Where clouds hand out credentials; no allow-list opens it."""


class BlockedAddressError(OSError):
    """A name leads into a network that notifications may not reach."""


@dataclass(frozen=True, slots=True)
class Fence:
    """Which addresses may be reached: every public one, and inner ones that the user allows."""

    allowed: tuple[Network, ...] = ()

    def lets(self, written: str) -> bool:
        """Tell whether this address may be reached; what hides another address is judged by that."""
        address = _unwrapped(ipaddress.ip_address(written.partition("%")[0]))
        if any(address in network for network in _METADATA):
            return False
        return (address.is_global and not address.is_multicast) or any(address in network for network in self.allowed)


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one (mapped, 6to4, Teredo, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        return inner or address
    return address


def fence(key: str, networks: Iterable[str]) -> Fence:
    """Return the fence that opens these networks, such as ``10.0.0.0/8`` or ``192.168.1.7``.

    Raises:
        ConfigError: one of them is no network.
    """
    allowed = []
    for written in networks:
        try:
            allowed.append(ipaddress.ip_network(written, strict=False))
        except ValueError:
            raise ConfigError(t("notify.no_network", key=key, value=written), t("notify.no_network_remedy")) from None
    return Fence(tuple(allowed))


class FencedResolver(AbstractResolver):
    """Looks names up and hands on only addresses inside the fence: the very ones that are then dialled.

    The check stands here, behind the lookup, so that a name that changes its address between a check and
    its use gains nothing.
    """

    def __init__(self, fence: Fence) -> None:
        self._fence = fence

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host, or raise BlockedAddressError where none may be reached."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        open_ones = [row for row in found if self._fence.lets(str(row[4][0]))]
        if not open_ones:
            raise BlockedAddressError(found[0][4][0] if found else host)
        return [
            ResolveResult(hostname=host, host=str(at[0]), port=port, family=kind, proto=proto, flags=0)
            for kind, _, proto, _, at in open_ones
        ]

    async def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions(ChannelOptions):
    """What every kind that posts over the web understands."""

    allow_networks: tuple[str, ...] = ()
    """Inner networks or addresses that may be reached, such as ``10.1.0.0/16``."""
    ca_file: str = ""
    """Certificates of an authority of one's own, in PEM; empty trusts those of the system."""
    plain_http: bool = False
    """Allow an address that begins with ``http://``: whoever is on the way can read and change it."""


class WebTarget:
    """One address to post to; it is a secret, because many services put their token into it."""

    def __init__(self, key: str, url: Secret, options: WebOptions) -> None:
        """Check the address without looking its name up.

        Raises:
            ConfigError: it is none that may be posted to.
        """
        self._url = url
        self._fence = fence(f"{key}.allow_networks", options.allow_networks)
        self._tls = tls(f"{key}.ca_file", options.ca_file)
        self.host = _checked_host(key, url, options, self._fence)

    def __repr__(self) -> str:
        return f"WebTarget({self.host!r})"

    async def post(self, body: bytes, headers: Mapping[str, str], secrets: Sequence[Secret] = ()) -> None:
        """Post once; returns when the service has taken it.

        Raises:
            DeliveryError: it has not, or nobody knows whether it has.
        """
        connector = aiohttp.TCPConnector(resolver=FencedResolver(self._fence), ssl=self._tls, use_dns_cache=False)
        timeout = aiohttp.ClientTimeout(total=3 * TIMEOUT_S, sock_connect=TIMEOUT_S, sock_read=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
                session.post(self._url.reveal(), data=body, headers=headers, allow_redirects=False) as answer,
            ):
                said = await _beginning(answer)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise DeliveryError(trouble(error, self.host)) from None
        if answer.status // 100 != 2:
            for secret in (self._url, *secrets):
                said = secret.hidden(said)
            raise _refusal(answer.status, answer.headers, self.host, said)


def tls(key: str, ca_file: str) -> ssl.SSLContext:
    """Return what verifies a server's certificate and name, always.

    Raises:
        ConfigError: the file of certificates cannot be used.
    """
    try:
        return ssl.create_default_context(cafile=str(Path(ca_file).expanduser()) if ca_file else None)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(t("notify.no_ca", key=key, path=safe_text(ca_file), reason=safe_text(reason))) from None


def _checked_host(key: str, url: Secret, options: WebOptions, fence: Fence) -> str:
    """Return the host of an address that may be posted to; the address itself is told nowhere."""
    written = url.reveal()
    try:
        parts = urlsplit(written)
        host = parts.hostname or ""
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        host, port_ok = "", False
    if not host or not port_ok or parts.username is not None or any(char.isspace() for char in written):
        raise ConfigError(t("notify.no_url", key=key), t("notify.no_url_remedy", key=key))
    if parts.scheme != "https" and not (options.plain_http and parts.scheme == "http"):
        raise ConfigError(t("notify.no_https", key=key, host=safe_text(host)), t("notify.no_https_remedy", key=key))
    if _is_address(host) and not fence.lets(host):
        raise ConfigError(t("notify.inner", key=key, host=host), t("notify.inner_remedy", key=key))
    return host


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


async def _beginning(answer: aiohttp.ClientResponse) -> str:
    """Return the first words of an answer: why a service refused is worth telling."""
    data = await answer.content.read(ANSWER_BYTES)
    return data.decode("utf-8", "replace")


def trouble(error: BaseException, host: str, seconds: float = TIMEOUT_S) -> str:
    """Put what went wrong on the way into words; the exceptions' own may hold the whole address."""
    inner = ([error] + [each for each in _causes(error) if isinstance(each, _TELLING)])[-1]
    match inner:
        case BlockedAddressError():
            return t("notify.blocked", host=host, address=inner)
        case ssl.SSLCertVerificationError():
            return t("notify.bad_certificate", host=host, reason=safe_text(inner.verify_message))
        case socket.gaierror():
            return t("notify.no_such_host", host=host)
        case TimeoutError():
            return t("notify.no_answer", host=host, seconds=f"{seconds:g}")
        case OSError() if inner.strerror:
            return t("notify.no_connection", host=host, reason=safe_text(inner.strerror))
    return t("notify.cut_off", host=host)


_TELLING = (BlockedAddressError, ssl.SSLCertVerificationError, socket.gaierror, TimeoutError)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what lies behind it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


_NOT_TAKEN = frozenset({400, 405, 411, 413, 414, 415, 422})
"""The message itself is refused: the same one again would be refused again."""


def _refusal(status: int, headers: Mapping[str, str], host: str, said: str) -> DeliveryError:
    """Judge an answer that is no success; a refused key or a moved address can be mended, so it is tried again."""
    if 300 <= status < 400:
        return DeliveryError(t("notify.redirected", host=host, status=status))
    words = safe_text(redact(" ".join(said.split())), 200)
    reason = t("notify.refused", host=host, status=status, words=words) if words else ""
    return DeliveryError(
        reason or t("notify.refused_silently", host=host, status=status),
        permanent=status in _NOT_TAKEN,
        retry_after_s=_retry_after(headers.get("Retry-After", "")),
    )


def _retry_after(written: str) -> float | None:
    """Return the seconds that a server asks to wait: a number, or the time until a date."""
    if written.isascii() and written.isdigit():
        return float(min(int(written), LONGEST_WAIT_S))
    try:
        wait = parsedate_to_datetime(written).timestamp() - time.time()
    except ValueError:
        return None
    return min(max(0.0, wait), LONGEST_WAIT_S)
