"""Sends what is in the outbox, each channel for itself: one that hangs holds up no other."""

import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from tui.engine.alerts import outbox
from tui.engine.alerts.notify import Channel, DeliveryError
from tui.engine.alerts.outbox import Letter
from tui.engine.alerts.policy import Policy
from tui.engine.clock import Clock
from tui.engine.errors import StateError
from tui.engine.state import StateDatabase
from tui.engine.text import t

BASE_S = 1.0
LONGEST_S = 300.0
IDLE_S = 1.0
GIVE_UP_S = 86_400.0
"""A message that did not arrive for so long is dead."""
SEND_S = 30.0
"""A channel that needs longer for one message has failed, as far as we know."""


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
        policies: Mapping[str, Policy] | None = None,
        tell: Callable[[Outcome], None] = lambda _: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``policies`` say by channel what it may be sent and when; ``tell`` hears of every attempt."""
        self.channels = channels
        self._database = database
        self._clock = clock
        self._policies = policies or {}
        self._tell = tell
        self._chance = chance

    async def run(self) -> None:
        """Send as long as there are channels."""
        with suppress(StateError):
            await self._database.write(
                partial(
                    outbox.resume,
                    channels=tuple(self.channels),
                    reason=t("alerts.channel_gone"),
                    now=self._clock.now(),
                )
            )
        async with asyncio.TaskGroup() as group:
            for name in self.channels:
                group.create_task(self._serve(name))

    async def _serve(self, name: str) -> None:
        while True:
            more = False
            with suppress(StateError):  # whoever judges meets it too and tells of it; here it is only tried again
                more = await self.send_next(name)
            if not more:
                await asyncio.sleep(IDLE_S)

    async def drain(self, seconds: float) -> None:
        """Send what is due now, for so long at most: the program ends."""
        with suppress(StateError, TimeoutError):
            async with asyncio.timeout(seconds):
                for name in self.channels:
                    while await self.send_next(name):
                        pass

    async def send_next(self, name: str) -> bool:
        """Send the next message of a channel and note what became of it; tell whether there was one."""
        now = self._clock.now()
        policy = self._policies.get(name, Policy())
        claim = partial(
            outbox.claim, channel=name, now=now, per_hour=policy.per_hour, critical_only=policy.is_quiet(now)
        )
        letter = await self._database.write(claim, durable=True)
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
        if error.permanent or now - letter.created > GIVE_UP_S:
            return None
        bound = min(LONGEST_S, BASE_S * 2.0 ** min(letter.attempts, 16))
        return now + max(error.retry_after_s or 0.0, bound * self._chance())
