"""Where a change comes from: a pure function over the events of the last hour and the findings of this moment."""

from tui.engine.blame._explaining import LOOKBACK_S, explain, explainable

__all__ = ["LOOKBACK_S", "explain", "explainable"]
