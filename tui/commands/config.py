"""``voxtop config path|init|check|show|schema``: the configuration file, and what is in force."""

import json
import os
from pathlib import Path

import click

from tui.commands._config_file import Setting, commented, json_schema, settings_of
from tui.commands._options import read_settings, settings_options
from tui.config import Settings, config_path, layers
from tui.engine.errors import ConfigError
from tui.engine.safe_text import safe_text
from tui.engine.text import t


@click.group("config", help=t("settings.help"))
def command() -> None:
    """Hold the subcommands together."""


@command.command("path", help=t("settings.path_help"))
@settings_options
def path(config: Path | None, **_flags: object) -> int:
    """Say which file is read, whether it is there or not."""
    click.echo(safe_text(str(config or config_path())))
    return 0


@command.command("init", help=t("settings.init_help"))
@click.option("--print", "only_print", is_flag=True, help=t("settings.print_help"))
@settings_options
def init(config: Path | None, only_print: bool, **flags: object) -> int:
    """Write a file with every key, its meaning and its default, all commented out.

    Raises:
        ConfigError: there is a file already, or it cannot be written.
    """
    if flags.get("lang"):
        read_settings(None, lang=flags["lang"])
    text = commented()
    if only_print:
        click.echo(text, nl=False)
        return 0
    chosen = config or config_path()
    try:
        chosen.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(chosen, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(t("settings.exists", path=chosen), t("settings.exists_remedy")) from None
    except OSError as error:
        raise ConfigError(t("settings.unwritable", path=chosen, reason=error.strerror or error)) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    click.echo(t("settings.written", path=safe_text(str(chosen))), err=True)
    return 0


@command.command("check", help=t("settings.check_help"))
@settings_options
def check(config: Path | None, **flags: object) -> int:
    """Read everything that sets something; a mistake ends with its line and the exit code of wrong usage."""
    settings = read_settings(config, **flags)
    import themes  # noqa: PLC0415 - loads Textual, which no other part needs
    from tui.commands._config_use import try_all  # noqa: PLC0415 - likewise
    from tui.keymap import check_keys  # noqa: PLC0415 - likewise
    from tui.own_layouts import Layouts, layout_folder  # noqa: PLC0415 - likewise
    from tui.own_themes import OwnThemes, theme_folder  # noqa: PLC0415 - likewise
    from tui.screens.layouts import named  # noqa: PLC0415 - likewise
    from tui.terminal_app import VoxtopApp  # noqa: PLC0415 - likewise

    own, layouts = OwnThemes(theme_folder()), Layouts(layout_folder())
    for problem in (*own.problems, *layouts.problems):
        raise problem
    themes.full_name(settings.theme, own.themes)
    named(settings.layout, layouts.all)
    check_keys(settings.keys, VoxtopApp.BINDINGS)
    chosen = config or config_path()
    try_all(settings, layers(config, flags), chosen.parent / "alerts")
    key = "sound" if chosen.exists() else "absent"
    click.echo(t(f"settings.{key}", path=safe_text(str(chosen))))
    return 0


@command.command("keys", help=t("settings.keys_help"))
@settings_options
def keys(config: Path | None, **flags: object) -> int:
    """Print each action that can be given other keys: its id, the keys in force, the file's among them."""
    settings = read_settings(config, **flags)
    from tui.keymap import usual_keys  # noqa: PLC0415 - loads Textual, which no other part needs
    from tui.terminal_app import VoxtopApp  # noqa: PLC0415 - likewise

    for identity, usual in usual_keys(VoxtopApp.BINDINGS).items():
        click.echo(f"{identity:<24}  {settings.keys.get(identity, ','.join(usual))}")
    return 0


@command.command("show", help=t("settings.show_help"))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=t("settings.format_help"))
@settings_options
def show(config: Path | None, form: str, **flags: object) -> int:
    """Print what is in force and where each value comes from; secrets are masked."""
    settings = read_settings(config, **flags)
    rows = settings_of(settings, layers(config, flags))
    if form == "json":
        click.echo(json.dumps([row._asdict() for row in rows], indent=2, ensure_ascii=False))
        return 0
    for row in rows:
        click.echo(_line(row, max(len(each.key) for each in rows)))
    return 0


def _line(row: Setting, width: int) -> str:
    value = json.dumps(row.value, ensure_ascii=False)
    return safe_text(f"{row.key:<{width}}  {value}  # {row.origin or t('settings.default')}")


@command.command("schema", help=t("settings.schema_help"))
@settings_options
def schema(config: Path | None, **flags: object) -> int:
    """Print a JSON Schema of the file, for editors."""
    del config
    if flags.get("lang"):
        read_settings(None, lang=flags["lang"])
    click.echo(json.dumps(json_schema(Settings), indent=2, ensure_ascii=False))
    return 0
