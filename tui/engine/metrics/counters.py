"""Everything that counts events."""

from tui.engine.frozen import frozen
from tui.engine.metrics.concurrency import Concurrency
from tui.engine.metrics.errors import Errors
from tui.engine.metrics.fallbacks import Fallbacks
from tui.engine.metrics.generations import Generations
from tui.engine.metrics.latency import Latency
from tui.engine.metrics.recent import RecentErrors
from tui.engine.metrics.silence import Silence
from tui.engine.metrics.windows import ObservedMinutes


@frozen
class Counters:
    """What a store counts with; some of it may be shared with others."""

    observed: ObservedMinutes
    latency: Latency
    calls: Concurrency
    fallbacks: Fallbacks
    errors: Errors
    recent: RecentErrors
    generations: Generations
    silence: Silence
