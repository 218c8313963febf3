"""Alerts for a monitor with a screen: judged here, or read where ``voxtop watch`` judges the same sources."""

import asyncio
import getpass
import hashlib
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from tui.alerting import Alerting, alerting
from tui.config import Settings
from tui.engine.alerts import book, log
from tui.engine.alerts.delivery import Delivery
from tui.engine.alerts.judge import CALM_S, JUDGE_S, Judge
from tui.engine.alerts.matching import matcher
from tui.engine.alerts.notify import DeliveryError
from tui.engine.alerts.telling import sample
from tui.engine.clock import Clock
from tui.engine.errors import ConfigError, StateError
from tui.engine.model import NO_BOARD, Alert, AlertBoard, AlertNote, Playbook, Silence, Snapshot
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.safe_text import safe_text
from tui.engine.sources import identity
from tui.engine.state import StateDatabase
from tui.engine.ticking import next_tick

RESUME_S = 60.0
"""A monitor opened again so soon goes on with its alerts; later it begins anew (semantics R68)."""
SETTLED_WITHIN_S = 0.05
"""What is shown waits no longer than this for being judged: it is one picture then instead of two."""
DELIVERY = "delivery"
"""The role of the one process that sends messages."""


def alert_desk(
    settings: Settings,
    playbooks: PlaybookCatalogue,
    specs: Sequence[str],
    snapshot: Callable[[], Snapshot],
    clock: Clock,
    *,
    private: bool,
    tell: Callable[[], None],
) -> "AlertDesk":
    """Return the desk of a monitor; a channel that cannot be opened keeps nobody from looking at the log.

    Raises:
        ConfigError: a rule file is wrong.
    """
    trouble = ""
    try:
        found = alerting(settings, playbooks)
    except ConfigError as error:
        found, trouble = alerting(replace(settings, notify={}), playbooks), str(error)
    return AlertDesk(found, specs, snapshot, clock, private=private, trouble=trouble, tell=tell)


