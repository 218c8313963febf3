"""What a connection is made with: the effective ``~/.ssh/config``, known hosts and keys (reliability §2.3)."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

import asyncssh
from asyncssh.constants import DEFAULT_PORT
from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

from tui.engine.sources._ssh_address import Address
from tui.engine.sources._trouble import NEVER, TroubleError

CONNECT_TIMEOUT_S = 10
LOGIN_TIMEOUT_S = 20
KEEPALIVE_S = 10
KEEPALIVES = 3
"""Keepalives without an answer after which a connection is dead."""

PASSPHRASE = "VOXTOP_SSH_PASSPHRASE"  # noqa: S105 - the name of a variable
"""Environment variable with the passphrase of a key that no agent holds."""

_DEFAULT_KEYS = ("~/.ssh/id_ed25519_sk", "~/.ssh/id_ecdsa_sk", "~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
_USER_KNOWN_HOSTS = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
_GLOBAL_KNOWN_HOSTS = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")


class Settings(NamedTuple):
    """How to reach one machine."""

    options: asyncssh.SSHClientConnectionOptions
    known_hosts: asyncssh.SSHKnownHosts | None
    """None where the user's own config says that nobody checks the key."""
    jumps: tuple[str, ...]
    """The machines on the way, as ``ProxyJump`` names them, nearest first."""

    @property
    def account(self) -> str:
        """``user@host:port`` behind all aliases."""
        return str(Address(self.options.host, self.options.username, self.options.port))

    def identity_files(self) -> list[Path]:
        """Return the private keys that are tried besides those of an agent."""
        named = cast("list[str] | None", self.options.config.get("IdentityFile"))
        paths = (Path(each).expanduser() for each in named or _DEFAULT_KEYS)
        return [path for path in paths if path.is_file()]

    @property
    def known_as(self) -> str:
        """The name under which its key is known."""
        return self.options.host_key_alias or self.options.host

    def known_keys(self, network_address: str) -> list[asyncssh.SSHKey]:
        """Return the keys that are known for it, by its name or by its network address."""
        return [] if self.known_hosts is None else self._match(network_address).keys

    def is_revoked(self, key: asyncssh.SSHKey, network_address: str) -> bool:
        """Tell whether a key is known as one that must not be used any more."""
        return self.known_hosts is not None and key in self._match(network_address).revoked

    def _match(self, network_address: str) -> "Known":
        assert self.known_hosts is not None  # noqa: S101 - the callers looked
        return match_known(self.known_hosts, self.known_as, network_address, _told(self.options.port))


async def effective_settings(
    address: Address, client: Callable[[], asyncssh.SSHClient], *, insecure: bool, passphrase: str | None
) -> Settings:
    """Read the user's ``~/.ssh/config`` for a machine, and the keys it knows.

    Args:
        address: as typed.
        client: makes what is told about the host key and banners.
        insecure: the user's own config agreed that nobody checks this machine's key.
        passphrase: opens keys that are protected by one.

    Raises:
        TroubleError: the config cannot be read, or would have no host key checked.
    """
    try:
        return await asyncio.to_thread(_settings, address, client, insecure, passphrase)
    except asyncssh.ConfigParseError as error:
        raise TroubleError("ssh_config", reason=str(error), retry_in_s=NEVER) from error
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise _key_trouble(error) from error
    except (OSError, ValueError) as error:
        if isinstance(error, TroubleError):
            raise
        raise TroubleError("ssh_config", reason=str(error), retry_in_s=NEVER) from error


