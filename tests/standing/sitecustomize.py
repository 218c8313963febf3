"""Loaded by each Python program under test: on SIGUSR1 it writes where it stands, for ``tests/where_it_stands.py``."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress

_folder = os.environ.get("STANDING_FOLDER")


def _answer(folder: str) -> None:
    """Write into a file named like the process: its threads, even where one is in C for ever, then its tasks."""
    import faulthandler  # noqa: PLC0415 - most programs are never asked
    import signal  # noqa: PLC0415 - likewise

    answer = open(os.path.join(folder, str(os.getpid())), "a", encoding="utf-8")  # noqa: PTH118, PTH123, SIM115 - to the end

    def tell_tasks(*_: object) -> None:
        for line in _tasks():
            print(line, file=answer)
        print("(all told)", file=answer, flush=True)

    signal.signal(signal.SIGUSR1, tell_tasks)
    faulthandler.register(signal.SIGUSR1, file=answer, all_threads=True, chain=True)


def _tasks() -> Iterator[str]:
    """Yield what each task awaits, down to what does not go on; many await the same."""
    asyncio = sys.modules.get("asyncio")
    try:
        tasks = asyncio.all_tasks() if asyncio else ()
    except RuntimeError:  # no loop runs
        return
    alike: dict[str, list[str]] = {}
    for task in tasks:
        alike.setdefault(" > ".join(_awaits(task.get_coro())), []).append(task.get_name())
    for chain, names in alike.items():
        yield f"{len(names)} × {chain}: {', '.join(sorted(names))}"


def _awaits(awaited: object) -> Iterator[str]:
    while awaited is not None:
        kind = next((each for each in ("cr", "gi", "ag") if hasattr(awaited, f"{each}_frame")), None)
        if kind is None:
            yield type(awaited).__name__
            return
        frame = getattr(awaited, f"{kind}_frame")
        yield f"{frame.f_code.co_qualname}:{frame.f_lineno}" if frame else "done"
        awaited = getattr(awaited, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")


if _folder:
    with suppress(OSError):  # somebody else may not write there
        _answer(_folder)
