"""The command line: ``voxtop [SOURCE…]`` opens the monitor, ``voxtop COMMAND`` does the rest."""

import gc
import importlib
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import click

from tui.commands import COMMANDS
from tui.engine.errors import VoxtopError
from tui.engine.safe_text import safe_text
from tui.engine.text import system_language, t, use_language
from tui.memory import NO_MEMORY, collect_rings, is_out_of_memory, no_memory
from tui.output import be_lenient, exit_code, refusal, refused

DEFAULT = "live"


class Root(click.Group):
    """Takes the words after ``voxtop`` for sources unless the first one names a command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command's file only when it is asked for."""
        if cmd_name not in (*COMMANDS, DEFAULT):
            return None
        command = importlib.import_module(f"tui.commands.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - each file's promise, and mypy's knowledge
        if cmd_name != DEFAULT:  # which has a picture to paint before
            collect_rings()
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front where none is named."""
        if not args or args[0] not in (*COMMANDS, "--help", "-h", "--version"):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; where its reader goes away, end as any program does then."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _end_as_unheard()
        except BaseExceptionGroup as group:
            if group.split(BrokenPipeError)[1] is not None:
                raise
            _end_as_unheard()

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Show both ways to call the program."""
        formatter.write_usage("voxtop", "[OPTIONS] [SOURCE...]")
        formatter.write_usage("voxtop", "COMMAND [ARGS...]")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Explain the monitor first, since it has no name among the commands."""
        with formatter.indentation():
            formatter.write_text(t("cli.about"))
        with formatter.section(t("cli.examples")):
            formatter.write_dl([(f"voxtop {call}", t(f"cli.example_{key}")) for call, key in EXAMPLES])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options of the monitor beside the program's own, then the commands."""
        monitor = self.get_command(ctx, DEFAULT)
        parameters = [*(monitor.params if monitor else ()), *self.get_params(ctx)]
        with formatter.section(t("cli.options")):
            formatter.write_dl([row for each in parameters if (row := each.get_help_record(ctx))])
        self.format_commands(ctx, formatter)


EXAMPLES = (
    ("demo", "demo"),
    ("/var/log/app.log", "file"),
    ("--since all app.log", "since"),
    ("report --rotated app.log", "report"),
    ("events app.log", "events"),
    ("doctor app.log", "doctor"),
)


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="voxtop", prog_name="voxtop")
def root() -> None:
    """Run a command or the monitor."""


def main() -> NoReturn:
    """Run the program; every expected failure is one line on stderr and an exit code of the contract."""
    use_language(_asked_language(sys.argv) or system_language())
    be_lenient()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)
    try:
        code = root.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        code = 2
    except click.ClickException as error:
        _complain(error.format_message())
        code = 2
    except VoxtopError as error:
        _complain(str(error))
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except BaseException as error:  # noqa: BLE001 - raised again there where it is something else
        code = _met(error)
    _let_go_of_output()
    gc.freeze()  # nothing of what is left needs to be looked through: it goes with the process
    sys.exit(code if isinstance(code, int) else 0)


def _met(error: BaseException) -> int:
    """Tell in one line what the system refused, and return the exit code; raise whatever else it is."""
    if is_out_of_memory(error):
        error.__traceback__ = None  # lets go of what the frames hold: the sentence needs a little
        _complain(no_memory())
        return NO_MEMORY
    if (full := refusal(error)) is None:
        raise error
    _complain(refused(full))
    return exit_code(sys.argv[1:])


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End in order, as ctrl-C does: output is flushed, and the commands of sources do not stay behind."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell has it for what runs in the background
        signal.default_int_handler(number, frame)
    signal.raise_signal(signal.SIGINT)


def _end_as_unheard() -> NoReturn:
    """End as any program does whose reader went away.

    Until then the signal is ignored, as Python does: it would also come from a connection that broke.
    """
    import logging  # noqa: PLC0415 - most commands load it themselves, help does not

    # A connection that breaks while it is written to is told by its source, in words.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGPIPE)
    sys.exit(128 + signal.SIGPIPE)


def _let_go_of_output() -> None:
    """Flush, and keep a terminal that is gone from changing the exit code (Python would make it 120)."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _asked_language(words: list[str]) -> str:
    """Return what ``--lang`` says, read before anything else so that help and mistakes speak it too."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "--lang":
            return following
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return ""


def _complain(message: str) -> None:
    with suppress(OSError):  # nobody can be told: the exit code says it all the same
        click.echo(f"voxtop: {safe_text(message)}", err=True)
