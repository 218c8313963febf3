"""What happens to the simulated orchestrator, and when: each scenario is a row of phases."""

import math
from dataclasses import dataclass, replace

from tui.engine.model import Stage

ENDLESS = math.inf


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time in which the outside world stays as it is."""

    caption: str
    """Key of the table ``demo`` in the text catalogue."""
    seconds: float = ENDLESS
    calls: int = 6
    """Calls that want to be open at once."""
    down: tuple[Stage, ...] = ()
    """Stages whose first provider does not answer."""
    tts_slowness: float = 1.0
    """Factor on the first byte of speech."""
    missing: tuple[str, ...] = ()
    """Keys that a process started in this phase does not find."""
    redeploy: bool = False
    """The phase begins with a new process."""
    crash_every: float = ENDLESS
    """Seconds of life between two crashes."""


CALM = Phase("calm")
_OVER = replace(CALM, caption="over")
_BUSY = Phase("busy", 60, calls=30)
_CROWDED = Phase("crowded", 90, calls=62)
_DRAINING = Phase("draining", 60)
_CRASHING = Phase("crashing", 110, calls=8, crash_every=17)
_STABLE = Phase("stable", 40)
_OUTAGE = Phase("azure_down", 45, calls=10, down=("STT", "TTS"))
_SLOW = Phase("slow_tts", 50, calls=8, tts_slowness=6.0)

SCENARIOS: dict[str, tuple[Phase, ...]] = {
    "calm": (CALM,),
    "azure-outage": (
        replace(CALM, seconds=15),
        replace(_OUTAGE, seconds=150),
        Phase("azure_back", 45),
        _OVER,
    ),
    "slow-tts": (replace(CALM, seconds=15), replace(_SLOW, seconds=180), Phase("tts_fast", 60), _OVER),
    "missing-key": (
        replace(CALM, seconds=12),
        Phase("llm_key_missing", 120, missing=("GROQ_API_KEY",), redeploy=True),
        Phase("key_back", 60, redeploy=True),
        _OVER,
    ),
    "overload": (replace(CALM, seconds=12), _BUSY, replace(_CROWDED, seconds=150), _DRAINING, _OVER),
    "crash-loop": (replace(CALM, seconds=12), replace(_CRASHING, seconds=180), _STABLE, _OVER),
    "all": (
        replace(CALM, seconds=12),
        Phase("telnyx_key_missing", 22, missing=("TELNYX_API_KEY",), redeploy=True),
        _OUTAGE,
        _SLOW,
        Phase("key_back", 46, redeploy=True),
        _BUSY,
        _CROWDED,
        _DRAINING,
        _CRASHING,
        replace(_STABLE, seconds=105),
        _OVER,
    ),
}
"""By the names of the contract; ``all`` tells its story in ten minutes. Whatever ends goes on calm."""
