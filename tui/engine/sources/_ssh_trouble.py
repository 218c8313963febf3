"""Why a machine cannot be reached over SSH, and what helps: one sentence for each cause (reliability §2.3)."""

import asyncio
import errno
import socket
from pathlib import Path

import asyncssh
from asyncssh.constants import DEFAULT_PORT

from tui.engine.sources._ssh_address import Address
from tui.engine.sources._ssh_guard import Guard
from tui.engine.sources._ssh_settings import LOGIN_TIMEOUT_S, PASSPHRASE, Settings
from tui.engine.sources._trouble import NEVER, TroubleError

REFUSED_RETRY_S = 300.0
"""Between attempts that are refused: more of them would have a guard such as fail2ban lock the account out."""

_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}


async def explain(error: Exception, address: Address, settings: Settings | None, guard: Guard) -> TroubleError:
    """Return what an attempt to connect failed of."""
    host = str(address)
    if settings is not None and isinstance(error, asyncssh.HostKeyNotVerifiable):
        return _host_key_trouble(error, settings, guard)
    if settings is not None and isinstance(error, asyncssh.PermissionDenied):
        return await asyncio.to_thread(_denied, settings)
    if isinstance(error, asyncssh.Error) and "authentication failures" in error.reason:
        return TroubleError("ssh_too_many_keys", host=host, retry_in_s=REFUSED_RETRY_S)
    if isinstance(error, asyncssh.ConnectionLost | ConnectionError) and guard.connected and not guard.greeted:
        return TroubleError("ssh_not_ssh", host=host, reason=reason_of(error))
    if isinstance(error, asyncssh.Error):
        return _protocol_trouble(error, host)
    return _system_trouble(error, host, settings)


def _system_trouble(error: Exception, host: str, settings: Settings | None) -> TroubleError:
    """Explain what the machine's own network says."""
    if isinstance(error, TimeoutError):  # its text is empty
        return TroubleError("ssh_timeout", host=host, seconds=_patience(settings))
    if isinstance(error, socket.gaierror):
        return TroubleError("ssh_unresolved", host=settings.options.host if settings else host)
    if isinstance(error, ConnectionRefusedError):
        return TroubleError("ssh_refused", host=settings.account if settings else host)
    if isinstance(error, FileNotFoundError) and settings and settings.options.proxy_command:
        return TroubleError("ssh_proxy", host=host, command=str(error.filename or ""), retry_in_s=NEVER)
    key = "ssh_unreachable" if isinstance(error, OSError) and error.errno in _UNREACHABLE else "ssh_lost"
    return TroubleError(key, host=host, reason=reason_of(error))


def _patience(settings: Settings | None) -> str:
    return f"{settings.options.connect_timeout:g}" if settings and settings.options.connect_timeout else ""


def reason_of(error: BaseException) -> str:
    """Return an exception's own words, or at least its name: some have none."""
    words = error.strerror if isinstance(error, OSError) else str(error)
    return words or str(error) or type(error).__name__


def _protocol_trouble(error: asyncssh.Error, host: str) -> TroubleError:
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return TroubleError("ssh_algorithms", host=host, reason=error.reason, retry_in_s=REFUSED_RETRY_S)
    if isinstance(error, asyncssh.ProtocolError | asyncssh.ProtocolNotSupported):
        return TroubleError("ssh_not_ssh", host=host, reason=error.reason)
    if isinstance(error, asyncssh.ChannelOpenError):
        return TroubleError("ssh_jump", host=host, reason=error.reason)
    if "Login timeout" in error.reason:
        return TroubleError("ssh_timeout", host=host, seconds=LOGIN_TIMEOUT_S)
    return TroubleError("ssh_lost", host=host, reason=error.reason)


def _host_key_trouble(error: asyncssh.HostKeyNotVerifiable, settings: Settings, guard: Guard) -> TroubleError:
    """Tell an unknown host from one whose key changed."""
    host, port = settings.known_as, settings.options.port
    named = host if port == DEFAULT_PORT else f"[{host}]:{port}"
    if guard.offered is None or settings.is_revoked(guard.offered, guard.offered_by):
        return TroubleError("ssh_key_revoked", host=named, reason=error.reason, retry_in_s=NEVER)
    new = _fingerprint(guard.offered)
    old = dict.fromkeys(_fingerprint(key) for key in settings.known_keys(guard.offered_by))
    if old:
        return TroubleError("ssh_key_changed", host=named, old=", ".join(old), new=new, retry_in_s=NEVER)
    return TroubleError("ssh_key_unknown", host=named, name=host, port=port, new=new, retry_in_s=NEVER)


def _fingerprint(key: asyncssh.SSHKey) -> str:
    return f"{key.algorithm.decode('ascii', 'replace').removeprefix('ssh-')} {key.get_fingerprint()}"


def _denied(settings: Settings) -> TroubleError:
    """Find out why no key was accepted: an agent that is gone, a key that needs a passphrase, or simply no."""
    agent = settings.options.agent_path or ""
    files = settings.identity_files()
    tried = ", ".join(map(str, files))
    if agent and not _answers(agent):
        return TroubleError("ssh_agent_dead", path=agent, account=settings.account, retry_in_s=REFUSED_RETRY_S)
    locked = next((file for file in files if _is_locked(file)), None)
    if locked is not None:
        return TroubleError("ssh_passphrase", path=str(locked), variable=PASSPHRASE, retry_in_s=REFUSED_RETRY_S)
    if not files and not agent:
        return TroubleError("ssh_no_key", account=settings.account, retry_in_s=REFUSED_RETRY_S)
    return TroubleError(
        "ssh_denied", account=settings.account, tried=tried or f"agent {agent}", retry_in_s=REFUSED_RETRY_S
    )


def _answers(agent: str) -> bool:
    """Tell whether anybody listens on an agent's socket."""
    with socket.socket(socket.AF_UNIX) as attempt:
        attempt.settimeout(2)
        try:
            attempt.connect(agent)
        except OSError:
            return False
    return True


def _is_locked(file: Path) -> bool:
    """Tell whether a private key is protected by a passphrase."""
    try:
        asyncssh.import_private_key(file.read_bytes())
    except asyncssh.KeyImportError as error:
        return str(error).startswith("Passphrase")
    except OSError:
        return False
    return False
