"""Calls told from events: what each one went through, what hurt, and which of them needs attention first."""

from tui.engine.stories.attention import attention, impact_of, totals
from tui.engine.stories.telling import LOOK_BACK_S, tell

__all__ = ["LOOK_BACK_S", "attention", "impact_of", "tell", "totals"]
