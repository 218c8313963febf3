"""Options that several commands share, and the settings they lead to."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui.commands._user_dialects import use_own_dialects
from tui.commands._user_playbooks import use_own_playbooks
from tui.config import Settings, load
from tui.engine.text import LANGUAGES, system_language, t, use_language

if TYPE_CHECKING:
    from tui.screens.viewed import View

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


def view_options(command: F) -> F:
    """Add ``--scope``, ``--filter``, ``--panel``, ``--at`` and ``--no-mouse``: what a screen begins with."""
    for option in (
        click.option("--no-mouse", "mouse", flag_value=False, default=None, help=t("view.no_mouse")),
        click.option("--at", metavar="T", help=t("view.at")),
        click.option("--panel", metavar="NAME", help=t("view.panel")),
        click.option("--filter", metavar="PATTERN", help=t("view.filter")),
        click.option("--scope", metavar="NAME", help=t("view.scope")),
    ):
        command = option(command)
    return command


def take_view(flags: dict[str, Any]) -> "View":
    """Take out of the options of a command what its screen begins with."""
    from tui.screens.viewed import View  # noqa: PLC0415 - most commands have no screen

    asked = {name: flags.pop(name, None) or "" for name in ("scope", "filter", "panel", "at")}
    return View(layout=flags.get("layout") or "", theme=flags.get("theme") or "", **asked)


def as_words(options: Mapping[str, object]) -> list[str]:
    """Return options as they are typed; those that were not given are left out."""
    words = []
    for name, value in options.items():
        if value is True:
            words.append(f"--{name}")
        elif value:
            words += [f"--{name}", str(value)]
    return words


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
