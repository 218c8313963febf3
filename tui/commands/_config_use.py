"""What a start would take from the settings, tried without starting anything."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tui.alerting import alerting
from tui.commands._config_file import origin_of
from tui.config import Settings
from tui.config_places import Layer
from tui.engine.clock import SystemClock
from tui.engine.errors import ConfigError, UsageError
from tui.engine.exporters.http import host_and_port
from tui.engine.fleet.address import fleet_address
from tui.engine.parser import line_time
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.sources import open_source
from tui.engine.text import t
from tui.engine.when import parse_since


def try_all(settings: Settings, layers: Sequence[Layer], rules: Path) -> None:
    """Try where reading begins, sources, the address to listen on, rules, and channels with their secrets.

    Raises:
        ConfigError: one of them cannot be used; the message names the key, and the line where one is known.
    """
    clock = SystemClock()
    tz, alone = settings.zone(), len(settings.sources) == 1
    _tried("since", layers, partial(parse_since, settings.since, clock.now(), tz))
    opening = partial(
        open_source, clock=clock, since=None, line_time=partial(line_time, tz=tz), options=settings.source_options()
    )
    for spec in settings.sources:
        _tried("sources", layers, partial(_is_fleet, spec, alone=alone, otherwise=opening))
    if settings.listen:
        _tried("listen", layers, partial(host_and_port, settings.listen))
    settings.listen_token()
    alerting(settings, PlaybookCatalogue.load(), rules)


def _is_fleet(spec: str, *, alone: bool, otherwise: Callable[[str], object]) -> None:
    """Pass over an address of Prometheus, which the monitor takes where nothing else is watched."""
    if not (alone and fleet_address(spec)):
        otherwise(spec)


def _tried(key: str, layers: Sequence[Layer], attempt: Callable[[], object]) -> None:
    try:
        attempt()
    except UsageError as error:
        where = origin_of(key, layers)
        raise ConfigError(t("config.bad_span", where=where, key=key, reason=error.message), error.remedy) from None
