"""Panels over a snapshot, one per file, drawn row by row from plain text.

A module of this package is loaded when something in it is first asked for: the start waits for those
on the first screen alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from widgets._ascii_filter import AsciiFilter
    from widgets._buckets import BucketPanel
    from widgets._filter import FilterError, RowFilter
    from widgets._format import clock_time
    from widgets._glyphs import glyphs_in_use, use_glyphs
    from widgets._lines_view import in_language
    from widgets._panel import Panel
    from widgets._rows import RowsView
    from widgets.alert_banner import AlertBanner
    from widgets.alerts import AlertsPage, AlertsPanel
    from widgets.blame_bar import BlameBar
    from widgets.blame_evidence import BlameEvidence
    from widgets.breadcrumb import Breadcrumb
    from widgets.call_view import CallView
    from widgets.calls import CallsPanel
    from widgets.calls_table import CallsTable
    from widgets.comparison import ComparisonView
    from widgets.config_status import ConfigPanel
    from widgets.errors import ErrorsPanel
    from widgets.fallback import FallbackPanel
    from widgets.frozen import FrozenCover
    from widgets.key_footer import KeyFooter
    from widgets.notice import NoticeBar
    from widgets.playbook_card import PlaybookCard
    from widgets.raw_lines import RawLinesView
    from widgets.recent import RecentPanel
    from widgets.sources import SourcesPanel
    from widgets.strip import VerdictStrip, finding_text
    from widgets.too_small import TooSmallCard
    from widgets.ttfb import TtfbPanel
    from widgets.wallboard import Wallboard

__all__ = [
    "AlertBanner",
    "AlertsPage",
    "AlertsPanel",
    "AsciiFilter",
    "BlameBar",
    "BlameEvidence",
    "Breadcrumb",
    "BucketPanel",
    "CallView",
    "CallsPanel",
    "CallsTable",
    "ComparisonView",
    "ConfigPanel",
    "ErrorsPanel",
    "FallbackPanel",
    "FilterError",
    "FrozenCover",
    "KeyFooter",
    "NoticeBar",
    "Panel",
    "PlaybookCard",
    "RawLinesView",
    "RecentPanel",
    "RowFilter",
    "RowsView",
    "SourcesPanel",
    "TooSmallCard",
    "TtfbPanel",
    "VerdictStrip",
    "Wallboard",
    "clock_time",
    "finding_text",
    "glyphs_in_use",
    "in_language",
    "use_glyphs",
]

_HOMES = {
    "_ascii_filter": "AsciiFilter",
    "_buckets": "BucketPanel",
    "_filter": "FilterError RowFilter",
    "_format": "clock_time",
    "_glyphs": "glyphs_in_use use_glyphs",
    "_lines_view": "in_language",
    "_panel": "Panel",
    "_rows": "RowsView",
    "alert_banner": "AlertBanner",
    "alerts": "AlertsPage AlertsPanel",
    "blame_bar": "BlameBar",
    "blame_evidence": "BlameEvidence",
    "breadcrumb": "Breadcrumb",
    "call_view": "CallView",
    "calls": "CallsPanel",
    "calls_table": "CallsTable",
    "comparison": "ComparisonView",
    "config_status": "ConfigPanel",
    "errors": "ErrorsPanel",
    "fallback": "FallbackPanel",
    "frozen": "FrozenCover",
    "key_footer": "KeyFooter",
    "notice": "NoticeBar",
    "playbook_card": "PlaybookCard",
    "raw_lines": "RawLinesView",
    "recent": "RecentPanel",
    "sources": "SourcesPanel",
    "strip": "VerdictStrip finding_text",
    "too_small": "TooSmallCard",
    "ttfb": "TtfbPanel",
    "wallboard": "Wallboard",
}
"""What is written where."""

_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}


if not TYPE_CHECKING:  # else no misspelt name would ever be told

    def __getattr__(name: str) -> object:
        """Load the module that something is written in."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        return value
