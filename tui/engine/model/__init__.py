"""Frozen values that cross the borders between modules: lines, events, figures, states.

Times are seconds since the epoch (UTC) as floats; ``None`` means that nobody knows.
Latencies are milliseconds, durations seconds, shares per cent (2.3 means 2.3 %).
"""

from tui.engine.model._alerts import (
    NO_BOARD,
    Alert,
    AlertBoard,
    AlertNote,
    AlertState,
    Labels,
    NoteKind,
    Notification,
    Occasion,
    Severity,
    Silence,
)
from tui.engine.model._blame import Blame, BlameRow, Dimension, Precursor, PrecursorKind, Shift, Side, SliceCount
from tui.engine.model._channels import Calling, ChannelOptions, Desktop, ServiceOptions
from tui.engine.model._compared import Amount, Compared, ComparedSpan, Comparison
from tui.engine.model._cumulative import Cumulative, Distribution, Series, TraceExample
from tui.engine.model._figures import (
    CallsFigure,
    ConfigHealth,
    ErrorGroup,
    ErrorsFigure,
    MissingKey,
    Percentiles,
    ProviderFailures,
    SilenceFigure,
    SourceStatus,
    StageFallback,
    StageTtfb,
    TurnFigure,
)
from tui.engine.model._journal import Journal, SourceCounts
from tui.engine.model._limits import Limits, Retention, Thresholds
from tui.engine.model._lines import PART_MARK, RUNTIME, Life, LineBlock, LogEvent, LogLine, RawLine, owner
from tui.engine.model._playbook import Hints, Playbook, TickStore
from tui.engine.model._rules import AlertOptions, RuleTable
from tui.engine.model._snapshot import EMPTY_SNAPSHOT, Finding, Freshness, Scope, Snapshot, Verdict
from tui.engine.model._sources import SourceOptions, SourceStep
from tui.engine.model._words import STAGES, Kind, Level, SourceState, Stage, Status

__all__ = [
    "EMPTY_SNAPSHOT",
    "NO_BOARD",
    "PART_MARK",
    "RUNTIME",
    "STAGES",
    "Alert",
    "AlertBoard",
    "AlertNote",
    "AlertOptions",
    "AlertState",
    "Amount",
    "Blame",
    "BlameRow",
    "Calling",
    "CallsFigure",
    "ChannelOptions",
    "Compared",
    "ComparedSpan",
    "Comparison",
    "ConfigHealth",
    "Cumulative",
    "Desktop",
    "Dimension",
    "Distribution",
    "ErrorGroup",
    "ErrorsFigure",
    "Finding",
    "Freshness",
    "Hints",
    "Journal",
    "Kind",
    "Labels",
    "Level",
    "Life",
    "Limits",
    "LineBlock",
    "LogEvent",
    "LogLine",
    "MissingKey",
    "NoteKind",
    "Notification",
    "Occasion",
    "Percentiles",
    "Playbook",
    "Precursor",
    "PrecursorKind",
    "ProviderFailures",
    "RawLine",
    "Retention",
    "RuleTable",
    "Scope",
    "Series",
    "ServiceOptions",
    "Severity",
    "Shift",
    "Side",
    "Silence",
    "SilenceFigure",
    "SliceCount",
    "Snapshot",
    "SourceCounts",
    "SourceOptions",
    "SourceState",
    "SourceStatus",
    "SourceStep",
    "Stage",
    "StageFallback",
    "StageTtfb",
    "Status",
    "Thresholds",
    "TickStore",
    "TraceExample",
    "TurnFigure",
    "Verdict",
    "owner",
]
