"""Logs of containers: what a Docker engine tells over its socket, or through its command on another machine."""

from tui.engine.errors import UsageError
from tui.engine.sources._command import Runner
from tui.engine.sources._containers.api import Api, address_in
from tui.engine.sources._containers.attachment import Attachment
from tui.engine.sources._containers.cli import Cli
from tui.engine.sources._containers.container import Wanted
from tui.engine.sources._opening import Opening
from tui.engine.sources._reading import Reading
from tui.engine.sources._stream import StreamSource
from tui.engine.text import t


def here(container: str, name: str, opening: Opening) -> StreamSource:
    """Return the source of containers of this machine's engine: a name, a prefix or a label (semantics R65).

    Raises:
        UsageError: ``container`` names none.
    """
    reading = Reading(name, "docker", opening.clock, expect_every_s=opening.options.expect_every_s)
    attachment = Attachment(
        Api(address_in(opening.options.environment)).connected, _wanted(container), opening, reading
    )
    return StreamSource(name, opening, attachment.attach, reading)


def there(container: str, name: str, opening: Opening, runner: Runner) -> StreamSource:
    """Return the source of containers of the engine whose command a runner runs.

    Raises:
        UsageError: ``container`` names none.
    """
    expected = opening.options.expect_every_s
    reading = Reading(name, "ssh+docker", opening.clock, host=runner.host, expect_every_s=expected)
    attachment = Attachment(Cli(runner).connected, _wanted(container), opening, reading)
    return StreamSource(name, opening, attachment.attach, reading, on_retry=runner.retry, way=runner.trail)


def _wanted(container: str) -> Wanted:
    if not container.strip("=") or "\0" in container:
        raise UsageError(t("sources.container_nameless"), t("sources.container_nameless_remedy"))
    return Wanted(container)
