"""The composition root: the screen at once, the engine behind its first picture."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tui.config import Settings, config_path
from tui.config_reload import file_stamp
from tui.engine.clock import Clock, SystemClock
from tui.engine.named import STDIN, Parted, parted
from tui.engine.redact import redact
from tui.engine.when import parse_since
from tui.remembering import remember_sources
from tui.screens.standby import Standby
from tui.screens.viewed import Viewing
from tui.terminal import shows_unicode
from tui.terminal_app import Companion, Engine, VoxtopApp
from tui.wishes import Wishes
from widgets import use_glyphs


def monitor_app(
    settings: Settings,
    specs: Sequence[str],
    *,
    companion: Companion | None = None,
    notice: Callable[[], str] = str,
    stdin_fd: int | None = None,
    clean: Callable[[str], str] = redact,
    read_only: bool = False,
    config_file: Path | None = None,
    load: Callable[[], Settings] | None = None,
    look: Viewing | None = None,
    clock: Clock | None = None,
) -> VoxtopApp:
    """Return the program over these sources, ready to run.

    Sources are remembered in ``config_file`` (None: the usual place). ``Wishes`` tells what the others mean.

    Raises:
        UsageError: a source or the start of reading is written wrongly.
        ConfigError: a rule for alerts is wrong, or the address to listen on cannot be had.
    """
    clock = clock or SystemClock()
    use_glyphs(unicode=shows_unicode() and not settings.ascii)
    parse_since(settings.since, clock.now(), settings.zone())
    file = config_file or config_path()
    wishes = Wishes(
        companion=companion,
        notice=notice,
        stdin_fd=stdin_fd,
        clean=clean,
        read_only=read_only,
        config_file=file,
        config_stamp=file_stamp(file),
        load=load,
    )
    engine = partial(_engine, settings, specs, clock, wishes)
    shown = partial(
        VoxtopApp,
        clock=clock,
        theme=settings.theme,
        remember=partial(remember_sources, config_file),
        layout=settings.layout,
        read_only=read_only,
        look=look,
    )
    if _cannot_be_refused(settings, specs):
        return shown(Standby(specs), engine=engine)
    ready = engine()  # what is wrong is told before any screen
    return shown(ready.monitor, engine=lambda: ready)


def _engine(settings: Settings, specs: Sequence[str], clock: Clock, wishes: Wishes) -> Engine:
    from tui.wiring import wired  # noqa: PLC0415 - takes longer to load than the screen, which comes first

    return wired(settings, specs, clock, wishes)


def _cannot_be_refused(settings: Settings, specs: Sequence[str]) -> bool:
    """Tell whether nothing can be wrong about sources, rules and addresses, without loading what would judge them."""
    own_rules = settings.alerts.rules or any((config_path().parent / "alerts").glob("*.toml"))
    return not settings.listen and not own_rules and _are_paths(specs)


def _are_paths(specs: Sequence[str]) -> bool:
    """Tell whether these are different files of this machine, or a pipe."""
    named = [parted(spec) for spec in specs]
    different = len({each.name or each.rest for each in named}) == len(named)
    return different and all(each.scheme == STDIN or _is_path(each) for each in named)


def _is_path(spec: Parted) -> bool:
    return spec.scheme == "file" and bool(spec.rest) and not set(spec.rest) & set("*?[\0")
