"""Frozen values that cross the borders between modules: lines, events, figures, states.

Times are seconds since the epoch (UTC) as floats; ``None`` means that nobody knows.
Latencies are milliseconds, durations seconds, shares per cent (2.3 means 2.3 %).

A module of this package is loaded when one of its values is first asked for: making all of them takes 30 ms, and
what understands a log needs few.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.engine.model._alerts import Alert, AlertNote, Labels, NoteKind, Notification, Occasion, Silence
    from tui.engine.model._blame import Blame, BlameRow, Dimension, Precursor, PrecursorKind, Shift, Side, SliceCount
    from tui.engine.model._board import NO_BOARD, AlertBoard, AlertState
    from tui.engine.model._bucket import Bucket
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
    from tui.engine.model._stories import (
        HARMS,
        CallRow,
        Ending,
        Harm,
        Impact,
        Mark,
        StageTime,
        Story,
        StoryKey,
        Turn,
    )
    from tui.engine.model._words import STAGES, Kind, Level, Severity, SourceState, Stage, Status

__all__ = [
    "EMPTY_SNAPSHOT",
    "HARMS",
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
    "Bucket",
    "CallRow",
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
    "Ending",
    "ErrorGroup",
    "ErrorsFigure",
    "Finding",
    "Freshness",
    "Harm",
    "Hints",
    "Impact",
    "Journal",
    "Kind",
    "Labels",
    "Level",
    "Life",
    "Limits",
    "LineBlock",
    "LogEvent",
    "LogLine",
    "Mark",
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
    "StageTime",
    "StageTtfb",
    "Status",
    "Story",
    "StoryKey",
    "Thresholds",
    "TickStore",
    "TraceExample",
    "Turn",
    "TurnFigure",
    "Verdict",
    "owner",
]

_HOMES = {
    "_alerts": "Alert AlertNote Labels NoteKind Notification Occasion Silence",
    "_blame": "Blame BlameRow Dimension Precursor PrecursorKind Shift Side SliceCount",
    "_board": "NO_BOARD AlertBoard AlertState",
    "_bucket": "Bucket",
    "_channels": "Calling ChannelOptions Desktop ServiceOptions",
    "_compared": "Amount Compared ComparedSpan Comparison",
    "_cumulative": "Cumulative Distribution Series TraceExample",
    "_figures": (
        "CallsFigure ConfigHealth ErrorGroup ErrorsFigure MissingKey Percentiles ProviderFailures "
        "SilenceFigure SourceStatus StageFallback StageTtfb TurnFigure"
    ),
    "_journal": "Journal SourceCounts",
    "_limits": "Limits Retention Thresholds",
    "_lines": "PART_MARK RUNTIME Life LineBlock LogEvent LogLine RawLine owner",
    "_playbook": "Hints Playbook TickStore",
    "_rules": "AlertOptions RuleTable",
    "_snapshot": "EMPTY_SNAPSHOT Finding Freshness Scope Snapshot Verdict",
    "_sources": "SourceOptions SourceStep",
    "_stories": "HARMS CallRow Ending Harm Impact Mark StageTime Story StoryKey Turn",
    "_words": "STAGES Kind Level Severity SourceState Stage Status",
}
"""What is written where."""

_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}


if not TYPE_CHECKING:  # else no misspelt name would ever be told

    def __getattr__(name: str) -> object:
        """Load the module that a value is written in."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        return value
