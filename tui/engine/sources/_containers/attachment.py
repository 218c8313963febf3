"""Attached to the containers a user means: their logs so far, then what they write, whichever come and go."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing
from math import inf

from tui.engine.model import Life, SourceState
from tui.engine.safe_text import safe_text
from tui.engine.sources._containers.container import Container, Engine, Wanted
from tui.engine.sources._containers.log import Log
from tui.engine.sources._containers.place import Places
from tui.engine.sources._containers.readers import TICK_S, Readers
from tui.engine.sources._containers.stamps import SECOND, since_text
from tui.engine.sources._opening import Opening
from tui.engine.sources._reading import Reading
from tui.engine.sources._stream import Batch
from tui.engine.sources._trouble import TroubleError
from tui.engine.text import t

NO_LOG_S = 60.0
"""Time to the next look at a container that keeps no log: another one may take its place."""

Connect = Callable[[], AbstractAsyncContextManager[Engine]]


class Attachment:
    """Gets at the logs of containers, again and again."""

    def __init__(
        self, connect: Connect, wanted: Wanted, opening: Opening, reading: Reading, *, what: str = "engine"
    ) -> None:
        """``connect`` gives the engine, or ``what`` it is, for as long as its logs are read."""
        self._what = what
        self._connect = connect
        self._wanted = wanted
        self._opening = opening
        self._reading = reading
        self._beginning: str | None = None
        self._history = True
        self._trying = ""

    async def attach(self, cursor: str) -> AsyncGenerator[Batch, None]:
        """Read on behind a cursor; an ``Attach``."""
        try:
            async with aclosing(self._attached(cursor)) as batches:
                async for batch in batches:
                    yield batch
        except TroubleError as trouble:
            self._reading.step(self._trying, ok=False, detail=trouble.reason, remedy=trouble.remedy)
            raise

    async def _attached(self, cursor: str) -> AsyncGenerator[Batch, None]:
        self._try(self._what)
        async with self._connect() as engine:
            self._worked(engine.summary)
            places = Places.from_json(cursor) if cursor else Places(await self._begin(engine))
            async with Readers(engine, watch=self._opening.follow) as readers:
                while True:
                    async for batch in self._look_around(engine, places, readers):
                        yield batch
                    if not self._opening.follow:
                        return
                    async for log, chunks in readers.until_changed():
                        for batch in log.take(chunks):
                            yield batch

    async def _begin(self, engine: Engine) -> str:
        """Decide, once, where the logs begin of which nothing was read yet."""
        if self._beginning is None:
            since = await engine.now() if self._opening.since == inf else self._opening.since
            self._beginning = "" if since is None else since_text(int(since * SECOND))
        return self._beginning

    async def _look_around(self, engine: Engine, places: Places, readers: Readers) -> AsyncGenerator[Batch, None]:
        """See which containers there are; read what the logs hold and then follow those of the running ones."""
        found = await self._find(engine)
        for batch in self._farewell(places, {each.id for each in found} | readers.reading.keys()):
            yield batch
        for container in found:
            if (log := readers.reading.get(container.id)) is not None:
                log.container = container
                continue
            if container.part and container.part in {each.container.part for each in readers.reading.values()}:
                continue  # first the life before this one, to its end
            self._try("log", container=container.name)
            async for batch in self._drain(engine, self._log(engine, container, places)):
                yield batch
            if container.running:
                readers.add(self._log(engine, container, places))
        self._history = False
        if self._opening.follow and not readers.reading:
            stopped = found[-1].name
            pause_s = engine.look_every_s
            raise TroubleError(engine.stopped, state=SourceState.WAITING, retry_in_s=pause_s, container=stopped)

    def _farewell(self, places: Places, there: set[str]) -> Iterator[Batch]:
        """Tell of the containers that are gone, and whether their last lines may be lost."""
        for place in places.keep(there):
            cut_off = place.lines and not place.at_end and place.drained is None
            over = Life(None, place.drained) if place.part else None
            yield Batch(cursor=places.as_json(), gap="container_gone" if cut_off else "", part=place.part, life=over)

    async def _drain(self, engine: Engine, log: Log) -> AsyncGenerator[Batch, None]:
        """Yield what a log holds by now; that of a container looked at before it began waits for the next look."""
        if log.finished or log.container.never_began:
            return
        async with aclosing(engine.log(log.container, log.since, follow=False)) as chunks:
            async for each in chunks:
                for batch in log.take(each):
                    yield batch._replace(history=self._history)
        if not log.container.running:
            for batch in log.finish():
                yield batch._replace(history=self._history)

    async def _find(self, engine: Engine) -> list[Container]:
        """Return the containers meant, at least one, the log of each kept where it can be read."""
        self._try("find", wanted=self._wanted.text)
        found = await engine.find(self._wanted)
        if not found:
            wanted = self._wanted.text
            raise TroubleError("container_missing", state=SourceState.WAITING, retry_in_s=TICK_S, container=wanted)
        self._worked(", ".join(each.name for each in found))
        for each in found:
            self._try("log", container=each.name)
            if each.driver == "none":
                raise TroubleError("container_no_log", retry_in_s=NO_LOG_S, container=each.name)
            self._worked(each.driver)
        return found

    def _try(self, what: str, **values: str) -> None:
        """Note for the trail what is attempted now."""
        told = {name: safe_text(value) for name, value in values.items()}
        self._trying = t(f"sources.container_step_{what}", **told)

    def _worked(self, detail: str) -> None:
        self._reading.step(self._trying, ok=True, detail=safe_text(detail))

    def _log(self, engine: Engine, container: Container, places: Places) -> Log:
        return Log(container, places, self._opening.clock, framed=engine.framed)
