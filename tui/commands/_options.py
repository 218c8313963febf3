"""Options that several commands share, and the settings they lead to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from tui.commands._user_dialects import use_own_dialects
from tui.commands._user_playbooks import use_own_playbooks
from tui.config import Settings, load
from tui.engine.text import LANGUAGES, system_language, t, use_language

F = TypeVar("F", bound=Callable[..., Any])


def settings_options(command: F) -> F:
    """Add ``--config``, ``--lang`` and ``--tz``."""
    for option in (
        click.option("--tz", help=t("cli.tz"), metavar="ZONE"),
        click.option("--lang", type=click.Choice(LANGUAGES), help=t("cli.lang")),
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            envvar="VOXTOP_CONFIG",
            help=t("cli.config"),
        ),
    ):
        command = option(command)
    return command


def screen_options(command: F) -> F:
    """Add ``--layout``, ``--theme`` and ``--ascii`` to the options of ``settings_options``."""
    for option in (
        click.option("--ascii", is_flag=True, default=None, help=t("cli.ascii")),
        click.option("--theme", help=t("cli.theme"), metavar="NAME"),
        click.option("--layout", help=t("layout.option"), metavar="NAME"),
    ):
        command = option(command)
    return settings_options(command)


def read_settings(config: Path | None, **flags: object) -> Settings:
    """Return the settings in force and speak their language from now on.

    Raises:
        ConfigError: something in the file, the environment or the flags is wrong.
    """
    settings = load(config, flags)
    use_language(settings.lang or system_language())
    return settings


def settle(config: Path | None, **flags: object) -> Settings:
    """Do as ``read_settings``, and know the user's own dialects from now on."""
    settings = read_settings(config, **flags)
    use_own_dialects()
    use_own_playbooks()
    return settings
