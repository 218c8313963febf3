"""Runs the program: ``voxtop``, or in a checkout ``python -P -m tui``."""

import gc
import os
import sys
from contextlib import AbstractContextManager, nullcontext


def main() -> None:
    """Start what a large log will need besides, then load the command line, which takes far longer, and run it."""
    _stand_in_for_closed()
    gc.disable()  # what is loaded stays: to look through it again and again takes a tenth of the start
    try:
        with _prepared(sys.argv[1:]):
            from tui.cli import main as run  # noqa: PLC0415 - after the other process is on its way

            run()
    except SystemExit as end:
        if sys.argv[1:2] == ["report"]:
            _end_at_once(end.code)
        raise


def _stand_in_for_closed() -> None:
    """Open nowhere where standard input, output or error is closed, as some daemons leave them.

    The exit code still tells then, and no file or pipe takes their place.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: PTH123, SIM115


def _prepared(words: list[str]) -> AbstractContextManager[None]:
    """Start another process for large logs; a part of one may be small."""
    if words[:1] != ["report"] or any(word.startswith("--since") for word in words):
        return nullcontext()
    from tui.engine.worker import prepared_worker  # noqa: PLC0415 - nothing else needs it

    return prepared_worker(words[1:])


def _end_at_once(code: object) -> None:
    """End the process without taking it apart, which takes 10 ms; not while another thread may have work to finish."""
    import atexit  # noqa: PLC0415 - others end by themselves
    import threading  # noqa: PLC0415 - likewise

    if threading.active_count() > 1 or not isinstance(code, int):
        return
    atexit._run_exitfuncs()  # noqa: SLF001 - what the end of the interpreter would run
    os._exit(code)  # the command line has flushed what was written


if __name__ == "__main__":
    main()
