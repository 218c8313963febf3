"""Settings: flag over environment (``VOXTOP_…``) over file over default, typed and checked.

The file is TOML at ``$XDG_CONFIG_HOME/voxtop/config.toml``; every field below is a key of it.
"""

import dataclasses
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import tzinfo
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import platformdirs

from tui.config_places import Layer, Origin
from tui.engine.errors import ConfigError, UsageError
from tui.engine.frozen import frozen
from tui.engine.model import (
    AlertOptions,
    Calling,
    ChannelOptions,
    Desktop,
    Limits,
    Retention,
    RuleTable,
    ServiceOptions,
    SourceOptions,
    Thresholds,
)
from tui.engine.secret import read_secret
from tui.engine.text import LANGUAGES, t
from tui.engine.when import parse_hours, parse_span

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

ENV_PREFIX = "VOXTOP_"

NOT_SETTINGS = {"VOXTOP_CONFIG", "VOXTOP_KERNEL", "VOXTOP_SERVE_TOKEN", "VOXTOP_SSH_PASSPHRASE"}
"""Variables that are no keys of the file: where it is, and a secret."""

_LINKS = re.compile(r"VOXTOP_(?:SERVICE_HOST|SERVICE_PORT(?:_.*)?|PORT(?:_\d+_.*)?)")
"""What Kubernetes puts into every container beside a Service named voxtop."""

UNDERSTOOD = "i-understand"
"""The word that turns the check of a host's key off; anything else is refused."""


@frozen
class Settings:
    """Everything a user can set."""

    sources: tuple[str, ...] = ()
    """What to watch when the command line names nothing."""
    since: str = "1h"
    """How far back the monitor reads at the start: a span, a time, or ``all``."""
    resume: bool = False
    """Go on where the last run stopped, and keep what is read for the next one."""
    record: str = "24h"
    """How long the events that were read are kept on disk, a span."""
    record_mb: int = 500
    """The largest size of the state file in megabytes; the oldest events make room."""
    lang: str = ""
    """``en`` or ``es``; empty follows the environment."""
    theme: str = "dark"
    """One of dark, light, high-contrast, colour-blind, wallboard; checked when a screen opens."""
    layout: str = "on-call"
    """Which panels stand where: on-call, latency, errors, wallboard, or the user's; checked when a screen opens."""
    tz: str = ""
    """Zone of times that name none, such as ``Europe/Madrid``; empty is the zone of this machine."""
    ascii: bool = False
    """Draw with plain ASCII even where the terminal could do more."""
    mouse: bool = True
    """Take notice of the mouse; without that the terminal marks text as usual."""
    bell: bool = True
    """Ring the terminal's bell when something new is critical."""
    desktop: Desktop = "off"
    """Show it on the desktop too: ``osc9`` or ``osc777`` through the terminal, or ``notify-send``."""
    expect_every: str = ""
    """Silence, such as ``5m``, after which a source counts as stale although reading works; empty is never."""
    bundles: str = ""
    """Folder into which incident bundles are written; empty is ``bundles`` beside the state file."""
    listen: str = ""
    """Address, such as ``127.0.0.1:9464``, on which figures are told to Prometheus; empty is nowhere."""
    listen_token_env: str = ""
    """Environment variable with a token that whoever scrapes has to bring."""
    listen_token_file: str = ""
    """File with that token, readable by this user alone."""
    insecure_host_key: Mapping[str, str] = field(default_factory=dict)
    """SSH hosts whose key nobody checks: ``"old-box" = "i-understand"``, the host as written in the source."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by the id of their action, several with commas between them; checked when a screen opens."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    """Limits and windows; the defaults are the guide's."""
    service: ServiceOptions = field(default_factory=ServiceOptions)
    """What messages call the thing that is watched."""
    alerts: AlertOptions = field(default_factory=AlertOptions)
    """When an alert fires; the rules that are shipped need nothing said."""
    notify: Mapping[str, ChannelOptions] = field(default_factory=dict)
    """Channels by name; ``kind`` says what else a channel can be told."""

    def zone(self) -> tzinfo | None:
        """Return the zone of times that name none; None is the zone of this machine."""
        if not self.tz:
            return None
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - most take their machine's own

        return ZoneInfo(self.tz)

    def calling(self) -> Calling:
        """Return how somebody at another window is called."""
        return Calling(self.bell, self.desktop)

    def retention(self) -> Retention:
        """Return how long what is kept on disk."""
        return Retention(events_s=parse_span(self.record), max_bytes=self.record_mb * 1_000_000)

    def listen_token(self) -> str:
        """Return the token that whoever scrapes has to bring; empty lets everybody in who gets through.

        Raises:
            ConfigError: the variable or file named holds none, or others may read the file.
        """
        return read_secret("listen_token", env=self.listen_token_env, file=self.listen_token_file).reveal()

    def source_options(self) -> SourceOptions:
        """Return what every source is given."""
        expect_every_s = parse_span(self.expect_every) if self.expect_every else None
        return SourceOptions(frozenset(self.insecure_host_key), expect_every_s)


