"""Whether processes that a test began still run."""

import asyncio

import psutil

PATIENCE_S = 20.0


def alive(pid: int) -> bool:
    """Tell whether a process still runs."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def gone(*pids: int) -> None:
    """Wait until none of the processes runs any more: one that was killed takes its time to be gone."""
    async with asyncio.timeout(PATIENCE_S):
        while any(alive(pid) for pid in pids):  # noqa: ASYNC110 - nothing else tells of it
            await asyncio.sleep(0.01)
