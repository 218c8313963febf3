"""Judges an alert that comes and goes, and delivers into a file, until killed: ``STATE FOLDER SECONDS SINK``."""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path

from tests.engine.alerts import figures
from tui.engine.alerts import outbox
from tui.engine.alerts.delivery import Delivery
from tui.engine.alerts.judge import Judge
from tui.engine.alerts.policy import Policy
from tui.engine.alerts.rule import read_rules
from tui.engine.clock import ManualClock
from tui.engine.model import Notification
from tui.engine.state import StateDatabase

ROUNDS = 40


class FileSink:
    """Appends the key of each message to a file, at once and for good."""

    name = "ops"

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    async def send(self, message: Notification) -> None:
        self._file.write(f"{message.occasion} {message.key}\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def note(position: Path, number: int) -> None:
    """Write the next round; whenever the process dies, the file holds a number."""
    draft = position.with_suffix(".new")
    draft.write_text(str(number), encoding="utf-8")
    draft.replace(position)


async def run(folder: Path, position: Path, sink: Path) -> None:
    """Go on at the round noted in a file; odd rounds miss a key, even ones do not."""
    rules = read_rules({}, str)
    clock = ManualClock(figures.NOW)
    with StateDatabase(folder) as database:
        judge = Judge(rules, database, clock, channels={"ops": Policy()})
        delivery = Delivery(database, {"ops": FileSink(sink)}, clock)
        await database.write(partial(outbox.resume, channels=("ops",), reason="", now=clock.now()))
        for number in range(int(position.read_text() or 0), ROUNDS):  # noqa: ASYNC240 - nobody waits
            clock.set(figures.NOW + 700 * number)
            at = clock.now()
            await judge.look(figures.missing(at=at) if number % 2 else figures.CALM)
            print(number, flush=True)  # noqa: T201 - tells how far it got
            while await delivery.send_next("ops"):
                pass
            note(position, number + 1)


if __name__ == "__main__":
    asyncio.run(run(*map(Path, sys.argv[1:4])))