def config_path() -> Path:
    """Return where the configuration file is looked for."""
    return platformdirs.user_config_path("voxtop") / "config.toml"


def bundle_folder(settings: Settings) -> Path:
    """Return where incident bundles are written."""
    return (
        Path(settings.bundles).expanduser() if settings.bundles else platformdirs.user_state_path("voxtop") / "bundles"
    )


def playbook_folder() -> Path:
    """Return where the user's own playbooks lie, beside the usual configuration file."""
    return config_path().parent / "playbooks"


def load(path: Path | None, flags: Mapping[str, object], environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in force.

    ``path`` is the file asked for (it must exist) or None for the usual place (it may not). ``flags``
    are values from the command line; None and empty ones count as not given.

    Raises:
        ConfigError: a file, variable or flag is wrong; the message names it, the key and the line.
    """
    settings = Settings()
    for layer in layers(path, flags, environment):
        settings = _overlay(settings, layer.table, layer.origin)
        _check(settings, layer.origin)
    return settings


def layers(
    path: Path | None, flags: Mapping[str, object], environment: Mapping[str, str] | None = None
) -> tuple["Layer", ...]:
    """Return what was set and where, the weakest first: file, environment, command line.

    Raises:
        ConfigError: the file cannot be read or is no TOML.
    """
    table, text, where = _read(path)
    variables = _from_environment(os.environ if environment is None else environment)
    asked = {key: value for key, value in flags.items() if value not in (None, ())}
    return (
        Layer(table, Origin(where, text)),
        Layer(variables, Origin(t("config.environment"))),
        Layer(asked, Origin(t("config.command_line"))),
    )


def _read(path: Path | None) -> tuple[dict[str, Any], str, str]:
    """Return the parsed file, its text and its name; an absent default file is empty."""
    chosen = path or config_path()
    if path is None and not chosen.exists():
        return {}, "", str(chosen)
    try:
        text = chosen.read_text(encoding="utf-8")
        return tomllib.loads(text), text, str(chosen)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigError(t("config.unreadable", path=chosen, reason=reason)) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(t("config.no_toml", path=chosen, reason=error)) from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Turn ``VOXTOP_LANG=es`` and ``VOXTOP_THRESHOLDS_MIN_CALLS=5`` into a table like the file's."""
    table: dict[str, Any] = {}
    for name, raw in environment.items():
        if not name.startswith(ENV_PREFIX) or name in NOT_SETTINGS or _LINKS.fullmatch(name):
            continue
        key = name.removeprefix(ENV_PREFIX).lower()
        inner = key.removeprefix("thresholds_")
        target = table if inner == key else table.setdefault("thresholds", {})
        target[inner] = _toml_value(raw)
    return table


def _toml_value(raw: str) -> object:
    try:
        return tomllib.loads(f"value = {raw}")["value"]
    except tomllib.TOMLDecodeError:
        return raw


def _overlay(base: T, table: Mapping[str, Any], origin: Origin, prefix: str = "") -> T:
    """Return ``base`` with the values of a table laid over it."""
    hints = get_type_hints(type(base))
    changes: dict[str, Any] = {}
    for key, value in table.items():
        path = f"{prefix}{key}"
        if key not in hints:
            raise ConfigError(t("config.unknown_key", where=origin.of(path), key=path), _nearest(key, hints))
        changes[key] = _convert(getattr(base, key), hints[key], value, origin, path)
    return dataclasses.replace(base, **changes)


def _nearest(key: str, known: Mapping[str, object]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    close = get_close_matches(key, known, n=1, cutoff=0.5)
    return t("config.did_you_mean", key=close[0]) if close else t("config.known_keys", keys=", ".join(known))


def _convert(current: Any, kind: Any, value: object, origin: Origin, path: str) -> object:  # noqa: ANN401 - a type
    """Return a TOML value as the type its field asks for."""
    if isinstance(value, Mapping):
        if dataclasses.is_dataclass(kind):
            return _overlay(current, value, origin, f"{path}.")
        if get_origin(kind) is Mapping:
            return _named_values(kind, value, origin, path)
    elif get_origin(kind) is tuple:
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list | tuple) and all(isinstance(item, str) for item in items):
            return tuple(_convert(None, get_args(kind)[0], item, origin, path) for item in items)
    elif (scalar := _scalar(kind, value)) is not None:
        return scalar
    raise _wrong_type(kind, value, origin, path)


def _scalar(kind: Any, value: object) -> object | None:  # noqa: ANN401 - a type
    """Return a single value as its field asks for it, None if it cannot be."""
    if get_origin(kind) is Literal:
        return value if value in get_args(kind) else None
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind is str and isinstance(value, str | int | float):
        return str(value)
    return value if type(value) is kind else None


def _wrong_type(kind: Any, value: object, origin: Origin, path: str) -> ConfigError:  # noqa: ANN401 - a type
    return ConfigError(t("config.wrong_type", where=origin.of(path), key=path, value=value, kind=_kind(kind)))


def _named_values(kind: Any, table: Mapping[str, Any], origin: Origin, path: str) -> Mapping[str, object]:  # noqa: ANN401 - a type
    """Return a table whose keys the user chooses: texts, or channels."""
    if get_args(kind)[1] is ChannelOptions:
        return {name: _channel(value, origin, f"{path}.{name}") for name, value in table.items()}
    if get_args(kind)[1] is RuleTable and all(isinstance(value, Mapping) for value in table.values()):
        return {name: RuleTable(value) for name, value in table.items()}
    flat = dict(_flat(table))
    if not all(isinstance(value, str) for value in flat.values()):
        raise _wrong_type(kind, table, origin, path)
    return flat


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield texts by their names; a dot in one, if not in quotes, made a table of it."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", text) for inner, text in _flat(value))
        else:
            yield name, value


