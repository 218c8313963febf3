"""The life of an orchestrator as a discrete simulation: processes, calls and turns that take simulated time."""

import base64
import heapq
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from random import Random

from tui.engine.model import Stage
from tui.simulator._dialect import BACKUP, PRIMARY, Call, Dialect
from tui.simulator.scenarios import Phase

Process = Iterator[float]
"""Something that goes on for a while: yields the seconds until it wants to go on."""

MEDIAN_MS: dict[Stage, float] = {"STT": 145.0, "LLM": 690.0, "TTS": 330.0}
SPREAD: dict[Stage, float] = {"STT": 0.12, "LLM": 0.15, "TTS": 0.15}
"""Sigma of the logarithm: healthy, the P95 stays below each goal."""

MEAN_CALL_S = 75.0
RAMP_S = 12.0
"""How fast traffic follows when more calls want to be open."""
TICK_S = 0.1
"""How often somebody may ring."""
EASY_CALLS = 18
"""Above this many calls everything gets slower."""
PROBE_S = 20.0
"""How often a failed provider is tried again."""

UNREACHABLE = "no connection to the remote host (WS_OPEN_ERROR_UNDERLYING_IO_OPEN_FAILED)"
SAID = (
    "quiero cambiar mi cita del martes",
    "sí, a las diez me viene bien",
    "¿me puede repetir el precio?",
    "en la pantalla me sale un error 500",
    "I would like to speak to a person",
    "el aviso dice: Connection timeout after 30s",
    "no, gracias, eso es todo",
)


