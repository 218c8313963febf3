"""Alert rules: shipped as TOML, overridden by name and extended by the user.

One file in ``rules/`` is one rule, its name the file's. A user's table of the same name changes single
keys of it; any other name is a rule of his own and says which ``figure`` it looks at.
"""

import dataclasses
import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from tui.engine.alerts.figures import FIGURES, WINDOWED
from tui.engine.errors import ConfigError, UsageError
from tui.engine.model import Labels, Limits, Severity
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.engine.when import parse_span

FOR_S = 300.0
"""How long a condition must hold before an alert fires (semantics R10)."""
RESOLVE_FOR_S = 120.0
"""How long it must be below the warning level before the alert is over (semantics R10)."""
LONGEST_BURN_S = 3600.0
"""The snapshot's series cover an hour."""

BURNT = frozenset({"fallback", "errors_per_minute", "ttfb"})
"""Figures with a series to judge a budget by."""

Where = Callable[[str], str]
"""Names the place of a dotted key, such as ``config.toml:12``."""


@dataclass(frozen=True, slots=True)
class Burn:
    """An error budget in minutes: how fast it is being spent over a long and a short window."""

    objective: float
    """Per cent of minutes that must be good."""
    factor: float
    """Times as fast as the budget allows, in both windows."""
    long_s: float = 3600.0
    short_s: float = 300.0
    bad_at: float | None = None
    """What makes a minute bad; None is where the figure warns."""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """When an alert fires, and when it is over."""

    name: str
    figure: str
    severity: Severity = "critical"
    """The worst it may report."""
    limits: Limits | None = None
    """None judges as the screen does, by the thresholds in force."""
    for_s: float = FOR_S
    resolve_for_s: float = RESOLVE_FOR_S
    min_n: int = 0
    window_s: float | None = None
    match: Labels = ()
    """Only readings with these labels."""
    labels: Labels = ()
    """Put on each alert beside those of the figure."""
    enabled: bool = True
    playbook: str = ""
    """Alert key of the playbook, ``{stage}`` filled in (formats §5)."""
    inhibits: tuple[str, ...] = ()
    """Rules that need not be told while this one fires …"""
    equal: tuple[str, ...] = ()
    """… for the same values of these labels."""
    burn: Burn | None = None


@cache
def shipped() -> dict[str, AlertRule]:
    """Return the rules that travel with the program, by name."""
    folder = files(__package__).joinpath("rules")
    tables = {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    }
    return {name: _rule(name, None, table, str) for name, table in tables.items()}


def read_rules(
    tables: Mapping[str, Mapping[str, object]], where: Where, base: Mapping[str, AlertRule] | None = None
) -> dict[str, AlertRule]:
    """Return the rules in force: ``base`` (what is shipped) with the user's tables laid over it.

    Raises:
        ConfigError: a key is unknown, of the wrong type or out of range; the message says where.
    """
    rules = dict(shipped() if base is None else base)
    for name, table in tables.items():
        rules[name] = _rule(name, rules.get(name), table, partial(_within, where, name))
    for rule in rules.values():
        _check_names(rule, rules, where)
    return rules


def read_rule_files(folder: Path, base: Mapping[str, AlertRule] | None = None) -> dict[str, AlertRule]:
    """Return the rules with those laid over them that stand in a folder, one TOML file each.

    Raises:
        ConfigError: a file cannot be read or says something wrong.
    """
    rules = dict(shipped() if base is None else base)
    for path in sorted(folder.glob("*.toml")):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(t("alerts.bad_rule_file", path=safe_text(str(path)), reason=error)) from None
        rules = read_rules({path.stem: table}, partial(_in_file, path), rules)
    return rules


def _within(where: Where, name: str, key: str) -> str:
    return where(f"{name}.{key}" if key else name)


def _in_file(path: Path, key: str) -> str:  # noqa: ARG001 - a file is short
    return safe_text(str(path))


_KEYS: dict[str, tuple[str, type | tuple[type, ...]]] = {
    "figure": ("figure", str),
    "severity": ("severity", str),
    "warn": ("limits", (int, float)),
    "crit": ("limits", (int, float)),
    "for": ("for_s", str),
    "resolve_for": ("resolve_for_s", str),
    "min_n": ("min_n", int),
    "window": ("window_s", str),
    "match": ("match", dict),
    "labels": ("labels", dict),
    "enabled": ("enabled", bool),
    "playbook": ("playbook", str),
    "inhibits": ("inhibits", list),
    "equal": ("equal", list),
    "burn": ("burn", dict),
}
_BURN_KEYS: dict[str, tuple[str, type | tuple[type, ...]]] = {
    "objective": ("objective", (int, float)),
    "factor": ("factor", (int, float)),
    "bad_at": ("bad_at", (int, float)),
    "long": ("long_s", str),
    "short": ("short_s", str),
}


