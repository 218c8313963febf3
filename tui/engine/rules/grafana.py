"""``voxtop rules grafana``: the guide's five panels and a row with every host, as a dashboard to import."""

import json
from collections.abc import Iterable, Mapping, Sequence

from tui.engine.model import STAGES, Limits, Thresholds
from tui.engine.text import t

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | float | bool | None

SCHEMA_VERSION = 39
"""Of Grafana 11; newer versions bring it up to date by themselves."""

WIDTH = 24
_SOURCE: dict[str, Json] = {"type": "prometheus", "uid": "${datasource}"}
_WHERE = 'job=~"$job",instance=~"$instance"'
_RATE = "$__rate_interval"


def dashboard(limits: Thresholds) -> str:
    """Return the dashboard as JSON."""
    panels = _placed(
        [
            [_config_health(8), _last_warning(4), _missing(12)],
            [_fallback_per_minute(12), _fallback_share(limits, 12)],
            [_heat_map(12), _quantiles("TTS", limits, 12)],
            [_quantiles("STT", limits, 12), _quantiles("LLM", limits, 12)],
            [_active_gauge(limits, 6), _active_over_time(limits, 10), _errors_per_minute(limits, 8)],
            [_row(t("grafana.fleet"))],
            [_hosts()],
        ]
    )
    document: Json = {
        "uid": "voxtop",
        "title": t("grafana.title"),
        "tags": ["voxtop"],
        "timezone": "browser",
        "editable": True,
        "graphTooltip": 1,
        "refresh": "10s",
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "time": {"from": "now-1h", "to": "now"},
        "annotations": {"list": []},
        "templating": {"list": [_datasource_variable(), _variable("job"), _variable("instance")]},
        "panels": panels,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _datasource_variable() -> Json:
    return {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus", "hide": 0}


def _variable(label: str) -> Json:
    narrowed = '{job=~"$job"}' if label == "instance" else ""
    query = f"label_values(voxtop_build_info{narrowed}, {label})"
    return {
        "name": label,
        "type": "query",
        "datasource": _SOURCE,
        "query": {"query": query, "refId": label},
        "definition": query,
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
        "sort": 1,
        "hide": 0,
    }


def _placed(rows: Iterable[Sequence[dict[str, Json]]]) -> list[Json]:
    """Give each panel its number and its place, row under row."""
    found: list[Json] = []
    top = 0
    for row in rows:
        left, height = 0, 0
        for panel in row:
            width, tall = _size(panel)
            place: Json = {"x": left, "y": top, "w": width, "h": tall}
            found.append({**panel, "id": len(found) + 1, "gridPos": place})
            left, height = left + width, max(height, tall)
        top += height
    return found


def _size(panel: Mapping[str, Json]) -> tuple[int, int]:
    place = panel["gridPos"]
    assert isinstance(place, Mapping)  # noqa: S101 - every panel is made below
    width, tall = place["w"], place["h"]
    assert isinstance(width, int)  # noqa: S101 - likewise
    assert isinstance(tall, int)  # noqa: S101 - likewise
    return width, tall


def _panel(
    kind: str,
    title: str,
    queries: Sequence[Json],
    width: int,
    *,
    height: int = 8,
    defaults: Mapping[str, Json] | None = None,
    options: Mapping[str, Json] | None = None,
    more: Mapping[str, Json] | None = None,
) -> dict[str, Json]:
    return {
        "type": kind,
        "title": title,
        "datasource": _SOURCE,
        "targets": queries,
        "gridPos": {"w": width, "h": height},
        "fieldConfig": {"defaults": dict(defaults or {}), "overrides": []},
        "options": dict(options or {}),
        **(more or {}),
    }


def _query(expr: str, legend: str = "", *, letter: str = "A", instant: bool = False, form: str = "time_series") -> Json:
    return {
        "refId": letter,
        "datasource": _SOURCE,
        "expr": expr,
        "legendFormat": legend or "__auto",
        "instant": instant,
        "range": not instant,
        "format": form,
        "editorMode": "code",
    }


def _steps(limits: Limits, scale: float = 1.0) -> Json:
    return {
        "mode": "absolute",
        "steps": [
            {"color": "green", "value": None},
            {"color": "yellow", "value": limits.warn_at * scale},
            {"color": "red", "value": limits.crit_at * scale},
        ],
    }


def _lines(limits: Limits, unit: str, scale: float = 1.0) -> dict[str, Json]:
    """Return defaults of a chart with the limits drawn in as lines."""
    style: Json = {"thresholdsStyle": {"mode": "dashed"}, "lineWidth": 1, "fillOpacity": 5, "spanNulls": False}
    return {"unit": unit, "min": 0, "thresholds": _steps(limits, scale), "custom": style}


_LEGEND: dict[str, Json] = {
    "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
    "tooltip": {"mode": "multi", "sort": "desc"},
}
_VALUE: dict[str, Json] = {
    "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    "colorMode": "background",
    "graphMode": "none",
    "textMode": "auto",
}


def _config_health(width: int) -> dict[str, Json]:
    """Return green only where a start was seen and nothing is missing (semantics R82)."""
    missing = f"max(voxtop_config_missing{{{_WHERE}}}) > 0"
    seen = f"min(voxtop_config_start_seen{{{_WHERE}}}) - 1"
    words: Json = [
        {
            "type": "value",
            "options": {
                "1": {"text": t("grafana.keys_missing"), "color": "red", "index": 0},
                "0": {"text": t("grafana.keys_set"), "color": "green", "index": 1},
                "-1": {"text": t("grafana.keys_unknown"), "color": "text", "index": 2},
            },
        },
        {"type": "special", "options": {"match": "null", "result": {"text": t("grafana.no_data"), "color": "text"}}},
    ]
    defaults: dict[str, Json] = {"mappings": words, "noValue": t("grafana.no_data"), "color": {"mode": "thresholds"}}
    query = _query(f"({missing}) or ({seen})", instant=True)
    return _panel("stat", t("grafana.config"), [query], width, height=5, defaults=defaults, options=_VALUE)


def _last_warning(width: int) -> dict[str, Json]:
    query = _query(f"1000 * max(voxtop_config_warning_timestamp_seconds{{{_WHERE}}})", instant=True)
    defaults: dict[str, Json] = {"unit": "dateTimeFromNow", "noValue": t("grafana.none")}
    options = {**_VALUE, "colorMode": "none"}
    return _panel("stat", t("grafana.last_warning"), [query], width, height=5, defaults=defaults, options=options)


def _missing(width: int) -> dict[str, Json]:
    query = _query(f"voxtop_config_missing{{{_WHERE}}} == 1", instant=True, form="table")
    hidden: Json = {"excludeByName": {"Time": True, "Value": True, "__name__": True}}
    tidy: dict[str, Json] = {"transformations": [{"id": "organize", "options": hidden}]}
    return _panel("table", t("grafana.missing"), [query], width, height=5, more=tidy)


def _fallback_per_minute(width: int) -> dict[str, Json]:
    expr = f"60 * sum by (provider_type) (rate(fallback_activated_total{{{_WHERE}}}[{_RATE}]))"
    defaults: dict[str, Json] = {"unit": "short", "min": 0}
    queries = [_query(expr, "{{provider_type}}")]
    return _panel("timeseries", t("grafana.fallback"), queries, width, defaults=defaults, options=_LEGEND)


def _fallback_share(limits: Thresholds, width: int) -> dict[str, Json]:
    window = int(limits.rate_window_s)
    calls = f"sum(increase(voxtop_calls_distinct_total{{{_WHERE}}}[{window}s]))"
    share = f"100 * sum by (provider_type) (increase(fallback_activated_total{{{_WHERE}}}[{window}s]))"
    queries = [_query(f"{share} / ignoring (provider_type) group_left () {calls}", "{{provider_type}}")]
    defaults = _lines(limits.fallback_pct, "percent")
    return _panel("timeseries", t("grafana.fallback_share"), queries, width, defaults=defaults, options=_LEGEND)


def _heat_map(width: int) -> dict[str, Json]:
    expr = f"sum by (le) (increase(tts_ttfb_seconds_bucket{{{_WHERE}}}[{_RATE}]))"
    options: dict[str, Json] = {
        "calculate": False,
        "cellGap": 1,
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
        "yAxis": {"unit": "s", "axisPlacement": "left"},
        "rowsFrame": {"layout": "auto"},
        "tooltip": {"mode": "single", "yHistogram": True, "showColorScale": False},
        "legend": {"show": False},
        "filterValues": {"le": 1e-9},
    }
    return _panel("heatmap", t("grafana.heat_map"), [_query(expr, "{{le}}", form="heatmap")], width, options=options)


def _quantiles(stage: str, limits: Thresholds, width: int) -> dict[str, Json]:
    """Return P50, P95 and P99, each of the rates added up by ``le`` (semantics R21), with the goal drawn in."""
    own = next(limits.ttfb_ms(each) for each in STAGES if each == stage)
    window = int(limits.ttfb_window_s)
    buckets = f'sum by (le) (rate(voxtop_ttfb_seconds_bucket{{{_WHERE},stage="{stage}"}}[{window}s]))'
    queries = [
        _query(f"histogram_quantile({q}, {buckets})", name, letter=letter)
        for q, name, letter in ((0.5, "≈ P50", "A"), (0.95, "≈ P95", "B"), (0.99, "≈ P99", "C"))
    ]
    title = t("grafana.ttfb", stage=stage, goal=f"{own.warn_at:g}")
    return _panel("timeseries", title, queries, width, defaults=_lines(own, "s", 0.001), options=_LEGEND)


def _active_gauge(limits: Thresholds, width: int) -> dict[str, Json]:
    one = limits.active_calls
    defaults: dict[str, Json] = {
        "min": 0,
        "max": one.crit_at * 1.2,
        "thresholds": _steps(one),
        "noValue": t("grafana.no_data"),
    }
    options: dict[str, Json] = {
        "reduceOptions": _VALUE["reduceOptions"],
        "showThresholdLabels": True,
        "showThresholdMarkers": True,
    }
    query = _query(f"sum(voxtop_active_calls{{{_WHERE}}})", instant=True)
    return _panel("gauge", t("grafana.active"), [query], width, defaults=defaults, options=options)


def _active_over_time(limits: Thresholds, width: int) -> dict[str, Json]:
    query = _query(f"sum(voxtop_active_calls{{{_WHERE}}})", t("grafana.active"))
    title = t("grafana.active_line", limit=f"{limits.active_calls.warn_at:g}")
    defaults = _lines(limits.active_calls, "short")
    return _panel("timeseries", title, [query], width, defaults=defaults, options=_LEGEND)


def _errors_per_minute(limits: Thresholds, width: int) -> dict[str, Json]:
    window = int(limits.errors_window_s)
    query = _query(f"60 * sum(rate(voxtop_errors_total{{{_WHERE}}}[{window}s]))")
    defaults: dict[str, Json] = {
        "unit": "short",
        "decimals": 1,
        "thresholds": _steps(limits.errors_per_minute),
        "noValue": t("grafana.no_data"),
    }
    title = t("grafana.errors", goal=f"{limits.errors_per_minute.warn_at:g}")
    return _panel("stat", title, [query], width, defaults=defaults, options={**_VALUE, "graphMode": "area"})


def _row(title: str) -> dict[str, Json]:
    return {"type": "row", "title": title, "collapsed": False, "panels": [], "gridPos": {"w": WIDTH, "h": 1}}


def _hosts() -> dict[str, Json]:
    """Return a table with a line per host."""
    by = "sum by (instance)"
    p95 = f"histogram_quantile(0.95, sum by (instance, le) (rate(tts_ttfb_seconds_bucket{{{_WHERE}}}[5m])))"
    columns = (
        ("up", f"up{{{_WHERE}}} and on (job, instance) last_over_time(voxtop_build_info[1d])"),
        ("calls", f"{by} (voxtop_active_calls{{{_WHERE}}})"),
        ("errors", f"60 * {by} (rate(voxtop_errors_total{{{_WHERE}}}[5m]))"),
        ("fallbacks", f"{by} (increase(fallback_activated_total{{{_WHERE}}}[1h]))"),
        ("p95", p95),
        ("unread", f"count by (instance) (voxtop_source_up{{{_WHERE}}} == 0)"),
    )
    lettered = [(letter, name, expr) for letter, (name, expr) in zip("ABCDEF", columns, strict=True)]
    queries = [_query(expr, name, letter=letter, instant=True, form="table") for letter, name, expr in lettered]
    renamed = {f"Value #{letter}": t(f"grafana.column_{name}") for letter, name, _ in lettered}
    hidden = {"Time": True, "__name__": True, "job": True}
    tidy: Json = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": hidden, "renameByName": dict(renamed)}},
    ]
    return _panel("table", t("grafana.hosts"), queries, WIDTH, height=10, more={"transformations": tidy})
