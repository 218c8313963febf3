"""How people are told, one kind of channel per file.

A module here whose name has no leading underscore is a kind of channel of that name. It declares
``open_channel(options)``, which returns a ``Channel`` or raises ``ConfigError`` for a setting that is
unknown, missing or wrong.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Protocol

from tui.engine.alerts.notify._channel import Channel, ChannelOptions, DeliveryError
from tui.engine.errors import ConfigError
from tui.engine.text import t

__all__ = ["Channel", "ChannelOptions", "DeliveryError", "kinds", "open_channels"]


class ChannelKind(Protocol):
    """What a module of this package declares."""

    def open_channel(self, options: ChannelOptions) -> Channel:
        """Return a channel ready to send; nothing is connected yet.

        Raises:
            ConfigError: a setting is unknown, missing or wrong.
        """


@cache
def kinds() -> dict[str, ChannelKind]:
    """Return the kinds of channel by name."""
    names = sorted(each.name for each in pkgutil.iter_modules(__path__) if not each.name.startswith("_"))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}


def open_channels(tables: Mapping[str, Mapping[str, object]]) -> dict[str, Channel]:
    """Return the channels of the ``[notify.NAME]`` tables by name; ``kind`` says which module opens one.

    Raises:
        ConfigError: a kind is missing or unknown, or a channel refuses its settings.
    """
    return {name: _open(name, table) for name, table in tables.items()}


def _open(name: str, table: Mapping[str, object]) -> Channel:
    kind = str(table.get("kind", ""))
    if kind not in kinds():
        close = difflib.get_close_matches(kind, kinds(), n=1)
        remedy = t("config.did_you_mean", key=close[0]) if close else t("alerts.known_kinds", kinds=", ".join(kinds()))
        raise ConfigError(t("alerts.unknown_kind", key=f"notify.{name}.kind", value=kind), remedy)
    settings = {key: value for key, value in table.items() if key != "kind"}
    return kinds()[kind].open_channel(ChannelOptions(name, settings))
