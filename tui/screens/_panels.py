"""The numbered panels and what layouts call them."""

from textual.widget import Widget

from widgets import (
    AlertsPanel,
    CallsPanel,
    ConfigPanel,
    ErrorsPanel,
    FallbackPanel,
    Panel,
    RecentPanel,
    SourcesPanel,
    TtfbPanel,
)

PANELS = (ConfigPanel, FallbackPanel, TtfbPanel, CallsPanel, ErrorsPanel, RecentPanel, SourcesPanel, AlertsPanel)
"""In the order of their number keys."""


def name_of(panel: type[Panel] | Widget) -> str:
    """Return what layouts call a panel: ``ttfb`` for ``TtfbPanel``."""
    kind = panel if isinstance(panel, type) else type(panel)
    return kind.__name__.removesuffix("Panel").lower()


NAMES = tuple(map(name_of, PANELS))
