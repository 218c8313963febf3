"""The dialects that the user wrote: where they lie, and how every command comes to know them."""

from pathlib import Path

import click

from tui.config import config_path
from tui.engine.safe_text import safe_text

FOLDER = "dialects"


def dialect_folder() -> Path:
    """Return the folder beside the usual configuration file."""
    return config_path().parent / FOLDER


def use_own_dialects() -> None:
    """Have every parser made from now on know the user's dialects; one that is wrong is told on stderr."""
    if not any(dialect_folder().glob("*.toml")):
        return

    from tui.engine.dialects._dialect import use_dialects  # noqa: PLC0415 - loaded only for those who use it, with RE2
    from tui.engine.dialects._user_file import load_dialects  # noqa: PLC0415 - likewise

    loaded = load_dialects(dialect_folder())
    use_dialects(loaded.dialects)
    for problem in loaded.problems:
        click.echo(f"voxtop: {safe_text(str(problem))}", err=True)
