"""Traffic of an orchestrator as events, with a culprit planted or without."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from tui.engine.blame import explain
from tui.engine.metrics.store import MetricsStore
from tui.engine.model import Blame, LogEvent, Snapshot, SourceState, SourceStatus, Stage, Thresholds

NOW = 1_800_000_000.0

HOSTS = {"app-1": "voice-prod-01", "app-2": "voice-prod-02", "app-3": "voice-prod-03"}
MEDIANS: dict[Stage, float] = {"STT": 120.0, "LLM": 600.0, "TTS": 300.0}

Slowness = Callable[[float, Stage, str, str, str], float]
"""Factor on a first byte, by time, stage, provider, host and client."""


def even(_at: float, _stage: Stage, _provider: str, _host: str, _client: str) -> float:
    """Everything as always."""
    return 1.0


@dataclass(frozen=True)
class Traffic:
    """Calls on three hosts to two providers of speech, from three kinds of client."""

    seed: int
    minutes: float = 40
    every_s: float = 1.5
    """Between two turns of all calls together."""
    slowness: Slowness = even
    share: Callable[[float], float] = lambda _: 0.5
    """Of the speech that the first of both providers makes, by time."""
    failing: Callable[[float, Stage, str, str, str], float] = lambda *_: 0.0
    """Chance that a request fails, by time and place."""

    def events(self) -> list[LogEvent]:
        """Return all events up to ``NOW``, by time; every turn names its call."""
        rng = Random(self.seed)  # noqa: S311 - a story, no secret
        found: list[LogEvent] = []
        calls = [self._call(rng, number) for number in range(40)]
        at, line, number = NOW - 60 * self.minutes, 1, len(calls)
        for source, client, call in calls:
            found.append(LogEvent("call_opened", source, line, time=at, id=call, client=client))
        while at < NOW:
            at += rng.expovariate(1 / self.every_s)
            place = rng.randrange(len(calls))
            if rng.random() < 0.2:
                calls[place] = self._call(rng, number)
                number += 1
                source, client, call = calls[place]
                found.append(LogEvent("call_opened", source, line, time=at, id=call, client=client))
            found += self._turn(rng, at, line, calls[place])
            line += 20
        return [event for event in found if event.time is not None and event.time <= NOW]

    def _call(self, rng: Random, number: int) -> tuple[str, str, str]:
        client = rng.choices(("twilio", "telnyx", "browser"), (50, 35, 15))[0]
        return rng.choice(tuple(HOSTS)), client, f"c{number}"

    def _turn(self, rng: Random, at: float, line: int, taken: tuple[str, str, str]) -> Iterable[LogEvent]:
        source, client, call = taken
        host, trace, began = HOSTS[source], f"{call}-{line}", at
        first = rng.random() < self.share(at)
        for number, (stage, median) in enumerate(MEDIANS.items()):
            provider = {"STT": "Deepgram", "LLM": "Groq"}.get(stage, "Azure" if first else "Cartesia")
            place = (at, stage, provider, host, client)
            told = {"stage": stage, "provider": provider, "id": call}
            if rng.random() < self.failing(*place):
                yield LogEvent("error", source, line + number, time=at, code="503", text="Error: 503", **told)  # type: ignore[arg-type]
                return
            ms = median * rng.lognormvariate(0, 0.16) * self.slowness(*place)
            at += ms / 1000
            yield LogEvent("ttfb", source, line + number, time=at, dialect="x", ms=ms, trace=trace, **told)  # type: ignore[arg-type]
        yield LogEvent("turn", source, line + 9, time=at, ms=1000 * (at - began), id=call)


def shown(events: Sequence[LogEvent], thresholds: Thresholds | None = None) -> Snapshot:
    """Return the snapshot of ``NOW`` over these events, every source live."""
    store = MetricsStore(thresholds or Thresholds())
    store.observe(NOW - 3600, NOW)
    store.apply(events, NOW)
    return store.snapshot(
        NOW, tuple(SourceStatus(name, "ssh", SourceState.LIVE, host=host) for name, host in HOSTS.items())
    )


def blamed(events: Sequence[LogEvent], thresholds: Thresholds | None = None) -> dict[str, Blame]:
    """Return what explains the findings over these events, by figure; the first stage where there are several."""
    found = explain(shown(events, thresholds), events, NOW)
    return {blame.kpi: blame for blame in reversed(found)}
