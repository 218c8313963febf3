"""The configuration file while the monitor runs: read again when it changed, taken as a whole or not at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.alert_desk import AlertDesk
from tui.alerting import alerting, rules_in_force
from tui.config import Settings
from tui.config_reload import GONE, changed_keys, file_stamp
from tui.engine.alerts.rule import AlertRule
from tui.engine.errors import ConfigError, VoxtopError
from tui.engine.monitor import TimeMachine
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.safe_text import safe_text
from tui.engine.text import system_language, t, use_language
from tui.engine.ticking import next_tick
from tui.terminal import shows_unicode
from tui.terminal_app import TROUBLE_S, VoxtopApp
from widgets import use_glyphs

LOOK_EVERY_S = 2.0

REDRAWN = frozenset({"lang", "ascii", "bell", "desktop"})
"""What screens only learn when they are made."""

OF_LOGS = frozenset({"sources", "thresholds", "alerts", "notify", "service"})
"""What a monitor that asks Prometheus learns at its start alone."""

AT_ONCE = frozenset({"theme", "keys"}) | REDRAWN | OF_LOGS
"""Tables and keys that a running monitor takes on; the others decide what it was built of."""


@dataclass(slots=True)
class InForce:
    """The settings that count now: whoever makes something later asks here."""

    settings: Settings
    trouble: str = ""
    """What is wrong with the file, as long as it is."""

    def notice(self) -> str:
        """Return what has to stay on screen."""
        return self.trouble

    def rules(self) -> Mapping[str, AlertRule]:
        """Return the rules for alerts; raises ConfigError."""
        return rules_in_force(self.settings)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the settings are read again."""

    path: Path
    load: Callable[[], Settings]
    """Raises ConfigError."""
    check: Callable[[Settings], None]
    """Raises UsageError where settings name a source that cannot be."""
    read_as: tuple[int, int]
    """The stamp of the file when the program began; a change before anybody looks is one too."""


class LiveConfig:
    """Keeps a running monitor in step with its configuration file."""

    def __init__(
        self,
        in_force: InForce,
        reading: Reading,
        playbooks: PlaybookCatalogue,
        monitor: TimeMachine | None = None,
        alerts: AlertDesk | None = None,
    ) -> None:
        """``monitor`` is None where the figures come from elsewhere."""
        self._in_force = in_force
        self._reading = reading
        self._monitor = monitor
        self._alerts = alerts
        self._playbooks = playbooks
        self._known = self._seen = reading.read_as

    async def keep(self, app: VoxtopApp) -> None:
        """Look for changes until cancelled; a file that is just being written is left to settle."""
        while True:
            await next_tick(LOOK_EVERY_S, self._has_changed)
            await self._reload(app)

    def _has_changed(self) -> bool:
        """Tell whether the file is another one than the one known, and has settled; then it is the one known."""
        before, self._seen = self._seen, file_stamp(self._reading.path)
        if self._seen != before or self._seen == self._known:
            return False
        self._known = self._seen
        return True

    async def _reload(self, app: VoxtopApp) -> None:
        """Take the new settings, or keep the old ones and say what is wrong with the new (fault 100)."""
        try:
            settings = self._read()
            keys = changed_keys(self._in_force.settings, settings)
            await self._take(app, settings, {key.partition(".")[0] for key in keys})
        except VoxtopError as error:
            path = self._reading.path
            trouble = t("reload.refused", reason=safe_text(str(error).replace(str(path), path.name)))
            app.notify(trouble, severity="error", timeout=TROUBLE_S, markup=False)
        else:
            trouble = ""
            if keys or self._in_force.trouble:
                app.notify(self._told(keys), timeout=TROUBLE_S, markup=False)
        self._in_force.trouble = trouble

    def _read(self) -> Settings:
        if file_stamp(self._reading.path) == GONE:
            raise ConfigError(t("reload.gone", path=self._reading.path))
        settings = self._reading.load()
        self._reading.check(settings)
        return settings

    async def _take(self, app: VoxtopApp, settings: Settings, roots: set[str]) -> None:
        """Lay new settings over the running monitor; what may be refused comes first."""
        before, roots = self._in_force.settings, roots & self._live
        new = alerting(settings, self._playbooks) if roots & {"alerts", "notify", "service"} else None
        if "keys" in roots:
            app.use_keys(settings.keys)
        if "theme" in roots:
            app.use_theme(settings.theme)
        self._in_force.settings = settings
        if new and self._alerts:
            self._alerts.use(new)
        if "sources" in roots:
            self._watch(app, before.sources, settings.sources)
        if "thresholds" in roots and self._monitor:
            await self._monitor.begin_anew()
        if roots & REDRAWN:
            use_language(settings.lang or system_language())
            use_glyphs(unicode=shows_unicode() and not settings.ascii)
            await app.redraw(settings.calling())

    def _watch(self, app: VoxtopApp, before: Sequence[str], after: Sequence[str]) -> None:
        """Leave the sources that were taken out of the file, and follow the new ones; others stay as they are."""
        if self._monitor is None:
            return
        for spec in before:
            if spec not in after:
                self._monitor.remove_spec(spec)
        for spec in dict.fromkeys(after):
            if spec not in self._monitor.specs:
                try:
                    self._monitor.add(spec)
                except VoxtopError as error:
                    app.notify(safe_text(str(error)), severity="error", timeout=TROUBLE_S, markup=False)

    @property
    def _live(self) -> frozenset[str]:
        return AT_ONCE if self._monitor else AT_ONCE - OF_LOGS

    def _told(self, keys: Sequence[str]) -> str:
        """Return what a reload changed, and what waits for the next start."""
        live = [key for key in keys if key.partition(".")[0] in self._live]
        later = [key for key in keys if key not in live]
        said = [t("reload.taken", keys=", ".join(live))] if live else []
        if later:
            said.append(t("reload.later", keys=", ".join(later)))
        return safe_text(" · ".join(said) or t("reload.same"))
