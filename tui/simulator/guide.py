"""Writes the lines of the monitoring guide: plain text without time, or as ``docker logs -t`` shows it."""

from collections.abc import Collection
from datetime import UTC, datetime

from tui.engine.model import Stage
from tui.simulator._dialect import BACKUP, PRIMARY, Call

_CHATTER = (
    "[LLM Groq] Reply ready",
    "🔁 Fallback chain ready: STT=Google, TTS=Google",
    "🎤 [STT] Recognized: the letter says ERROR 401 Unauthorized",
    "[Config] Applied voice profile 3",
    'INFO:     10.0.3.1:41120 - "GET /health HTTP/1.1" 200 OK',
    "INFO:     Switching STT language to: [es-ES]",
)


class Guide:
    """The guide's dialect; ``stamped`` puts the platform's time before each line."""

    def __init__(self, *, stamped: bool = False) -> None:
        self._stamped = stamped

    def _lines(self, at: float, *texts: str) -> list[str]:
        if not self._stamped:
            return list(texts)
        second = datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return [f"{second}.{int(at % 1 * 1e9):09d}Z {text}" for text in texts]

    def booting(self, at: float, pid: int, missing: Collection[str]) -> list[str]:
        """Name the missing keys, then the process."""
        warnings = [f"⚠️ [Config] {field} is not set. Service may fail at runtime." for field in missing]
        return self._lines(at, *warnings, f"INFO:     Started server process [{pid}]")

    def ready(self, at: float, missing: Collection[str]) -> list[str]:  # noqa: ARG002 - the dialect says no more
        """Tell that start-up is complete."""
        return self._lines(at, "INFO:     Application startup complete.")

    def stopping(self, at: float, pid: int) -> list[str]:
        """Leave uvicorn's words."""
        return self._lines(at, "INFO:     Shutting down", f"INFO:     Finished server process [{pid}]")

    def killed(self, at: float, pid: int) -> list[str]:
        """Leave the last words of the process."""
        return self._lines(at, f"❌ Out of memory, killing process {pid}")

    def opened(self, at: float, call: Call) -> list[str]:
        """Open a socket."""
        return self._lines(at, f"🔌 WS CONNECTION | Client: {call.client}, ID: {call.id}")

    def closed(self, at: float, call: Call, seconds: float) -> list[str]:
        """Close it, with the duration most of the time."""
        duration = "" if call.client == "browser" else f" duration={seconds:.0f}s"
        return self._lines(at, f"✅ WS CLOSED | ID: {call.id}{duration}")

    def refused(self, at: float) -> list[str]:
        """Quote the carrier."""
        return self._lines(at, '❌ Answer Failed: 401 - {"errors":[{"code":"10009","detail":"bad api key"}]}')

    def recognised(self, at: float, text: str) -> list[str]:
        """Quote the caller."""
        return self._lines(at, f"🎤 [STT] Recognized: {text}")

    def first_byte(self, at: float, stage: Stage, provider: str, ms: float, trace: str) -> list[str]:
        """Write the sample with its annotations."""
        notes = {"STT": "", "LLM": f" chunks={int(ms) % 60 + 8}", "TTS": f" total={ms / 350:.1f}s"}[stage]
        return self._lines(at, f"📊 [{stage} {provider}] trace={trace} TTFB={ms:.0f}ms{notes}")

    def finished(self, at: float, trace: str, provider: str, ms: float) -> list[str]:  # noqa: ARG002 - as above
        """Write the line that a healthy turn ends with."""
        return self._lines(at, f"✅ [TTS {provider}] Audio sent")

    def turn(self, at: float, ms: float) -> list[str]:  # noqa: ARG002 - the guide has no turn latency
        """Say nothing."""
        return []

    def failed(self, at: float, stage: Stage, reason: str, trace: str) -> list[str]:  # noqa: ARG002 - no trace on errors
        """Write an error."""
        return self._lines(at, f"❌ [{stage} {PRIMARY[stage]}] Error: {reason}")

    def counted(self, at: float, stage: Stage, reason: str, nth: int) -> list[str]:  # noqa: ARG002 - the guide does not count
        """Say nothing."""
        return []

    def fell_back(self, at: float, stage: Stage, reason: str) -> list[str]:  # noqa: ARG002 - told by the error before
        """Write the activation."""
        return self._lines(at, f"✅ [{stage} Fallback] Switching to {BACKUP} {stage}")

    def recovered(self, at: float, stage: Stage) -> list[str]:
        """Write the way back."""
        return self._lines(at, f"[{stage} Fallback] Primary recovered")

    def rate_limited(self, at: float, trace: str) -> list[str]:  # noqa: ARG002 - no trace on errors
        """Write an error."""
        return self._lines(at, "❌ [LLM Groq] Error: RateLimitError (429)")

    def unauthorised(self, at: float, trace: str) -> list[str]:  # noqa: ARG002 - no trace on errors
        """Write an error."""
        return self._lines(at, "❌ [LLM Groq] Error: 401 Invalid API key")

    def nobody_left(self, at: float) -> list[str]:
        """Write an error."""
        return self._lines(at, "❌ [LLM Fallback] All providers failed")

    def congested(self, at: float, percent: int) -> list[str]:
        """Write a warning, at the brim an error."""
        if percent >= 100:
            return self._lines(at, "❌ [Pipeline] Backpressure CRITICAL: Queue FULL (100/100)")
        return self._lines(at, f"⚠️ [Pipeline] Backpressure WARNING: Queue {percent}% full ({percent}/100)")

    def chatter(self, at: float, number: int) -> list[str]:
        """Write one of a few lines."""
        return self._lines(at, _CHATTER[number % len(_CHATTER)])
