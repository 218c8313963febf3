"""Logs that mix what is laid out as usual with everything that only looks so, line by line from a seed."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

Writer = Callable[[str, float, random.Random], str]
"""Makes a line of a message and its moment."""

_TAGS = (("STT", "Azure"), ("LLM", "Groq"), ("TTS", "Azure"), ("TTS", "My own-voice.2"))
_VALUES = (
    *("160ms", "7ms", "119999ms", "120000ms", "120001ms", "0ms", "160.25ms", "0.5ms", "161", "1.5s", "0,9s", "-3ms"),
    *("1e3ms", "160 ms", "160ms ms", "160ms s", "160ms,", "nanms", "1234567ms", "160.1234567ms", "0160ms", "١٦٠ms"),
)
_REST = (
    "",
    " final=yes",
    " model=llama ms",
    " voice=ES ",
    " ñ",
    "  two",
    "\tx",
    ' "q"',
    " \\n",
    " FAILED",
    " s=1",
    " msx",
)
_NOISE = (
    *(
        "[Pipeline] frame 3.1 of STT queued, depth 4",
        "[FSM] state 7",
        "",
        "   ",
        "free text",
        'level": 50',
        "[STT] Final: hello",
    ),
    *(
        "Traceback (most recent call last):",
        '  File "app.py", line 3, in run',
        "ValueError: no",
        "}",
        "é 12",
        "GET /x 200",
    ),
    *(
        "INFO:     Started server process [19]",
        "INFO:     Application startup complete.",
        "Shutting down Voice Orchestrator",
    ),
    *(
        "⚠️ [Config] GROQ_API_KEY is not set. Turns will be empty.",
        "❌ [TTS Azure] Error: 401 refused",
        'GET /y 503 " 503',
    ),
    *("[LATENCY] TTFA (Turn Latency): 812ms", "[Metrics] azure_stt.ttfb=161.5", "[STT Fallback] Switching to Google"),
)
_IDS = ("a1", "a2", "v3:kTz-08_Lm", "CA0123", "é", "x)y", 'q"q')


def _sample(rng: random.Random) -> str:
    stage, provider = rng.choice(_TAGS)
    trace = rng.choice(("", f"trace=t{rng.randrange(9)} ", "trace=unknown ", f"trace={'0af3' * 9} ", "trace=a  "))
    value = f"{rng.randrange(1, 999)}ms" if rng.random() < 0.6 else rng.choice(_VALUES)
    return f"[{stage} {provider}] {trace}TTFB={value}{rng.choice(_REST)}"


def _metric(rng: random.Random) -> str:
    value = f"{rng.randrange(1, 999)}ms" if rng.random() < 0.7 else rng.choice(_VALUES)
    rest = rng.choice(("", "", " (streaming)", " FAILED", " text FAILEDx", " ms", "\t", " ñ", ' "q"', " (s) "))
    provider, stage = rng.choice((("azure", "stt"), ("groq", "llm"), ("azure", "tts"), ("my_own", "tts")))
    what = rng.choice((".ttfb=", ".ttfb=", ".ttfb=", "_stream.ttfb=", ".failed_at="))
    return rng.choice(
        (
            f"[Metrics] {provider}_{stage}{what}{value}{rest}",
            f"[Metrics] {provider}_{stage}.ttfb={value}{rest}",
            f"[LATENCY] TTFA (Turn Latency): {value}{rest}",
        )
    )


def _call(rng: random.Random) -> str:
    id_ = rng.choice(_IDS)
    return rng.choice(
        (
            f"🔌 WS CONNECTION | Client: twilio, ID: {id_}",
            f"🔌 WS CONNECTION | Client: web, ID: {id_} ",
            f"✅ WS CLOSED | ID: {id_} duration={rng.randrange(90)}s",
            f"✅ WS CLOSED | ID: {id_} duration=1m02s",
            f"✅ WS CLOSED | ID: {id_}",
            f"WebSocket disconnected: twilio (ID: {id_})",
        )
    )


def _message(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.55:
        return rng.choice(("📊 ", "📊 ", "📊 ", "", "⏱️ ", "✔ ")) + _sample(rng)
    if kind < 0.65:
        return rng.choice(("📊 ", "⚡ ", "⚡️ ", "", "❌ ", "INFO: ")) + _metric(rng)
    return _call(rng) if kind < 0.78 else rng.choice(_NOISE)


def _docker(message: str, at: float, rng: random.Random) -> str:
    moment = datetime.fromtimestamp(int(at), UTC)
    fraction = rng.choice(("006746233", "999999999", "123000000", f"{rng.randrange(10**9):09}"))
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction}Z"
    if rng.random() < 0.02:
        stamp = rng.choice(
            ("2027-02-30T08:15:14.006746233Z", "2027-03-09T08:15:60.000000001Z", "1999-01-01T00:00:00.5Z")
        )
    return f"{stamp} {message}"


def _json(message: str, at: float, rng: random.Random) -> str:
    moment = datetime.fromtimestamp(int(at), UTC)
    record = {
        "timestamp": f"{moment:%Y-%m-%d %H:%M:%S},{rng.choice((0, 6, 7, 8, 999)):03}",
        "level": rng.choice(("INFO", "INFO", "INFO", "DEBUG", "WARNING")),
        "name": "vo.stt",
        "message": message,
        "trace_id": rng.choice((None, None, "abc-1", "def-2")),
    }
    if rng.random() < 0.03:
        record["level"] = "ERROR"
    return json.dumps(record, ensure_ascii=rng.random() < 0.9)


def plain(message: str, _at: float, _rng: random.Random) -> str:
    """Write a line without a time."""
    return message


STAMPED = ([_docker], [_json], [_docker, _json], [plain, _json])
WITHOUT_TIMES = ([plain],)
HALF_STAMPED = ([plain, _docker], [plain, plain, plain, _docker], [plain, _docker, _json])

_DIRT: tuple[Callable[[str], str], ...] = (
    lambda line: line + "\r",
    lambda line: f"\x1b[32m{line}\x1b[0m",
    lambda line: "\0\0" + line,
    lambda line: line.replace("TTFB", "TT\x9bFB"),
    lambda line: line + "x" * 70_000,
    lambda line: line[: len(line) // 2],
    lambda line: " " + line,
)


def dirty_log(
    seed: int,
    lines: int,
    *,
    dirt: float = 0.01,
    step: float = 0.01,
    start: float = 1_800_000_000.0,
    writers: Sequence[Sequence[Writer]] = STAMPED,
) -> bytes:
    """Return a log: mostly one writer's lines in their order, with twins, repeats, jumps in time and dirt.

    It is written by one of several groups of ``writers``.
    """
    rng = random.Random(seed)  # noqa: S311 - a log that can be written again, not a secret
    own = rng.choice(writers)
    made: list[bytes] = []
    at = start
    while len(made) < lines:
        at += (
            rng.choice((0, step, step, 3 * step, 60 * step)) if rng.random() < 0.97 else rng.uniform(-4000, 4000) * step
        )
        message = _message(rng)
        writer = rng.choice(own)
        again = 2 if rng.random() < 0.02 else 1
        for line in [writer(message, at, rng)] * again:
            shown = rng.choice(_DIRT)(line) if rng.random() < dirt else line
            made.append(shown.encode("utf-8", "surrogateescape").replace(b"\n", b" "))
        if len(made) > 50 and rng.random() < 0.004:
            begin = rng.randrange(len(made) - 40)
            made += made[begin : begin + rng.randrange(40)]
    return b"\n".join(made) + (b"\n" if rng.random() < 0.7 else b"")


_WORDS = (
    *("the", "call", "was", "quiet", "so", "I", "hung", "up", "and", "errors", "warnings", "failed", "Started"),
    *("Connection", "TTFB", "level", "stream", "é", "5", "403"),
)
_LOG = "2027-01-15 08:15:14,001 - app"
_TALK: tuple[Callable[[random.Random], str], ...] = (
    lambda rng: "🎤 [STT] Recognized: " + " ".join(rng.choices(_WORDS, k=rng.randrange(12))),
    lambda rng: " ".join(rng.choices(_WORDS[:9], k=rng.randrange(1, 5))),
    lambda rng: f'INFO:     10.0.3.1:{rng.randrange(60000)} - "GET /x HTTP/1.1" {rng.choice((200, 404, 503))} OK',
    lambda rng: f'10.0.3.1 - "GET /x" {rng.randrange(1000)} {rng.randrange(10)}',
    lambda rng: f"📊 [TTS Azure] trace={rng.randrange(16**4):x}-{rng.randrange(9)} total={rng.randrange(9)}.5s",
    lambda rng: json.dumps(
        {"a": rng.choice(("✅", "❌", "⚠", "\x01", "é", "\x9f")), "level": rng.randrange(7), "n": rng.choice(_WORDS)}
    ),
    lambda rng: f'{{"level" : {rng.randrange(70)},"time":1799999999006,"msg":"{rng.choice(_WORDS)}"}}',
    lambda rng: json.dumps(
        {
            "log": f"{rng.choice(_WORDS)}{rng.choice(('', chr(10)))}",
            "stream": "stdout",
            "time": "2027-01-15T08:15:14.006Z",
        },
        separators=rng.choice(((",", ":"), (", ", ": "))),
    ),
    lambda rng: f"2027-01-15T08:15:14.006Z stdout {rng.choice('PF')} {rng.choice(_WORDS)}",
    lambda rng: f'{{"MESSAGE" : {rng.choice(("[104,105]", chr(34) + "hi" + chr(34)))}}}',
    lambda rng: rng.choice(("", " ", "\t", " \x0b", "\x0c")) + rng.choice(("", "x", " indented", "[Config] x")),
    lambda rng: f"{_LOG} - {rng.choice(('DEBUG', 'INFO', 'ERROR'))} - {rng.choice(_WORDS)} error {rng.choice(_WORDS)}",
    lambda rng: rng.choice(
        ("Traceback (most recent call last):", '  File "app.py", line 3, in run', "ValueError: no", "}")
    ),
    lambda rng: (
        rng.choice(("rror", "FATA", "Starte", "x" * 300, "y" * 3000)) + rng.choice(("", "d", "L", " ", "r" * 40))
    ),
)


def talking_log(seed: int, lines: int) -> bytes:
    """Return a log most of whose lines never come again, some of which nearly mean something."""
    rng = random.Random(seed)  # noqa: S311 - a log that can be written again, not a secret
    made = list[str]()
    while len(made) < lines:
        line = (
            rng.choice(_TALK)(rng) if rng.random() < 0.9 else _docker(_message(rng), 1_800_000_000.0 + len(made), rng)
        )
        if rng.random() < 0.02:
            line = line[: rng.randrange(len(line) + 1)]
        made.append(line)
    return "\n".join(made).encode() + b"\n"
