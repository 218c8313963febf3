"""Sends what is in the outbox, each channel for itself: one that hangs holds up no other."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from functools import partial

from tui.engine.alerts import outbox
from tui.engine.alerts.notify import Channel, DeliveryError
from tui.engine.alerts.outbox import Letter, Limits
from tui.engine.clock import Clock
from tui.engine.state import StateDatabase
from tui.engine.text import t

BASE_S = 1.0
LONGEST_S = 300.0
IDLE_S = 1.0
SEND_S = 30.0
"""A channel that needs longer for one message has failed, as far as we know."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which only critical alerts are sent; the others wait and are told together afterwards."""

    begin: time
    end: time
    tz: tzinfo | None = None

    def holds(self, now: float) -> bool:
        """Tell whether it is quiet time."""
        local = datetime.fromtimestamp(now, self.tz).time()
        if self.begin <= self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt, for the log."""

    channel: str
    letter: Letter
    error: str = ""
    dead: bool = False


class Delivery:
    """Takes messages from the outbox to their channels until cancelled."""

    def __init__(
        self,
        database: StateDatabase,
        channels: Mapping[str, Channel],
        clock: Clock,
        *,
        limits: Limits | None = None,
        quiet: Quiet | None = None,
        tell: Callable[[Outcome], None] = lambda _: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``tell`` hears of every attempt."""
        self.channels = channels
        self._database = database
        self._clock = clock
        self._limits = limits or Limits()
        self._quiet = quiet
        self._tell = tell
        self._chance = chance

    async def run(self) -> None:
        """Send as long as there are channels."""
        now = self._clock.now()
        await self._database.write(
            partial(outbox.resume, channels=tuple(self.channels), reason=t("alerts.channel_gone"), now=now)
        )
        async with asyncio.TaskGroup() as group:
            for name in self.channels:
                group.create_task(self._serve(name))

    async def _serve(self, name: str) -> None:
        while True:
            if not await self.send_next(name):
                await asyncio.sleep(IDLE_S)

    async def send_next(self, name: str) -> bool:
        """Send the next message of a channel and note what became of it; tell whether there was one."""
        now = self._clock.now()
        quiet = self._quiet is not None and self._quiet.holds(now)
        letter = await self._database.write(
            partial(outbox.claim, channel=name, now=now, limits=self._limits, critical_only=quiet), durable=True
        )
        if letter is None:
            return False
        try:
            async with asyncio.timeout(SEND_S):
                await self.channels[name].send(letter.message)
        except DeliveryError as error:
            await self._failed(name, letter, error)
        except TimeoutError:
            await self._failed(name, letter, DeliveryError(t("alerts.send_timeout", seconds=f"{SEND_S:g}")))
        else:
            await self._database.write(partial(outbox.arrived, row=letter.row, now=self._clock.now()), durable=True)
            self._tell(Outcome(name, letter))
        return True

    async def _failed(self, name: str, letter: Letter, error: DeliveryError) -> None:
        now = self._clock.now()
        due = self._due(letter, error, now)
        await self._database.write(
            partial(outbox.failed, row=letter.row, due=due, reason=error.reason, now=now), durable=True
        )
        self._tell(Outcome(name, letter, error.reason, dead=due is None))

    def _due(self, letter: Letter, error: DeliveryError, now: float) -> float | None:
        """Return when to try again: full jitter below a growing bound, not before the receiver wants it."""
        if error.permanent or now - letter.created > self._limits.give_up_s:
            return None
        bound = min(LONGEST_S, BASE_S * 2.0 ** min(letter.attempts, 16))
        return now + max(error.retry_after_s or 0.0, bound * self._chance())
