"""Writes what the orchestrator really prints: JSON records, their text twins and uvicorn's lines in one stream."""

import json
from collections.abc import Collection
from datetime import datetime, tzinfo
from urllib.parse import quote

from tui.engine.model import Stage
from tui.simulator._dialect import BACKUP, PRIMARY, Call

_MODEL = "llama-3.1-8b-instant"
_VOICES = {"Azure": "es-ES-ElviraNeural", "Google": "es-ES-Standard-A"}
_PRESENT = {"AZURE_SPEECH_KEY": "Azure Speech", "GROQ_API_KEY": "Groq API", "TELNYX_API_KEY": "Telnyx API"}
_CHATTER = (
    ("DEBUG", "vo.services.cache", "❌ Cache MISS: voice_profile:3"),
    ("DEBUG", "vo.domain.overlay", "[Config] Applied phone overlay: pacing=110"),
    ("INFO", "vo.llm.resilient", "[LLM Fallback] Attempting primary provider"),
    ("INFO", "vo.processors.stt", "🎤 [STT] Recognized: pone ERROR 401 y después WS CLOSED | ID: 7"),
    ("DEBUG", "vo.core.pipeline", "Frame queue 3/100, nothing waiting"),
    ("INFO", "vo.processors.stt", "🎤 [STT] Recognized: ❌ [TTS Azure] Error: 503, eso leo en la pantalla"),
    ("DEBUG", "vo.domain.language", "No fallback for language es-ES needed"),
)