def _channel(table: object, origin: Origin, path: str) -> ChannelOptions:
    """Return what one ``[notify.NAME]`` says, typed as its kind of channel wants it."""
    from tui.engine.alerts.notify import kinds, options_type  # noqa: PLC0415 - loaded only for those who have channels

    if not isinstance(table, Mapping):
        raise _wrong_type(ChannelOptions, table, origin, path)
    kind = str(table.get("kind", ""))
    if kind not in kinds():
        from difflib import get_close_matches  # noqa: PLC0415 - likewise

        close = get_close_matches(kind, kinds(), n=1)
        known = t("config.known_channels", kinds=", ".join(kinds()))
        remedy = t("config.did_you_mean", key=close[0]) if close else known
        where = origin.of(f"{path}.kind")
        raise ConfigError(t("config.unknown_channel", where=where, key=f"{path}.kind", value=kind), remedy)
    return _overlay(options_type(kind)(), table, origin, f"{path}.")


def _kind(kind: Any) -> str:  # noqa: ANN401 - a type
    """Name a type the way a user writes it."""
    if kind is ChannelOptions:
        return t("config.kind_channel")
    if dataclasses.is_dataclass(kind):
        return t("config.kind_table", keys=", ".join(item.name for item in dataclasses.fields(kind)))
    if get_origin(kind) is Mapping:
        return t("config.kind_channels" if get_args(kind)[1] is ChannelOptions else "config.kind_mapping")
    if get_origin(kind) is Literal:
        return t("config.kind_choice", choices=", ".join(get_args(kind)))
    name = kind.__name__ if not isinstance(kind, UnionType) and get_origin(kind) is None else "tuple"
    return t(f"config.kind_{name}")