class AlertDesk:
    """Keeps the board of one monitor; a ``watch`` on its sources has precedence in judging and notifying."""

    def __init__(
        self,
        alerting: Alerting,
        specs: Sequence[str],
        snapshot: Callable[[], Snapshot],
        clock: Clock,
        *,
        private: bool = False,
        trouble: str = "",
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        """``private`` neither shares its alerts nor notifies: a simulation is nobody's incident.

        ``trouble`` is why nobody can be notified, a sentence; ``tell`` is called when the board is another one.
        """
        self._tell = tell
        self.trouble = trouble
        self._alerting = alerting
        self._specs = tuple(identity(spec) for spec in specs)
        self._snapshot = snapshot
        self._clock = clock
        self._private = private
        self._scope = hashlib.sha256("\0".join(sorted(self._specs)).encode("utf-8", "surrogateescape")).hexdigest()[:12]
        self._board = NO_BOARD
        self._lost = ""
        self._renewed = False
        self._database: StateDatabase | None = None
        self._seen: tuple[Snapshot, int | None] | None = None
        """The figures and the version of the state file at the last look."""
        self._again_at = 0.0
        self._watched = False
        self._sending: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._awaited = False

    def use(self, alerting: Alerting) -> None:
        """Judge by these rules and tell these channels from the next second on."""
        self._alerting, self._renewed, self.trouble = alerting, True, ""

    def board(self) -> AlertBoard:
        """Return the alerts; the same object while nothing changed."""
        return self._board

    async def settled(self) -> None:
        """Return once the figures of this moment are judged, if they are just being, or a moment later.

        Whoever looks at the board then is not told besides that it is another one.
        """
        if not self._settled.is_set():
            self._awaited = True
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(SETTLED_WITHIN_S):
                        await self._settled.wait()
            finally:
                self._awaited = False

    def playbook(self, alert: Alert) -> Playbook | None:
        """Return what to do about an alert, if that is known."""
        return self._alerting.teller.playbook(alert.playbook) if alert.playbook else None

    async def run(self) -> None:
        """Look every second whether to judge or to read, and send what is to be sent, until cancelled."""
        with ExitStack() as stack:
            self._database = database = self._open(stack)
            judge = Judge(
                self._alerting.rules,
                database,
                self._clock,
                scope=self._scope,
                sources=self._specs,
                channels={} if self._private else self._alerting.policies,
                teller=self._alerting.teller,
                resume_s=RESUME_S,
            )
            try:
                while True:
                    if self._renewed:
                        policies = {} if self._private else self._alerting.policies
                        judge.use(self._alerting.rules, policies, self._alerting.teller)
                        self._send(stop=True)
                        self._renewed, self._seen = False, None
                    with suppress(StateError):  # the next second tries again; the panel then shows its age
                        await self._look(database, judge)
                        self._send(stop=self._watched or self._private)
                    self._settled.set()
                    await next_tick(JUDGE_S, partial(self._is_due, database))
            finally:
                self._send(stop=True)
                with suppress(StateError):
                    await judge.end()

    def _is_due(self, database: StateDatabase) -> bool:
        """Tell whether the figures, the state file or time itself may lead to anything new, or somebody has to send."""
        snapshot, version = self._seen or (None, None)
        due = (
            self._renewed
            or version is None
            or self._clock.monotonic() >= self._again_at
            or self._snapshot() is not snapshot
            or database.version() != version
            or self._is_to_send()
        )
        if due:
            self._settled.clear()
        return due

    def _is_to_send(self) -> bool:
        """Tell whether there are channels to send through and nobody does."""
        wanted = bool(self._alerting.channels) and not (self._watched or self._private)
        return wanted and (self._sending is None or self._sending.done())

    async def _look(self, database: StateDatabase, judge: Judge) -> None:
        """Judge and read."""
        snapshot, version = self._snapshot(), database.version()
        others_wrote = self._seen is None or version is None or version != self._seen[1]
        self._seen = None
        if others_wrote or self._watched:
            self._watched = await self._is_watched(database)
        if self._watched:
            version = database.version()
            board = await database.read(partial(book.read_board, scopes=(book.WATCH,), now=self._clock.now()))
        else:
            await judge.look(snapshot)
            version, board = database.version(), judge.board
        self._show(board)
        self._seen = snapshot, version
        self._again_at = self._clock.monotonic() + (CALM_S if self._watched else judge.patience())

    def _open(self, stack: ExitStack) -> StateDatabase:
        """Open the shared state, or one of this run alone where that cannot be had."""
        if not self._private:
            try:
                return stack.enter_context(StateDatabase(clock=self._clock))
            except StateError as error:
                self._lost = safe_text(str(error))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="voxtop-alerts-"))
        self._private = True
        return stack.enter_context(StateDatabase(Path(folder) / "state", clock=self._clock, reserve_bytes=0))

    async def _is_watched(self, database: StateDatabase) -> bool:
        """Tell whether a watch that is alive judges all that this monitor shows."""
        watch = (await database.read(book.read_beats)).get(book.WATCH)
        return watch is not None and book.is_alive(watch, self._clock.now()) and set(self._specs) <= set(watch.sources)

    def _show(self, board: AlertBoard) -> None:
        board = replace(board, trouble=self._lost)
        if board != self._board:
            self._board = board
            if not self._awaited:
                self._tell()

    def _send(self, *, stop: bool) -> None:
        """Send messages while nobody else does; a watch that appears takes over."""
        if stop or not self._alerting.channels:
            if self._sending is not None:
                self._sending.cancel()
            self._sending = None
        elif self._sending is None or self._sending.done():
            self._sending = asyncio.ensure_future(self._deliver())

    async def _deliver(self) -> None:
        with StateDatabase(clock=self._clock) as database:
            if database.claim(DELIVERY):
                channels, policies = self._alerting.channels, self._alerting.policies
                await Delivery(database, channels, self._clock, policies=policies).run()

    async def acknowledge(self, alert: Alert) -> None:
        """Take an alert on."""
        await self._write(partial(book.acknowledge, alert=alert, author=getpass.getuser(), now=self._clock.now()))

    async def silence(self, match: str, seconds: float, comment: str) -> None:
        """Mute what matches, for a time."""
        matcher(match)
        now = self._clock.now()
        silence = Silence("", match, now + seconds, comment, getpass.getuser(), now)
        await self._write(partial(book.add_silence, silence=silence))

    async def notes(self, since: float, until: float) -> list[AlertNote]:
        """Return what became of alerts in a span, and what people said."""
        if self._database is None:
            return []
        job = partial(log.read_notes, since=since, until=until, scopes=(book.WATCH, self._scope))
        return await self._database.read(job)

    async def _write(self, job: Callable[..., object]) -> None:
        if self._database is not None:
            await self._database.write(job, durable=True)

    async def test(self) -> list[tuple[str, str]]:
        """Try every channel at once."""
        names = list(self._alerting.channels)
        return list(zip(names, await asyncio.gather(*map(self._try, names)), strict=True))

    async def _try(self, name: str) -> str:
        try:
            await self._alerting.channels[name].send(sample(self._clock.now()))
        except DeliveryError as error:
            return error.reason
        return ""