def _rule(name: str, base: AlertRule | None, table: Mapping[str, object], where: Where) -> AlertRule:
    """Read one table over the rule it changes, if there is one."""
    values = _values(table, _KEYS, where)
    if "burn" in values:
        former = dataclasses.asdict(base.burn) if base and base.burn else {}
        burn = {**former, **_values(values["burn"], _BURN_KEYS, lambda key: where(f"burn.{key}"))}
        values["burn"] = _burn(burn, where)
    if "limits" in values:
        values["limits"] = _limits(table, base.limits if base else None, where)
    if base is None and "figure" not in values:
        raise ConfigError(t("alerts.no_figure", where=where(""), name=name, known=", ".join(FIGURES)))
    rule = dataclasses.replace(base, **values) if base else AlertRule(name, **values)
    _check(rule, where)
    return rule


def _values(
    table: Mapping[str, object], keys: Mapping[str, tuple[str, type | tuple[type, ...]]], where: Where
) -> dict[str, Any]:
    """Return the values of a table by the names of the fields they are for."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in keys:
            close = difflib.get_close_matches(key, keys, n=1, cutoff=0.5)
            known = t("config.did_you_mean", key=close[0]) if close else t("config.known_keys", keys=", ".join(keys))
            raise ConfigError(t("config.unknown_key", where=where(key), key=key), known)
        field, kind = keys[key]
        found[field] = _value(key, value, kind, where)
    return found


def _value(key: str, value: object, kind: type | tuple[type, ...], where: Where) -> object:
    wanted = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        names = t(f"alerts.kind_{wanted[0].__name__}")
        raise ConfigError(t("config.wrong_type", where=where(key), key=key, value=value, kind=names))
    if key in {"for", "resolve_for", "window", "long", "short"}:
        try:
            return parse_span(str(value))
        except UsageError as error:
            raise ConfigError(f"{where(key)}: {error.message}", error.remedy) from None
    if key in {"match", "labels"} and isinstance(value, dict):
        return tuple(sorted((str(name), str(each)) for name, each in value.items()))
    return tuple(map(str, value)) if isinstance(value, list) else value


def _burn(values: Mapping[str, Any], where: Where) -> Burn:
    if not values.keys() >= {"objective", "factor"}:
        raise ConfigError(t("alerts.burn_incomplete", where=where("burn")))
    burn = Burn(**values)
    if not (0 < burn.objective < 100 and burn.factor > 0 and 60 <= burn.short_s < burn.long_s <= LONGEST_BURN_S):
        raise ConfigError(t("alerts.burn_range", where=where("burn")))
    return burn


def _limits(table: Mapping[str, object], former: Limits | None, where: Where) -> Limits:
    """Return own limits; of a pair of which one is given the other is the former one, or no limit at all."""
    warn, crit = (_number(table.get(key)) for key in ("warn", "crit"))
    if warn is None:
        warn = former.warn_at if former else crit
    if crit is None:
        crit = former.crit_at if former else float("inf")
    if warn is None or not 0 <= warn <= crit:
        raise ConfigError(t("config.bad_limits", where=where("warn"), key="warn, crit", warn=warn, crit=crit))
    return Limits(warn, crit)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _check(rule: AlertRule, where: Where) -> None:
    """Refuse values that have the right type and no sense."""
    for key, value, known in (
        ("figure", rule.figure, tuple(FIGURES)),
        ("severity", rule.severity, ("warning", "critical")),
    ):
        if value not in known:
            raise ConfigError(t("config.bad_value", where=where(key), key=key, value=value, known=", ".join(known)))
    if rule.window_s is not None and rule.figure not in WINDOWED:
        known_figures = ", ".join(sorted(WINDOWED))
        raise ConfigError(t("alerts.no_window", where=where("window"), figure=rule.figure, known=known_figures))
    if rule.window_s is not None and not 60 <= rule.window_s <= LONGEST_BURN_S:
        raise ConfigError(t("alerts.window_range", where=where("window"), value=rule.window_s))
    if rule.burn and rule.figure not in BURNT:
        known_figures = ", ".join(sorted(BURNT))
        raise ConfigError(t("alerts.no_burn", where=where("burn"), figure=rule.figure, known=known_figures))


def _check_names(rule: AlertRule, rules: Mapping[str, AlertRule], where: Where) -> None:
    unknown: Iterable[str] = (name for name in rule.inhibits if name not in rules)
    for name in unknown:
        key = f"{rule.name}.inhibits"
        raise ConfigError(t("config.bad_value", where=where(key), key=key, value=name, known=", ".join(sorted(rules))))