class Andrea:
    """The orchestrator's own dialect; times are local and without a zone, as it writes them."""

    def __init__(self, tz: tzinfo | None = None) -> None:
        """``tz`` is the orchestrator's zone, by default the machine's."""
        self._tz = tz

    def _time(self, at: float) -> str:
        moment = datetime.fromtimestamp(at, self._tz)
        return f"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03d}"

    def _record(self, at: float, level: str, logger: str, message: str, trace_id: str | None = None) -> str:
        record = {"timestamp": self._time(at), "level": level, "name": logger, "message": message}
        return json.dumps({**record, "trace_id": trace_id, "logger": logger})

    def _twins(self, at: float, message: str, level: str = "INFO") -> list[str]:
        """Return a record of the main module, which reaches both channels."""
        text = f"{self._time(at)} - vo.main - {level} - {message}"
        return [text, self._record(at, level, "vo.main", message)]

    def booting(self, at: float, pid: int, missing: Collection[str]) -> list[str]:  # noqa: ARG002 - these lines carry no time
        """Repeat the warnings, once for each helper that reads the settings before the server starts."""
        warnings = [f"⚠️ [Config] {field} is not set. It will fail where it is needed." for field in missing]
        start = [f"INFO:     Started server process [{pid}]", "INFO:     Waiting for application startup."]
        return ["🚀 Entry point: voice image", *warnings, "🔄 Schema is up to date", *warnings, *warnings, *start]

    def ready(self, at: float, missing: Collection[str]) -> list[str]:
        """Go through start-up to uvicorn's address line."""
        configured = [f"{name} configured: {field not in missing}" for field, name in _PRESENT.items()]
        messages = ["Starting Voice Orchestrator...", *configured]
        twins = [line for n, text in enumerate(messages) for line in self._twins(at + n / 1000, text)]
        end = ["INFO:     Application startup complete.", "INFO:     Uvicorn running on http://0.0.0.0:8000"]
        return [self._record(at, "INFO", "vo.core.logsetup", "✅ JSON log format active"), *twins, *end]

    def stopping(self, at: float, pid: int) -> list[str]:
        """Take leave in both channels."""
        twins = self._twins(at, "Shutting down Voice Orchestrator...")
        return ["INFO:     Shutting down", *twins, f"INFO:     Finished server process [{pid}]"]

    def killed(self, at: float, pid: int) -> list[str]:
        """Leave the last words of the process."""
        return [self._record(at, "ERROR", "vo.core.watchdog", f"Out of memory at 512 MiB, killing process {pid}")]

    def opened(self, at: float, call: Call) -> list[str]:
        """Open a socket, with uvicorn's twins and the adapters that each call builds."""
        path = f"/api/v1/ws/media-stream?client={call.client}&call_control_id={quote(call.id, safe='')}"
        adapters = "[TTSFallback] Initialized - Primary: AzureTTSAdapter, Fallback: GoogleTTSAdapter"
        return [
            self._record(at, "WARNING", "root", f"🔌 WS CONNECTION | Client: {call.client}, ID: {call.id}"),
            f'INFO:     10.0.3.7:0 - "WebSocket {path}" [accepted]',
            "INFO:     connection open",
            self._record(at + 0.002, "INFO", "vo.tts.resilient", adapters),
            self._record(at + 0.003, "INFO", "vo.stt.resilient", "[STT Fallback] Creating recognizer with primary"),
        ]

    def closed(self, at: float, call: Call, seconds: float) -> list[str]:
        """Close it; the webhook's words about the duration close nothing by themselves."""
        hangup = f"📴 Call Hangup: {call.id} | Cause: normal_clearing | Source: caller"
        return [
            self._record(at, "INFO", "root", f"WebSocket disconnected: {call.client} (ID: {call.id})"),
            "INFO:     connection closed",
            self._record(at + 0.004, "INFO", "root", hangup),
            self._record(at + 0.005, "INFO", "vo.api", f"   Call Duration: {seconds:.2f}s"),
        ]

    def refused(self, at: float) -> list[str]:
        """Quote the carrier."""
        body = '{"errors":[{"code":"10009","detail":"bad api key"}]}'
        return [self._record(at, "ERROR", "root", f"❌ Answer Failed: 401 - {body}")]

    def recognised(self, at: float, text: str) -> list[str]:
        """Quote the caller."""
        return [self._record(at, "INFO", "vo.processors.stt", f"🎤 [STT] Recognized: {text}")]

    def first_byte(self, at: float, stage: Stage, provider: str, ms: float, trace: str) -> list[str]:
        """Write a sample as the adapter and as the timing decorator see it."""
        metric = f"📊 [Metrics] {provider.lower()}_{stage.lower()}.ttfb={ms:.2f}ms (streaming)"
        if stage == "STT":
            return [self._record(at, "INFO", "vo.core.timing", metric)]
        timing = self._record(at + 0.001, "INFO", "vo.core.timing", metric)
        notes = f"model={_MODEL}" if stage == "LLM" else f"voice={_VOICES[provider]}"
        message = f"[{stage} {provider}] trace={trace} TTFB={ms:.0f}ms {notes}"
        return [self._record(at, "INFO", f"vo.{stage.lower()}.{provider.lower()}", message, trace), timing]

    def finished(self, at: float, trace: str, provider: str, ms: float) -> list[str]:
        """Write the totals, which are no first bytes."""
        total = f"[LLM Groq] trace={trace} Total={ms:.0f}ms model={_MODEL} completed"
        spoken = f"📊 [Metrics] {provider.lower()}_tts.total_duration={ms * 0.8:.2f}ms (chunks={int(ms) % 500})"
        return [
            self._record(at, "INFO", "vo.llm.groq", total, trace),
            self._record(at + 0.002, "INFO", "vo.core.timing", spoken),
        ]

    def turn(self, at: float, ms: float) -> list[str]:
        """Write the turn latency."""
        message = f"⚡ [LATENCY] TTFA (Turn Latency): {ms:.0f}ms"
        return [self._record(at, "INFO", "vo.processors.metrics", message)]

    def failed(self, at: float, stage: Stage, reason: str, trace: str) -> list[str]:
        """Write the adapter's error and the decorator's failed sample."""
        if stage == "STT":
            message = f"Azure STT recognizer creation failed: {reason}"
            return [self._record(at, "ERROR", "vo.stt.azure", message)]
        vendor = PRIMARY[stage].lower()
        metric = f"❌ [Metrics] {vendor}_tts.ttfb=800.42ms (FAILED: ConnectTimeoutError)"
        return [
            self._record(at, "ERROR", "vo.core.timing", metric),
            self._record(at + 0.001, "ERROR", f"vo.tts.{vendor}", f"[TTS Azure] trace={trace} ERROR: {reason}", trace),
        ]

    def counted(self, at: float, stage: Stage, reason: str, nth: int) -> list[str]:
        """Count up to three, then open the circuit."""
        if stage == "STT":
            return []
        counted = f"[TTSFallback] Primary failed ({nth}/3): {reason}, using fallback"
        lines = [self._record(at + 0.002, "WARNING", "vo.tts.resilient", counted)]
        if nth == 3:
            circuit = "[TTSFallback] Primary failed 3x, SWITCHING TO FALLBACK MODE"
            lines.append(self._record(at + 0.003, "ERROR", "vo.tts.resilient", circuit))
        return lines

    def fell_back(self, at: float, stage: Stage, reason: str) -> list[str]:
        """Write the activation, each stage in its own words."""
        if stage == "STT":
            message = f"[STT Fallback] Primary failed: {reason}. Trying fallback..."
            return [self._record(at + 0.004, "WARNING", "vo.stt.resilient", message)]
        message = f"[TTSFallback] Using FALLBACK: {BACKUP}TTSAdapter"
        return [self._record(at + 0.004, "INFO", "vo.tts.resilient", message)]

    def recovered(self, at: float, stage: Stage) -> list[str]:
        """Write the way back."""
        tag = "STT Fallback" if stage == "STT" else "TTSFallback"
        message = f"[{tag}] Primary recovered, switching back from fallback"
        return [self._record(at, "INFO", f"vo.{stage.lower()}.resilient", message)]

    def rate_limited(self, at: float, trace: str) -> list[str]:
        """Warn: it is tried again."""
        body = "{'error': {'message': 'tokens per minute used up', 'code': 'rate_limit_exceeded'}}"
        message = f"[LLM Groq] trace={trace} Rate limit hit: Error code: 429 - {body}"
        return [self._record(at, "WARNING", "vo.llm.groq", message, trace)]

    def unauthorised(self, at: float, trace: str) -> list[str]:
        """Write an error."""
        message = f"[LLM Groq] trace={trace} Authentication failed: Error code: 401 - no valid key was sent"
        return [self._record(at, "ERROR", "vo.llm.groq", message, trace)]

    def nobody_left(self, at: float) -> list[str]:
        """Try a chain without members, then give up."""
        tried = "[LLM Fallback] Primary failed (retryable): request turned away. Trying 0 fallback(s)..."
        return [
            self._record(at + 0.001, "WARNING", "vo.llm.resilient", tried),
            self._record(at + 0.002, "ERROR", "vo.llm.resilient", "[LLM Fallback] All providers failed"),
        ]

    def congested(self, at: float, percent: int) -> list[str]:
        """Write a warning, at the brim an error."""
        if percent >= 100:
            message = "[Pipeline] Backpressure CRITICAL: Queue FULL (100/100), dropping audio"
            return [self._record(at, "ERROR", "vo.core.pipeline", message)]
        message = f"[Pipeline] Backpressure WARNING: Queue {percent}% full ({percent}/100)"
        return [self._record(at, "WARNING", "vo.core.pipeline", message)]

    def chatter(self, at: float, number: int) -> list[str]:
        """Write one of a few lines, now and then the load balancer's knock."""
        if number % (len(_CHATTER) + 1) == len(_CHATTER):
            return ['INFO:     10.0.3.1:41120 - "GET /health HTTP/1.1" 200 OK']
        return [self._record(at, *_CHATTER[number % (len(_CHATTER) + 1)])]
