"""The counters and histograms by name: the guide's own, and what voxtop tells beside them."""

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from prometheus_client.core import CounterMetricFamily, Exemplar, HistogramMetricFamily, Metric
from prometheus_client.utils import floatToGoString

from tui.engine.exporters._series import Labels, LabelSets, cleaned, label
from tui.engine.model import STAGES, Cumulative, Distribution, Series, TraceExample
from tui.engine.text import t

FIELDS = ("AZURE_SPEECH_KEY", "GROQ_API_KEY", "TELNYX_API_KEY", "DEEPGRAM_API_KEY", "OPENAI_API_KEY")
"""Configuration fields that orchestrators are known to warn about."""

CLIENTS = ("twilio", "telnyx", "browser", "anonymous", "other")

_USUAL = (("STT", "Azure"), ("LLM", "Groq"), ("TTS", "Azure"))
_CODES = ("401", "429", "timeout")
_EXEMPLAR_LENGTH = 128
"""OpenMetrics allows no longer exemplar, names and values together."""


_Bucket = tuple[str, float] | tuple[str, float, Exemplar]


class _Counter(NamedTuple):
    figure: str
    metric: str
    labels: tuple[str, ...] = ()
    known: tuple[Labels, ...] = ((),)


_COUNTERS = (
    _Counter("config_warnings", "config_warning", ("field_name",), tuple((name,) for name in FIELDS)),
    _Counter("fallbacks", "fallback_activated", ("provider_type",), tuple((stage.lower(),) for stage in STAGES)),
    _Counter("opened", "voxtop_calls_opened", ("client",), tuple((client,) for client in CLIENTS)),
    _Counter("distinct", "voxtop_calls_distinct"),
    _Counter("closed", "voxtop_calls_closed"),
    _Counter("lost", "voxtop_calls_lost"),
    _Counter("ghosts", "voxtop_calls_ghosts"),
    _Counter("short", "voxtop_calls_short"),
    _Counter("affected", "voxtop_calls_affected", ("kind",), (("error",), ("fallback",))),
    _Counter("attributed", "voxtop_attributed_events", ("kind",), (("error",), ("fallback",))),
    _Counter(
        "errors",
        "voxtop_errors",
        ("stage", "provider", "code"),
        (
            *((*usual, code) for usual in _USUAL for code in _CODES),
            *((stage, "unknown", "all_failed") for stage in (*STAGES, "unknown")),
            ("unknown", "unknown", "unknown"),
        ),
    ),
    _Counter("warnings", "voxtop_warnings"),
    _Counter("starts", "voxtop_orchestrator_starts"),
)


class CountedFigures:
    """Turns cumulative counts into metric families; remembers which label sets it has told."""

    def __init__(self) -> None:
        self._sets = {each.figure: LabelSets(each.known) for each in _COUNTERS}
        self._latencies = LabelSets(_USUAL)

    def families(self, totals: Cumulative, now: float) -> Iterator[Metric]:
        """Yield a family per metric as of ``now``, monotonic seconds."""
        for each in _COUNTERS:
            family = CounterMetricFamily(each.metric, t(f"metrics.{each.metric}"), labels=each.labels)
            found = {_as_labels(key): count for key, count in totals.counts.items() if key[0] == each.figure}
            examples = {cleaned(key[1:]): one for key, one in totals.examples.items() if key[0] == each.figure}
            for labels, count in self._sets[each.figure].counted(found, now).items():
                family.add_metric(labels, count, exemplar=_exemplar(examples.get(labels) if count else None, 1.0))
            yield family
        yield from self._histograms(totals, now)

    def _histograms(self, totals: Cumulative, now: float) -> Iterator[Metric]:
        empty = Distribution((0,) * (len(totals.bounds_s) + 1))
        found: dict[Labels, Distribution] = dict.fromkeys(_USUAL, empty)
        found |= {series[1:]: one for series, one in totals.latencies.items() if series[0] == "ttfb"}
        stages = _histogram("voxtop_ttfb_seconds", "stage", "provider")
        speech = _histogram("tts_ttfb_seconds", "provider")
        for (stage, provider), one in _merged(found, self._latencies, now).items():
            told = one if self._latencies.is_told((stage, provider), now) else empty
            stages.add_metric((stage, provider), _buckets(told, totals.bounds_s), told.sum_s)
            if stage == "TTS":
                speech.add_metric((provider,), _buckets(told, totals.bounds_s), told.sum_s)
        turn = _histogram("voxtop_turn_seconds")
        turns = totals.latencies.get(("turn",), empty)
        turn.add_metric((), _buckets(turns, totals.bounds_s), turns.sum_s)
        yield from (speech, stages, turn)


def _histogram(metric: str, *labels: str) -> HistogramMetricFamily:
    return HistogramMetricFamily(metric, t(f"metrics.{metric}"), labels=labels)


def _as_labels(series: Series) -> Labels:
    """Return the label values of a count; the guide writes stages as types of provider, in lower case."""
    figure, *labels = series
    return tuple(value.lower() for value in labels) if figure == "fallbacks" else tuple(labels)


def _merged(found: Mapping[Labels, Distribution], sets: LabelSets, now: float) -> dict[tuple[str, str], Distribution]:
    """Return the distributions by the label sets that are kept, those that share one added up."""
    merged: dict[tuple[str, str], Distribution] = {}
    for raw, one in found.items():
        stage, provider = sets.kept(raw, now)
        before = merged.get((stage, provider))
        merged[stage, provider] = _added(before, one) if before else one
    return merged


def _added(one: Distribution, other: Distribution) -> Distribution:
    counts = tuple(map(int.__add__, one.counts, other.counts))
    return Distribution(counts, one.sum_s + other.sum_s, other.examples or one.examples)


def _buckets(found: Distribution, bounds_s: tuple[float, ...]) -> list[_Bucket]:
    """Return the buckets as Prometheus counts them, each holding those below it."""
    bounds = (*map(floatToGoString, bounds_s), "+Inf")
    examples = found.examples or (None,) * len(found.counts)
    return [
        (bound, count, exemplar) if (exemplar := _exemplar(example, None)) else (bound, count)
        for bound, count, example in zip(bounds, accumulate(found.counts), examples, strict=True)
    ]


def _exemplar(example: TraceExample | None, value: float | None) -> Exemplar | None:
    if example is None:
        return None
    trace = label(example.trace)
    if len("trace_id") + len(trace) > _EXEMPLAR_LENGTH:
        return None
    return Exemplar({"trace_id": trace}, example.seconds if value is None else value, example.at)
