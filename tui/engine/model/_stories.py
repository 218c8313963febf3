"""A call as a story: its turns, what went wrong on it, and how much that hurt."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from tui.engine.model._lines import LogEvent, owner
from tui.engine.model._words import Kind, Stage

Ending = Literal["open", "closed", "lost", "unknown"]
"""How a call stands: ``lost`` went with its process or was never accepted, ``unknown`` is a ghost or no call."""

Harm = Literal["none", "warning", "slow", "fallback", "silence", "failed"]
HARMS: tuple[Harm, ...] = ("none", "warning", "slow", "fallback", "silence", "failed")
"""What a caller went through, the worst last."""


@dataclass(frozen=True, slots=True)
class StageTime:
    """One first byte that counts as a sample."""

    stage: Stage
    provider: str | None
    ms: float
    at: float | None
    """When the byte came."""
    line: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer: heard, thought, spoken. What the log does not tell is missing, never 0."""

    at: float | None
    """When it began, as far as it can be told: its earliest first byte minus the wait for it."""
    line: int
    """Of its last event."""
    stages: tuple[StageTime, ...] = ()
    """In speaking order."""
    ms: float | None = None
    """Its own latency, caller stops to first audio, if the log told it."""
    trace: str = ""
    silence_s: float = 0.0
    """Seconds that the caller heard nothing beyond what is allowed."""
    heard_at: float | None = None
    """When its last event came."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on a call that is no answer: an error, a warning, a fallback, a recovery, its beginning, its end."""

    kind: Kind
    at: float | None
    line: int
    stage: Stage | None = None
    provider: str | None = None
    code: str | None = None
    to: str | None = None
    text: str = ""
    """Outside text."""
    counts: bool = False
    """It is one of those that the panels count; the others are echoes or no failure."""


class StoryKey(NamedTuple):
    """What a story is recognised by when it is told again."""

    scope: str
    call: str
    trace: str
    nth: int
    """Of several calls with one id."""


@dataclass(frozen=True, slots=True)
class Story:
    """A call; or a conversation that only its traces hold together; or, with neither, what is tied to no call."""

    key: StoryKey
    client: str | None = None
    opened_at: float | None = None
    """None where the log began later, or names no calls."""
    closed_at: float | None = None
    ending: Ending = "unknown"
    duration_s: float | None = None
    turns: tuple[Turn, ...] = ()
    marks: tuple[Mark, ...] = ()
    waiting_since: float | None = None
    """Since when its caller hears nothing although an answer is due."""
    first_at: float | None = None
    last_at: float | None = None
    others: int = 0
    """Of a conversation: how many calls were open meanwhile, any of which it may be."""
    events: tuple[LogEvent, ...] = ()
    """All of it, oldest first."""

    @property
    def source(self) -> str:
        """The source whose lines tell it."""
        return owner(self.key.scope)

    @property
    def tied(self) -> bool:
        """Whether it is one call or conversation, and not the rest that nobody can tell apart."""
        return bool(self.key.call or self.key.trace)

    @property
    def name(self) -> str:
        """Its call id, else what its traces have in common; outside text."""
        return self.key.call or self.key.trace


@dataclass(frozen=True, slots=True)
class Impact:
    """What hurt a caller most."""

    harm: Harm = "none"
    amount: float = 0.0
    """Errors, seconds of silence, fallbacks, how many times the limit, or warnings."""
    mark: Mark | None = None
    """The first of what it was, if it is a mark."""
    stage: StageTime | None = None
    """The slowest first byte, if it was slow."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A story as far as it lies within a span of time."""

    story: Story
    impact: Impact
    n: int
    """What it adds to the figure that the span was chosen by; 0 where there is no such figure."""
    turns: int
    slowest: tuple[StageTime | None, StageTime | None, StageTime | None]
    """STT, LLM, TTS."""
    turn_ms: float | None
    """The longest turn."""