def _settings(
    address: Address, client: Callable[[], asyncssh.SSHClient], insecure: bool, passphrase: str | None
) -> Settings:
    named: dict[str, object] = {"config": (), "host": address.host}  # () is ~/.ssh/config, and no other
    named |= {"username": address.user} if address.user else {}
    named |= {"port": address.port} if address.port else {}
    config = asyncssh.SSHClientConnectionOptions(client_keys=None, **named)
    if config.known_hosts is None and not insecure:
        raise TroubleError("ssh_unchecked", host=address.host, retry_in_s=NEVER)
    known_hosts = None if insecure else _read_known_hosts(config)
    jump = config.tunnel if isinstance(config.tunnel, str) else ""
    keys: dict[str, object] = {}
    if config.config.get("IdentityFile"):  # like ssh, without those that are not there
        files = Settings(config, known_hosts, ()).identity_files()
        keys = {"client_keys": [str(file) for file in files], "ignore_encrypted": True}
    options = asyncssh.SSHClientConnectionOptions(
        client_factory=client,
        tunnel=None,
        known_hosts=None if known_hosts is None else partial(match_known, known_hosts),
        server_host_key_algs=_algorithms(config, known_hosts),
        connect_timeout=config.connect_timeout or CONNECT_TIMEOUT_S,
        login_timeout=LOGIN_TIMEOUT_S,
        keepalive_interval=config.keepalive_interval or KEEPALIVE_S,
        keepalive_count_max=KEEPALIVES,
        passphrase=passphrase,
        command=None,
        request_pty=False,
        encoding=None,
        **keys,
        **named,
    )
    return Settings(options, known_hosts, tuple(filter(None, jump.split(","))))


def _read_known_hosts(config: asyncssh.SSHClientConnectionOptions) -> asyncssh.SSHKnownHosts:
    """Read every known_hosts file there is, like ssh without its lines that make no sense."""
    user = cast("list[str]", config.config.get("UserKnownHostsFile", _USER_KNOWN_HOSTS))
    everyone = cast("list[str]", config.config.get("GlobalKnownHostsFile", _GLOBAL_KNOWN_HOSTS))
    known = asyncssh.SSHKnownHosts()
    for line in _lines([*user, *everyone]):
        try:
            known.load(line)
        except ValueError:
            continue
    return known


def _lines(paths: list[str]) -> Iterator[str]:
    for path in paths:
        try:
            yield from Path(path).expanduser().read_text("utf-8", "replace").splitlines()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise TroubleError("ssh_known_hosts", path=path, reason=error.strerror or str(error)) from error


def _algorithms(
    config: asyncssh.SSHClientConnectionOptions, known_hosts: asyncssh.SSHKnownHosts | None
) -> list[str] | tuple[()]:
    """Ask for a key of a kind that is known first, but for any at last: a changed kind is a changed key."""
    if config.config.get("HostKeyAlgorithms") or known_hosts is None:
        return ()
    keys, authorities, _ = match_known(known_hosts, config.host_key_alias or config.host, "", _told(config.port))
    certified = get_default_certificate_algs()
    wanted = [algorithm for key in keys for algorithm in key.sig_algorithms]
    order = [*(certified if authorities else ()), *wanted, *get_default_public_key_algs()]
    return [algorithm.decode() for algorithm in dict.fromkeys(order)]


class Known(NamedTuple):
    """The keys that known_hosts has for one machine."""

    keys: list[asyncssh.SSHKey]
    authorities: list[asyncssh.SSHKey]
    revoked: list[asyncssh.SSHKey]


def match_known(known_hosts: asyncssh.SSHKnownHosts, host: str, address: str, port: int | None) -> Known:
    """Look a machine up by name and network address; ``port`` is None for the usual one.

    asyncssh forgets what is revoked for a port where it has no other key for it; ssh does not.
    """
    keys, authorities, revoked, *_ = known_hosts.match(host, address, port)
    if port is not None:
        revoked = [*revoked, *known_hosts.match(f"[{host}]:{port}", "", None)[2]]
    return Known(list(keys), list(authorities), list(revoked))


def _told(port: int) -> int | None:
    """Return a port as known_hosts has it: only where it is not the usual one."""
    return None if port == DEFAULT_PORT else port


def _key_trouble(error: Exception) -> TroubleError:
    """Tell what is wrong with a key that the config names."""
    text = str(error)
    if "bcrypt" in text:
        return TroubleError("ssh_no_bcrypt", retry_in_s=NEVER)
    if "passphrase" in text.lower() or isinstance(error, asyncssh.KeyEncryptionError):
        return TroubleError("ssh_passphrase_wrong", variable=PASSPHRASE, retry_in_s=NEVER)
    return TroubleError("ssh_key_unreadable", reason=text, retry_in_s=NEVER)
