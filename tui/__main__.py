"""Runs the program: ``voxtop``, or in a checkout ``python -P -m tui``."""

import gc
import sys
from contextlib import AbstractContextManager, nullcontext


def main() -> None:
    """Start what a large log will need besides, then load the command line, which takes far longer, and run it."""
    gc.disable()  # what is loaded stays: to look through it again and again takes a tenth of the start
    with _prepared(sys.argv[1:]):
        from tui.cli import main as run  # noqa: PLC0415 - after the other process is on its way

        run()


def _prepared(words: list[str]) -> AbstractContextManager[None]:
    """Start another process for large logs; a part of one may be small."""
    if words[:1] != ["report"] or any(word.startswith("--since") for word in words):
        return nullcontext()
    from tui.engine.worker import prepared_worker  # noqa: PLC0415 - nothing else needs it

    return prepared_worker(words[1:])


if __name__ == "__main__":
    main()
