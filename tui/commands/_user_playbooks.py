"""The playbooks that the user wrote: where they lie, and how every command comes to know them."""

import click

from tui.config import playbook_folder
from tui.engine.safe_text import safe_text


def use_own_playbooks() -> None:
    """Have every catalogue loaded from now on know the user's playbooks; one that is wrong is told on stderr."""
    if not any(playbook_folder().glob("*.toml")):
        return

    from tui.engine.playbooks._own import load_own  # noqa: PLC0415 - loaded only for those who use it, with RE2
    from tui.engine.playbooks.match import use_own  # noqa: PLC0415 - likewise

    loaded = load_own(playbook_folder())
    use_own(loaded.entries)
    for problem in loaded.problems:
        click.echo(f"voxtop: {safe_text(str(problem))}", err=True)
