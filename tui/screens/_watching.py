"""What a user does with sources: choose whose figures are shown, add, remove, retry, remember."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import on
from textual.binding import Binding

from tui import screens
from tui.engine.errors import VoxtopError
from tui.engine.model import LogEvent, RawLine, Snapshot, SourceStatus
from tui.engine.redact import redact
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.screens._compositor import sparing_compositor
from tui.screens._leaving import EndsItsWork
from tui.screens._resizing import SizedScreen
from tui.screens.viewed import HERE
from widgets import SourcesPanel

if TYPE_CHECKING:
    from tui.engine.monitor import TimeMachine
    from tui.screens.command_line import Verb

Remember = Callable[[Sequence[str]], Path]
"""Writes sources into the configuration file and returns where that is; raises VoxtopError."""

ADDABLE = ("file:", "ssh://", "docker:", "journald:", "k8s:", "coolify:https://", "exec:")
"""Beginnings of a source, offered while one is typed."""


class Watched(Protocol):
    """What a screen needs of a monitor."""

    @property
    def specs(self) -> Sequence[str]:
        """The sources as typed."""

    @property
    def moment(self) -> float | None:
        """The moment whose figures are shown, seconds since the epoch; None is now."""

    @property
    def travels(self) -> "TimeMachine | None":
        """What can show the past; None where nothing can."""

    async def run(self) -> None:
        """Follow the sources until cancelled."""

    async def news(self, patience: float) -> bool:
        """Return as soon as there is something else to show, or after ``patience`` seconds; tell which it was."""

    def snapshot(self) -> Snapshot:
        """Return the figures in scope; the same object while nothing changed."""

    def present(self) -> Snapshot:
        """Return the figures of now, whatever moment is shown."""

    def events(self, since: float, until: float) -> Iterable[LogEvent]:
        """Return what is known at the moment shown of a span of event time in scope, both ends included, oldest first.

        Iterating may read from disk (StateError) and may be done in a thread.
        """

    def lines(self, source: str, first: int, last: int) -> Sequence[RawLine]:
        """Return the raw lines of a source from one number to another, as far as memory still has them."""

    def lines_kept(self, source: str) -> tuple[int, int] | None:
        """Return the numbers of the oldest and the newest raw line kept of a source, if any is."""

    async def find_line(self, source: str, start: int, wanted: Callable[[str], bool], step: int) -> int | None:
        """Return the next kept line from ``start`` on whose raw text is wanted; before it with a step of -1."""

    async def choose_source(self, name: str) -> None:
        """Show the figures of one source."""

    async def choose_host(self, host: str, label: str) -> None:
        """Show the figures of one host."""

    def choose_all(self) -> None:
        """Show all figures."""

    def add(self, spec: str) -> None:
        """Watch one more source; raises UsageError."""

    def remove(self, name: str) -> None:
        """Watch a source no longer."""

    def retry(self, name: str) -> None:
        """Try again at once what a source waits to try."""


class WatchingScreen(SizedScreen[None], EndsItsWork):
    """Knows the keys for sources."""

    SOURCE_KEYS: ClassVar[list[Binding]] = [
        Binding("f", "scope", id="scope"),
        Binding("plus", "add_source", id="add_source", show=False),
        Binding("ctrl+s", "remember_sources", id="remember_sources", show=False),
    ]

    def __init__(self, monitor: Watched, remember: Remember | None) -> None:
        super().__init__()
        self._compositor = sparing_compositor()
        self.scope = ""
        """The source or host whose figures are shown, as it is typed; outside text."""
        self._monitor = monitor
        self._remember = remember

    def _pull(self) -> None:
        raise NotImplementedError

    def _notes(self, text: str, *, bad: bool = False) -> None:
        self.notify(text, severity="error" if bad else "information", markup=False)

    def verbs(self) -> "Iterable[Verb]":
        """Return what is done with the name of a source."""
        run, verb = screens.command_line.Run, screens.command_line.Verb
        yield verb("scope", run(self, "scope_to"), self._scopes)
        yield verb("add", run(self, "add_named"), lambda: ADDABLE, free=True)
        yield verb("remove", run(self, "remove_named"), self._names)
        yield verb("retry", run(self, "retry_named"), self._names)

    def _names(self) -> list[str]:
        return [safe_text(source.name) for source in self._monitor.snapshot().sources]

    def _scopes(self) -> list[str]:
        sources = self._monitor.snapshot().sources
        hosts = dict.fromkeys(source.host or t("watching.here") for source in sources)
        return [t("watching.all"), *self._names(), *hosts]

    def action_scope(self) -> None:
        """Ask for the source or host whose figures to show; nothing shows everything."""
        ask = screens.ask.AskScreen(t("watching.scope"), t("watching.scope_hint"), self._scopes())
        self.app.push_screen(ask, self._scope_to)

    def action_scope_to(self, name: str) -> None:
        """Show the figures of a source or host."""
        self._scope_to(name)

    def action_add_named(self, spec: str) -> None:
        """Watch one more source."""
        self._add(spec)

    def action_remove_named(self, shown: str) -> None:
        """Stop watching a source, after a question."""
        for source in self._monitor.snapshot().sources:
            if safe_text(source.name) == shown:
                self.do_with_source(SourcesPanel.Asked("remove", source))

    def action_retry_named(self, shown: str) -> None:
        """Try again at once what a source waits to try."""
        for source in self._monitor.snapshot().sources:
            if safe_text(source.name) == shown:
                self.do_with_source(SourcesPanel.Asked("retry", source))

    def _scope_to(self, answer: str | None) -> None:
        if answer is None:
            return
        sources = self._monitor.snapshot().sources
        here = answer in {t("watching.here"), HERE}
        if answer == t("watching.all"):
            self._show_all()
        elif name := next((source.name for source in sources if safe_text(source.name) == answer), ""):
            self._choose_source(name)
        elif any(source.host == ("" if here else answer) for source in sources):
            self._choose_host("" if here else answer)
        else:
            self._notes(t("watching.nobody", name=safe_text(answer)), bad=True)

    def spec_of(self, source: SourceStatus | None) -> str:
        """Return a source as it is typed, in one line of safe text with its secrets masked."""
        name = source.name if source else ""
        specs = (spec for spec in self._monitor.specs if spec == name or spec.startswith(f"{name}="))
        return redact(safe_text(next(specs, name), 2000))

    def _choose_source(self, name: str) -> None:
        self.scope = name
        self.run_worker(self._monitor.choose_source(name), group="scope", exclusive=True)

    def _choose_host(self, host: str) -> None:
        label = host or t("watching.here")
        self.scope = host or HERE
        self.run_worker(self._monitor.choose_host(host, label), group="scope", exclusive=True)

    def _show_all(self) -> None:
        self.workers.cancel_group(self, "scope")
        self.scope = ""
        self._monitor.choose_all()
        self._pull()

    @on(SourcesPanel.Asked)
    def do_with_source(self, message: SourcesPanel.Asked) -> None:
        """Do what was asked about the source under the cursor."""
        source = message.source
        if message.what == "scope":
            self._choose_source(source.name)
        elif message.what == "host":
            self._choose_host(source.host)
        elif message.what == "retry":
            self._monitor.retry(source.name)
            self._notes(t("watching.retried", name=safe_text(source.name, 80)))
        else:
            question = t("watching.remove", name=safe_text(source.name, 200))
            self.app.push_screen(
                screens.ask.ConfirmScreen(question), lambda yes: self._remove(source.name) if yes else None
            )

    def _remove(self, name: str) -> None:
        try:
            self._monitor.remove(name)
        except KeyError:  # it left while the question stood there
            return
        except VoxtopError as error:
            self._notes(str(error), bad=True)
        self._pull()

    def action_add_source(self) -> None:
        """Ask for one more source."""
        self.app.push_screen(screens.ask.AskScreen(t("watching.add"), t("watching.add_hint"), ADDABLE), self._add)

    def _add(self, spec: str | None) -> None:
        if spec is None:
            return
        try:
            self._monitor.add(spec)
        except VoxtopError as error:
            self._notes(str(error), bad=True)
        else:
            self._notes(t("watching.added", name=safe_text(spec, 200)))
            self._pull()

    def action_remember_sources(self) -> None:
        """Write the sources of this moment into the configuration file."""
        if self._remember is None:
            return
        try:
            path = self._remember(self._monitor.specs)
        except VoxtopError as error:
            self._notes(str(error), bad=True)
        else:
            self._notes(t("watching.remembered", path=safe_text(str(path))))
