"""Runs a program of the user's for each notification: no shell, JSON on its input, an end in any case."""

import asyncio
import json
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tui.engine.alerts.notify._channel import DeliveryError
from tui.engine.alerts.notify._record import record
from tui.engine.alerts.notify._required import required
from tui.engine.alerts.notify._wording import Wording, clean
from tui.engine.errors import ConfigError
from tui.engine.model import ChannelOptions, Notification
from tui.engine.safe_text import safe_text
from tui.engine.text import t

COMPLAINT_BYTES = 4096
LONGEST_S = 25.0
"""Other messages of the channel wait meanwhile."""
PASSED_ON = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY")
"""Variables that every program gets; the others may hold secrets of other channels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(ChannelOptions):
    """``kind = "command"``."""

    command: tuple[str, ...] = ()
    """Program and arguments; nothing in them is filled in."""
    timeout_s: float = 20.0
    """Seconds until it is killed, with everything it started; at most 25."""
    pass_env: tuple[str, ...] = ()
    """Further variables to hand on."""


@dataclass(frozen=True, slots=True)
class Runner:
    """One program."""

    name: str
    options: Options
    wording: Wording

    async def send(self, message: Notification) -> None:
        """Run it once; raises DeliveryError unless it ends with 0 in time."""
        said = json.dumps(record(message, self.wording), ensure_ascii=False).encode()
        # Files and not pipes: a child that outlives the program cannot hold them open against us.
        with TemporaryFile() as given, TemporaryFile() as complaint:
            given.write(said)
            given.seek(0)
            code = await self._run(message, given, complaint)
            complaint.seek(max(0, complaint.seek(0, os.SEEK_END) - COMPLAINT_BYTES))
            words = clean(complaint.read().decode("utf-8", "replace").strip())
        if code is None:
            raise DeliveryError(t("notify.command_slow", seconds=f"{self.options.timeout_s:g}"))
        if code:
            raise DeliveryError(t("notify.command_failed", code=code, words=words))

    async def _run(self, message: Notification, given: IO[bytes], complaint: IO[bytes]) -> int | None:
        """Return the exit code, None if it had to be killed; what it started does not outlive it."""
        nothing = asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                *self.options.command,
                stdin=given,
                stdout=nothing,
                stderr=complaint,
                env=self._environment(message),
                start_new_session=True,
            )
        except OSError as error:
            program, reason = safe_text(self.options.command[0]), error.strerror or str(error)
            raise DeliveryError(t("notify.command_missing", program=program, reason=reason)) from None
        try:
            async with asyncio.timeout(self.options.timeout_s):
                return await process.wait()
        except TimeoutError:
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    def _environment(self, message: Notification) -> Mapping[str, str]:
        passed = (*PASSED_ON, *self.options.pass_env)
        return {name: os.environ[name] for name in passed if name in os.environ} | {
            "VOXTOP_KEY": message.key,
            "VOXTOP_ALERT_KEY": message.alert_key,
            "VOXTOP_OCCASION": message.occasion,
            "VOXTOP_SEVERITY": message.severity,
            "VOXTOP_RULE": message.rule,
            "VOXTOP_SUBJECT": self.wording.message(message).subject,
        }


def open_channel(name: str, options: Options, wording: Wording) -> Runner:
    """Return the channel; raises ConfigError."""
    required(name, command=options.command)
    if not 0 < options.timeout_s <= LONGEST_S:
        key = f"notify.{name}.timeout_s"
        raise ConfigError(t("notify.odd_timeout", key=key, value=options.timeout_s, most=f"{LONGEST_S:g}"))
    program = Path(options.command[0]).expanduser()
    return Runner(name, replace(options, command=(str(program), *options.command[1:])), wording)
