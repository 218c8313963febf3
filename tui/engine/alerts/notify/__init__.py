"""How people are told, one kind of channel per file.

A module here whose name has no leading underscore is a kind of channel of that name. It declares ``Options``,
a ``ChannelOptions`` with the settings of its own, and ``open_channel(name, options, wording)``, which returns
a ``Channel`` or raises ``ConfigError`` for a setting that is missing or makes no sense.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol, cast

from tui.engine.alerts.notify._channel import Channel, DeliveryError
from tui.engine.alerts.notify._wording import Wording
from tui.engine.model import ChannelOptions

__all__ = ["Channel", "DeliveryError", "Wording", "kinds", "open_channel", "open_channels", "options_type"]


class ChannelKind(Protocol):
    """What a module of this package declares."""

    Options: type[ChannelOptions]

    def open_channel(self, name: str, options: Any, wording: Wording) -> Channel:  # noqa: ANN401 - its own Options
        """Return a channel ready to send; its secrets are read, nothing is connected yet.

        Raises:
            ConfigError: a setting is missing or makes no sense, or a secret cannot be had.
        """


@cache
def kinds() -> tuple[str, ...]:
    """Return the names of the kinds of channel."""
    return tuple(sorted(each.name for each in pkgutil.iter_modules(__path__) if not each.name.startswith("_")))


def options_type(kind: str) -> type[ChannelOptions]:
    """Return what a kind of channel can be told."""
    return _module(kind).Options


def open_channel(name: str, options: ChannelOptions, wording: Wording) -> Channel:
    """Return the channel that ``[notify.NAME]`` describes.

    Raises:
        ConfigError: a setting is missing or makes no sense, or a secret cannot be had.
    """
    return _module(options.kind).open_channel(name, options, wording)


def open_channels(notify: Mapping[str, ChannelOptions], wording: Wording) -> dict[str, Channel]:
    """Return all channels by name; raises ``ConfigError`` for the first that cannot be opened."""
    return {name: open_channel(name, options, wording) for name, options in notify.items()}


def _module(kind: str) -> ChannelKind:
    """Return the module of a kind; only the kinds in use are loaded."""
    return cast("ChannelKind", importlib.import_module(f"{__name__}.{kind}"))
