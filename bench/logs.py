"""Synthetic logs: conversations of many callers, in the two dialects, the same for the same seed."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

DialectName = Literal["guide", "andrea"]
OPEN_CALLS = 12
TURNS = 8
NOISE, ACCESS = "vo.pipeline", "uvicorn.access"
"""The loggers of lines that mean nothing; the second is the server's own, which writes no JSON."""

_SPEECH = (
    "the a to of my is it in on for you that have order please want call today tomorrow yes no maybe account number "
    "street name help bill card payment service problem phone house morning thank hello sorry again what when where"
)
_WORDS = _SPEECH.split()


class Entry(NamedTuple):
    """One line before it is written in a dialect."""

    level: str
    logger: str
    guide: str
    andrea: str


_Noise = Callable[[random.Random, str, str], str]
"""What one sort of line says of a trace and a stage, and means nothing."""


def _frame(rng: random.Random, trace: str, stage: str) -> str:
    return f"[Pipeline] frame {trace[-1]}.{rng.randrange(9)} of {stage} queued, depth {rng.randrange(9)}"


def _spoken(rng: random.Random, trace: str, stage: str) -> str:  # noqa: ARG001 - as all of them are called
    return f"🎤 [STT] Recognized: {' '.join(rng.choices(_WORDS, k=rng.randrange(2, 14)))}"


def _request(rng: random.Random, trace: str, stage: str) -> str:  # noqa: ARG001 - likewise
    return f'INFO:     10.0.3.{rng.randrange(9)}:{rng.randrange(40_000, 60_000)} - "GET /health HTTP/1.1" 200 OK'


_VARIED: tuple[_Noise, ...] = (
    _frame,
    _spoken,
    _request,
    lambda rng, trace, stage: f"✅ [{stage} Azure] Done, {rng.randrange(20, 900)} bytes",  # noqa: ARG005 - likewise
    lambda rng, trace, stage: f"📊 [{stage} Azure] trace={trace} total={rng.random() * 3:.1f}s",
    lambda rng, trace, stage: "✅ [TTS Azure] Playback queued",  # noqa: ARG005 - likewise
    lambda rng, trace, stage: f"[Config] Applied voice profile {rng.randrange(9)}",  # noqa: ARG005 - likewise
    lambda rng, trace, stage: "🔁 Fallback chain ready: STT=Google, TTS=Google",  # noqa: ARG005 - likewise
)
"""Sorts of lines that come by turns in a log as an orchestrator writes it."""


def _idle(number: int, rng: random.Random, trace: str, stage: str, sorts: Sequence[_Noise]) -> Entry:
    """Return the line of such a number that means nothing."""
    sort = sorts[number % len(sorts)]
    text = sort(rng, trace, stage)
    return Entry("INFO", ACCESS if sort is _request else NOISE, text, text)


def _call(number: int, rng: random.Random, noise: int, sorts: Sequence[_Noise]) -> Iterator[Entry]:
    """Yield the lines of one call, with ``noise`` lines that mean nothing after each that does."""
    id_ = f"bench_{number:06}"
    opened = f"🔌 WS CONNECTION | Client: twilio, ID: {id_}"
    yield Entry("WARNING", "root", opened, opened)
    for turn in range(TURNS):
        trace = f"{number:x}-{turn}"
        for stage, provider, median, rest in (
            ("STT", "Azure", 160, "final=yes"),
            ("LLM", "Groq", 650, "model=llama"),
            ("TTS", "Azure", 290, "voice=ES"),
        ):
            ms = round(median * rng.lognormvariate(0, 0.25))
            sample = f"[{stage} {provider}] trace={trace} TTFB={ms}ms {rest}"
            yield Entry("INFO", f"vo.{stage.lower()}", f"📊 {sample}", sample)
            for step in range(noise):
                yield _idle(turn + step, rng, trace, stage, sorts)
        if rng.random() < 0.01:
            code = rng.choice((401, 429, 503))
            guide = f"❌ [TTS Azure] Error: {code} upstream refused"
            andrea = f"[TTS Azure] trace={trace} ERROR: upgrade refused with HTTP status {code}"
            yield Entry("ERROR", "vo.tts", guide, andrea)
    closed = f"✅ WS CLOSED | ID: {id_} duration={rng.randrange(20, 400)}s"
    yield Entry("INFO", "root", closed, f"WebSocket disconnected: twilio (ID: {id_})")


def entries(seed: int, noise: int = 1, *, varied: bool = False) -> Iterator[Entry]:
    """Yield lines of overlapping calls without end; those that mean nothing are of one sort, or ``varied``."""
    rng = random.Random(seed)  # noqa: S311 - a figure that can be repeated, not a secret
    number = 0
    calls: list[Iterator[Entry]] = []
    while True:
        while len(calls) < OPEN_CALLS:
            calls.append(_call(number, rng, noise, _VARIED if varied else _VARIED[:1]))
            number += 1
        place = rng.randrange(OPEN_CALLS)
        entry = next(calls[place], None)
        if entry is None:
            del calls[place]
        else:
            yield entry


def as_guide(entry: Entry, at: float) -> str:
    """Write a line as the guide has it, with the time a container's log gives it."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}000Z {entry.guide}\n"


def as_andrea(entry: Entry, at: float) -> str:
    """Write a line as the orchestrator's JSON logger does."""
    moment = datetime.fromtimestamp(at, UTC)
    if entry.logger == ACCESS:
        return f"{entry.andrea}\n"
    record = {
        "timestamp": f"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03}",
        "level": entry.level,
        "name": entry.logger,
        "message": entry.andrea,
        "trace_id": None,
        "logger": entry.logger,
    }
    return json.dumps(record) + "\n"


WRITERS: dict[DialectName, Callable[[Entry, float], str]] = {"guide": as_guide, "andrea": as_andrea}


class Written(NamedTuple):
    """What a log holds, to compare with what was read of it."""

    size: int
    """Bytes."""
    lines: int
    events: int
    samples: int
    """Events that are a first byte."""


def write_log(
    path: Path,
    dialect: DialectName,
    lines: int,
    until: float,
    *,
    noise: int = 1,
    varied: bool = False,
    span_s: float = 3000,
) -> Written:
    """Write ``lines`` lines spread over the time before ``until``, 50 minutes unless told."""
    write, start, step, events, samples = WRITERS[dialect], until - span_s, span_s / max(lines, 1), 0, 0
    with path.open("w", encoding="utf-8") as file:
        for number, entry in zip(range(lines), entries(1, noise, varied=varied), strict=False):
            file.write(write(entry, start + number * step))
            events += entry.logger not in {NOISE, ACCESS}
            samples += "TTFB=" in entry.guide
    return Written(path.stat().st_size, lines, events, samples)