def _check(settings: Settings, origin: Origin) -> None:
    """Refuse values that have the right type and no sense."""
    if settings.lang and settings.lang not in LANGUAGES:
        raise _bad_value("lang", settings.lang, LANGUAGES, origin)
    try:
        settings.zone()
    except (KeyError, OSError, ValueError):
        raise _bad_value("tz", settings.tz, ("Europe/Madrid", "UTC", "…"), origin) from None
    for key, value in (("expect_every", settings.expect_every or "1h"), ("record", settings.record)):
        try:
            parse_span(value)
        except UsageError:
            raise _bad_value(key, value, ("30s", "5m", "1h", "…"), origin) from None
    _check_threshold("record_mb", settings.record_mb, origin)
    for host, word in settings.insecure_host_key.items():
        if word != UNDERSTOOD:
            raise _bad_value(f"insecure_host_key.{host}", word, (UNDERSTOOD,), origin)
    if settings.alerts.rules:
        _check_rules(settings.alerts.rules, origin)
    for name, options in settings.notify.items():
        _check_channel(f"notify.{name}", options, origin)
    for item in dataclasses.fields(settings.thresholds):
        _check_threshold(f"thresholds.{item.name}", getattr(settings.thresholds, item.name), origin)


def _check_rules(rules: Mapping[str, RuleTable], origin: Origin) -> None:
    from tui.engine.alerts.rule import read_rules  # noqa: PLC0415 - loaded only for those who have rules

    read_rules(rules, lambda key: origin.of(f"alerts.rules.{key}"))


def _check_channel(key: str, options: ChannelOptions, origin: Origin) -> None:
    """Refuse times that are none, before the first alert has to wait for them."""
    for name, value, parse in (
        ("repeat", options.repeat, parse_span),
        ("quiet_hours", options.quiet_hours, parse_hours),
    ):
        try:
            _ = parse(value) if value else None
        except UsageError as error:
            path = f"{key}.{name}"
            raise ConfigError(
                t("config.bad_span", where=origin.of(path), key=path, reason=error.message), error.remedy
            ) from None
    if options.per_hour <= 0:
        path = f"{key}.per_hour"
        raise ConfigError(t("config.not_positive", where=origin.of(path), key=path, value=options.per_hour))


def _bad_value(key: str, value: str, known: Sequence[str], origin: Origin) -> ConfigError:
    return ConfigError(t("config.bad_value", where=origin.of(key), key=key, value=value, known=", ".join(known)))


def _check_threshold(key: str, value: Limits | float, origin: Origin) -> None:
    if isinstance(value, Limits):
        if not 0 <= value.warn_at <= value.crit_at:
            limits = {"warn": value.warn_at, "crit": value.crit_at}
            raise ConfigError(t("config.bad_limits", where=origin.of(key), key=key, **limits))
    elif not value > 0:  # nor is "not a number"
        raise ConfigError(t("config.not_positive", where=origin.of(key), key=key, value=value))
