"""``voxtop serve``: the monitor in a browser, for the screen on the wall."""

import asyncio
import os
import secrets
import signal
import ssl
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import click

from tui.commands._options import as_words, screen_options, settle
from tui.commands._redaction import redact_option
from tui.engine.errors import ConfigError, UsageError
from tui.engine.safe_text import safe_text
from tui.engine.text import t

TOKEN_VARIABLE = "VOXTOP_SERVE_TOKEN"  # noqa: S105 - the name of a variable
SHORTEST_TOKEN = 16


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int


@click.command("serve", help=t("serve.help"))
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--listen", default="127.0.0.1:8080", show_default=True, metavar="HOST:PORT", help=t("serve.listen"))
@click.option("--token-file", type=click.Path(path_type=Path, dir_okay=False), help=t("serve.token_file"))
@click.option("--viewers", type=click.IntRange(1, 100), default=8, show_default=True, help=t("serve.viewers"))
@click.option("--host-name", "host_names", multiple=True, metavar="NAME[:PORT]", help=t("serve.host_name"))
@click.option("--tls-cert", type=click.Path(path_type=Path, dir_okay=False), help=t("serve.tls_cert"))
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False), help=t("serve.tls_key"))
@click.option("--plain-http", is_flag=True, help=t("serve.plain_http"))
@click.option("--since", help=t("cli.since"), metavar="T")
@redact_option
@screen_options
def command(  # noqa: PLR0917 - click passes by name
    sources: tuple[str, ...],
    listen: str,
    token_file: Path | None,
    viewers: int,
    host_names: tuple[str, ...],
    tls_cert: Path | None,
    tls_key: Path | None,
    plain_http: bool,
    config: Path | None,
    no_redact: bool,
    **flags: object,
) -> int:
    """Serve read-only monitors until a signal ends it."""
    settings = settle(config, sources=sources, **flags)
    if not settings.sources or "-" in settings.sources:
        raise UsageError(t("serve.no_sources"), t("serve.no_sources_remedy"))
    from tui.web._guard import Guard, is_loopback  # noqa: PLC0415 - no other command loads a server
    from tui.web.server import WarRoom, serve  # noqa: PLC0415 - likewise

    address, tls = _address(listen), _tls(tls_cert, tls_key)
    asked = _token(token_file)
    if not is_loopback(address.host):
        _refuse_open_doors(address, asked, secure=tls is not None or plain_http)
    token = asked or secrets.token_urlsafe(24)
    monitor = _monitor(sources, config, flags, no_redact=no_redact)

    async def run() -> None:
        hosts: set[str] = set()
        room = WarRoom(monitor, Guard(token, hosts, tls is not None), viewers, _log)

        def ready(port: int) -> None:
            hosts.update(_names(address._replace(port=port), host_names, secure=tls is not None))
            where = f"{room.guard.scheme}://{_shown(address.host)}:{port}/"
            click.echo(t("serve.ready", address=f"{where}?token={token}" if not asked else where), err=True)

        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is one
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await serve(room, address.host, address.port, tls, ready)

    try:
        asyncio.run(run())
    except OSError as error:
        raise UsageError(
            t("serve.cannot_listen", address=listen, reason=error.strerror or error), t("serve.cannot_listen_remedy")
        ) from error
    return 0


def _address(listen: str) -> Address:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise UsageError(t("serve.bad_address", value=listen), t("serve.bad_address_remedy"))
    return Address(host.strip("[]"), int(port))


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _names(address: Address, extra: Sequence[str], *, secure: bool) -> set[str]:
    """Return every value of the Host header that is ours."""
    names = {_shown(address.host), *(("localhost", "127.0.0.1", "[::1]") if address.host != "0.0.0.0" else ())}  # noqa: S104 - compared, not bound
    bare = {*names, *extra}
    usual = 443 if secure else 80
    found = {name.lower() if ":" in name.removesuffix("]") else f"{name.lower()}:{address.port}" for name in bare}
    return found | ({name.lower() for name in bare} if address.port == usual else set())


def _tls(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(t("serve.bad_certificate", path=cert, reason=error.strerror or error)) from error
    return context


def _token(path: Path | None) -> str:
    """Return the token set by the user; empty where one is to be made up.

    Raises:
        ConfigError: the file cannot be read, others can read it, or the token is too short.
    """
    if path is None:
        token = os.environ.get(TOKEN_VARIABLE, "")
    else:
        try:
            mode, token = path.stat().st_mode, path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ConfigError(t("serve.token_unreadable", path=path, reason=reason)) from error
        if stat.S_IMODE(mode) & 0o077:
            raise ConfigError(t("serve.token_open", path=path), f"chmod 600 {path}")
    if token and len(token) < SHORTEST_TOKEN:
        raise ConfigError(t("serve.token_short", length=SHORTEST_TOKEN), "openssl rand -hex 24")
    return token


def _refuse_open_doors(address: Address, token: str, *, secure: bool) -> None:
    if not token:
        raise UsageError(t("serve.needs_token", host=address.host), t("serve.needs_token_remedy", name=TOKEN_VARIABLE))
    if not secure:
        raise UsageError(t("serve.needs_tls", host=address.host), t("serve.needs_tls_remedy"))


def _monitor(sources: Sequence[str], config: Path | None, flags: dict[str, object], *, no_redact: bool) -> list[str]:
    """Return what starts a viewer's monitor: this program, read-only, with the same options."""
    words = [sys.executable, "-P", "-m", "tui", "--read-only", *as_words({**flags, "config": config})]
    return [*words, *(["--no-redact"] if no_redact else []), "--", *sources]


def _log(what: str, viewers: int, complaint: str) -> None:
    click.echo(t(f"serve.{what}", viewers=viewers), err=True)
    if complaint:
        click.echo(t("serve.complained", text=safe_text(complaint)), err=True)
