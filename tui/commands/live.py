"""``voxtop [SOURCE…]``: the live monitor."""

import difflib
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click

from tui.commands import COMMANDS
from tui.commands._options import as_words, screen_options, settle, take_view, view_options
from tui.commands._redaction import redact_option, redaction
from tui.config import load
from tui.engine.errors import UsageError
from tui.engine.text import t
from tui.remembering import remember_sources
from tui.terminal import claim_terminal

SHARED = ("theme", "ascii", "lang", "tz")
"""Options of this command that the demo has too."""


@click.command("live", help=t("cli.live"), context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--since", help=t("cli.since"), metavar="T")
@click.option("--listen", help=t("cli.listen"), metavar="[HOST:]PORT")
@click.option("--read-only", is_flag=True, help=t("serve.read_only"))
@click.option("--plain", is_flag=True, help=t("plain.help"))
@click.option("--resume", is_flag=True, default=None, help=t("state.option"))
@redact_option
@view_options
@screen_options
def command(
    sources: tuple[str, ...], config: Path | None, no_redact: bool, read_only: bool, plain: bool, **flags: object
) -> int:
    """Open the monitor on the sources named, configured or piped in."""
    asked = take_view(flags)
    settings = settle(config, sources=sources, **flags)
    _refuse_commands(sources)
    wanted = settings.sources
    if not wanted and not sys.stdin.isatty():
        wanted = ("-",)
    if not wanted and (plain or not sys.stdout.isatty()):
        click.echo(t("cli.start_page"))
        return 0
    if not wanted:
        from tui.first_run import FirstRunApp  # noqa: PLC0415 - the screen is loaded only once it is sure to open

        asking = FirstRunApp(settings)
        chosen = asking.run()
        if chosen is None:
            return asking.return_code or 0
        if not chosen.specs:
            return _demo(config, flags)
        if chosen.remember:
            remember_sources(config, chosen.specs)
        wanted = chosen.specs
    clean = redaction(wanted=not no_redact)
    if plain:
        from tui.commands._plain import run_plain  # noqa: PLC0415 - the phrases of the strip come with Textual

        return run_plain(settings, wanted, clean)
    piped = claim_terminal()

    from tui.app import monitor_app  # noqa: PLC0415 - the screen is loaded only once it is sure to open
    from tui.views import viewing  # noqa: PLC0415 - likewise

    kept = ("since", "tz", "lang", "ascii")
    call = ("voxtop", *as_words({"config": config, **{name: flags[name] for name in kept}}))
    view = viewing(settings, wanted, asked, call, private=read_only)
    again = partial(load, config, {"sources": sources, **flags})
    app = monitor_app(
        settings, wanted, stdin_fd=piped, clean=clean, read_only=read_only, config_file=config, load=again, look=view
    )
    return app.run_to_end()


def _demo(config: Path | None, flags: Mapping[str, object]) -> int:
    from tui.commands.demo import command as demo  # noqa: PLC0415 - the simulator is for the demo alone

    code: int = click.get_current_context().invoke(demo, config=config, **{name: flags[name] for name in SHARED})
    return code


def _refuse_commands(sources: tuple[str, ...]) -> None:
    """Catch ``voxtop --lang es demo`` and ``voxtop evnts x``: the word would be a file nobody has."""
    for word in sources:
        if _is_there(word):
            continue
        if word in COMMANDS:
            raise UsageError(t("cli.command_first", command=word), t("cli.command_first_remedy", command=word))
        if close := difflib.get_close_matches(word, COMMANDS, n=1, cutoff=0.75):
            raise UsageError(t("cli.no_such", word=word), t("cli.command_meant", command=close[0], word=word))


def _is_there(path: str) -> bool:
    """Tell whether a path exists; one that may not even be looked at is left to its source to explain."""
    try:
        return Path(path).exists()
    except OSError:
        return True