class Orchestrator:
    """Runs its processes in the order of simulated time and collects what they say."""

    def __init__(self, dialect: Dialect, rng: Random, wall: Callable[[float], float]) -> None:
        """``wall`` gives the moment, in seconds since the epoch, of a simulated second."""
        self._dialect = dialect
        self._rng = rng
        self._wall = wall
        self._now = 0.0
        self._queue: list[tuple[float, int, Process, int | None]] = []
        self._started = 0
        self._said: list[str] = []
        self._phase = Phase("")
        self._calls: dict[str, Call] = {}
        self._generation = 0
        self._pid = 0
        self._up = False
        self._missing: tuple[str, ...] = ()
        self._failures: dict[Stage, int] = {}
        self._probe_at = 0.0

    def run(self, phases: Sequence[tuple[float, Phase]]) -> Iterator[tuple[float, str]]:
        """Yield (simulated second, line) in order, for ever; phases are given with the second they begin."""
        self._now = phases[0][0]
        self._phase = phases[0][1]
        for process in (self._direct(phases), self._admit(), self._murmur()):
            self._resume(process, 0.0, None)
        while self._queue:
            self._now, _, process, generation = heapq.heappop(self._queue)
            if generation not in (None, self._generation):
                continue
            delay = next(process, None)
            if delay is not None:
                self._resume(process, delay, generation)
            yield from ((self._now, line) for line in self._said)
            self._said.clear()

    def _resume(self, process: Process, delay: float, generation: int | None) -> None:
        self._started += 1
        heapq.heappush(self._queue, (self._now + delay, self._started, process, generation))

    @property
    def _at(self) -> float:
        return self._wall(self._now)

    # The process and its lives.

    def _direct(self, phases: Sequence[tuple[float, Phase]]) -> Process:
        """Let the phases follow each other."""
        yield from self._boot()
        for begins, phase in phases:
            yield max(0.0, begins - self._now)
            self._phase = phase
            if phase.redeploy:
                yield from self._redeploy()
            while self._now + phase.crash_every < begins + phase.seconds:
                yield phase.crash_every
                yield from self._crash()

    def _boot(self) -> Process:
        self._pid = self._rng.randint(8, 60)
        self._missing = self._phase.missing
        self._failures.clear()
        self._said += self._dialect.booting(self._at, self._pid, self._missing)
        yield self._rng.uniform(0.8, 1.6)
        self._said += self._dialect.ready(self._at, self._missing)
        self._up = True

    def _redeploy(self) -> Process:
        """Close every call in good order, then start anew."""
        for call in self._calls.values():
            self._said += self._dialect.closed(self._at, call, self._now - call.opened)
        self._said += self._dialect.stopping(self._at, self._pid)
        self._end_generation()
        yield self._rng.uniform(1.0, 2.0)
        yield from self._boot()

    def _crash(self) -> Process:
        """Die without a word to the callers, and come back."""
        self._said += self._dialect.killed(self._at, self._pid)
        self._end_generation()
        yield self._rng.uniform(2.0, 4.0)
        yield from self._boot()

    def _end_generation(self) -> None:
        self._generation += 1
        self._calls.clear()
        self._up = False

    # Calls.

    def _admit(self) -> Process:
        """Let callers come, faster while fewer are on the line than want to be."""
        while True:
            yield TICK_S
            calls = self._phase.calls
            wanting = max(0, calls - len(self._calls))
            rate = 0.6 * calls / MEAN_CALL_S + wanting / RAMP_S
            if self._up and self._rng.random() < rate * TICK_S:
                self._ring()

    def _ring(self) -> None:
        client = self._rng.choices(("twilio", "telnyx", "browser"), (55, 35, 10))[0]
        if client == "telnyx" and "TELNYX_API_KEY" in self._missing:
            self._said += self._dialect.refused(self._at)
            return
        call = Call(self._new_id(client), client, f"{self._rng.getrandbits(24):06x}", self._now)
        self._calls[call.id] = call
        self._said += self._dialect.opened(self._at, call)
        self._resume(self._talk(call), self._rng.uniform(0.1, 0.4), self._generation)

    def _new_id(self, client: str) -> str:
        """Return an id as the carrier makes them."""
        if client == "telnyx":
            return "v3:" + base64.urlsafe_b64encode(self._rng.randbytes(16)).decode().rstrip("=")
        return str(uuid.UUID(bytes=self._rng.randbytes(16), version=4))

    def _talk(self, call: Call) -> Process:
        """Take turns until the caller hangs up."""
        self._listen(call)
        length = self._rng.lognormvariate(0, 0.45) * MEAN_CALL_S * 0.9
        ends = self._now + min(max(length, 15.0), 400.0)
        while self._now < ends:
            yield self._rng.uniform(2.5, 6.0)
            yield from self._turn(call)
        del self._calls[call.id]
        self._said += self._dialect.closed(self._at, call, self._now - call.opened)

    def _turn(self, call: Call) -> Process:
        """Hear, think, speak."""
        call.turns += 1
        trace = f"{call.tag}-{call.turns}"
        begun = self._now
        self._queue_up()
        yield from self._wait_for("STT", call.ears, trace)
        self._said += self._dialect.recognised(self._at, self._rng.choice(SAID))
        if not (yield from self._think(trace)):
            return
        mouth = yield from self._speak(trace)
        self._said += self._dialect.turn(self._at, (self._now - begun) * 1000)
        yield self._rng.uniform(1.0, 3.5)
        self._said += self._dialect.finished(self._at, trace, mouth, (self._now - begun) * 1000)

    def _wait_for(self, stage: Stage, provider: str, trace: str) -> Process:
        """Wait for a provider's first byte."""
        load = 1 + max(0, len(self._calls) - EASY_CALLS) / 35
        slowness = self._phase.tts_slowness if (stage, provider) == ("TTS", PRIMARY["TTS"]) else 1.0
        ms = MEDIAN_MS[stage] * self._rng.lognormvariate(0, SPREAD[stage]) * load * slowness
        yield ms / 1000
        self._said += self._dialect.first_byte(self._at, stage, provider, ms, trace)

    def _queue_up(self) -> None:
        """Complain of full queues when there are too many calls."""
        if len(self._calls) > 40 and self._rng.random() < 0.04:
            percent = 100 if len(self._calls) > 50 else self._rng.randint(80, 98)
            self._said += self._dialect.congested(self._at, percent)

    # Providers.

    def _listen(self, call: Call) -> None:
        """Choose who transcribes a new call."""
        if "STT" in self._phase.down:
            self._failures["STT"] = self._failures.get("STT", 0) + 1
            self._said += self._dialect.failed(self._at, "STT", UNREACHABLE, call.tag)
            self._said += self._dialect.fell_back(self._at, "STT", UNREACHABLE)
            call.ears = BACKUP
        elif self._failures.pop("STT", 0):
            self._said += self._dialect.recovered(self._at, "STT")

    def _think(self, trace: str) -> Generator[float, None, bool]:
        """Ask the language model; return whether it answered."""
        if "GROQ_API_KEY" in self._missing:
            self._said += self._dialect.unauthorised(self._at, trace)
            self._said += self._dialect.nobody_left(self._at)
            return False
        if len(self._calls) > 45 and self._rng.random() < 0.08:
            self._said += self._dialect.rate_limited(self._at, trace)
            yield 0.7
            if self._rng.random() < 0.3:
                self._said += self._dialect.nobody_left(self._at)
                return False
        yield from self._wait_for("LLM", PRIMARY["LLM"], trace)
        return True

    def _speak(self, trace: str) -> Generator[float, None, str]:
        """Turn the answer into speech; return who spoke."""
        if "TTS" not in self._phase.down:
            if self._failures.pop("TTS", 0):
                self._said += self._dialect.recovered(self._at, "TTS")
            yield from self._wait_for("TTS", PRIMARY["TTS"], trace)
            return PRIMARY["TTS"]
        yield from self._try_in_vain(trace)
        self._said += self._dialect.fell_back(self._at, "TTS", UNREACHABLE)
        yield from self._wait_for("TTS", BACKUP, trace)
        return BACKUP

    def _try_in_vain(self, trace: str) -> Process:
        """Ask the failed provider: three times, then only now and then."""
        failures = self._failures.get("TTS", 0)
        if failures >= 3 and self._now < self._probe_at:
            return
        self._probe_at = self._now + PROBE_S
        self._failures["TTS"] = failures + 1
        yield 0.8
        self._said += self._dialect.failed(self._at, "TTS", UNREACHABLE, trace)
        if failures < 3:
            self._said += self._dialect.counted(self._at, "TTS", UNREACHABLE, failures + 1)

    def _murmur(self) -> Process:
        """Say the things that mean nothing."""
        while True:
            yield self._rng.uniform(2.0, 7.0)
            if self._up:
                self._said += self._dialect.chatter(self._at, self._rng.randrange(1000))
