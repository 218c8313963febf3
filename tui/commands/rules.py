"""``voxtop rules …``: files for Prometheus, Alertmanager, Grafana and systemd, from the limits in force."""

from pathlib import Path

import click

from tui.alerting import rules_in_force
from tui.commands._options import read_settings, settings_options
from tui.config import config_path
from tui.engine.playbooks.match import PlaybookCatalogue
from tui.engine.text import t

LISTEN = "127.0.0.1:9464"
"""Where voxtop listens unless told otherwise."""


def alerts_folder(config: Path | None) -> Path:
    """Return where rules of the user's own lie, beside the configuration."""
    return (config or config_path()).parent / "alerts"


@click.group("rules", help=t("rules.help"))
def command() -> None:
    """Print a file for another system."""


@command.command("prometheus", help=t("rules.help_prometheus"))
@click.option("--tests", is_flag=True, help=t("rules.help_tests"))
@settings_options
def prometheus(config: Path | None, tests: bool, **flags: object) -> int:
    """Print the alert rules, or what promtool shall prove of them."""
    settings = read_settings(config, **flags)
    if tests:
        from tui.engine.rules.rule_tests import tests_file  # noqa: PLC0415 - only what was asked for

        click.echo(tests_file(settings.thresholds), nl=False)
        return 0
    from tui.engine.rules.prometheus import rules_file  # noqa: PLC0415 - likewise

    rules = rules_in_force(settings, alerts_folder(config))
    click.echo(rules_file(rules, settings.thresholds, PlaybookCatalogue.load()), nl=False)
    return 0


@command.command("grafana", help=t("rules.help_grafana"))
@settings_options
def grafana(config: Path | None, **flags: object) -> int:
    """Print the dashboard."""
    from tui.engine.rules.grafana import dashboard  # noqa: PLC0415 - only what was asked for

    click.echo(dashboard(read_settings(config, **flags).thresholds), nl=False)
    return 0


@command.command("alertmanager", help=t("rules.help_alertmanager"))
@settings_options
def alertmanager(config: Path | None, **flags: object) -> int:
    """Print routes and receivers to begin with."""
    settings = read_settings(config, **flags)
    from tui.engine.rules.alertmanager import alertmanager_file  # noqa: PLC0415 - only what was asked for

    click.echo(alertmanager_file(rules_in_force(settings, alerts_folder(config))), nl=False)
    return 0


@command.command("systemd", help=t("rules.help_systemd"))
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@settings_options
def systemd(config: Path | None, sources: tuple[str, ...], **flags: object) -> int:
    """Print the unit."""
    settings = read_settings(config, sources=sources, **flags)
    from tui.engine.rules.systemd import unit_file  # noqa: PLC0415 - only what was asked for

    click.echo(unit_file(settings.sources, settings.listen or LISTEN), nl=False)
    return 0
