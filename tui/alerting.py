"""From settings to what judges and tells: rules, channels and what each of them wants."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui.config import Settings, config_path
from tui.engine.alerts.notify import Channel, Wording, open_channel, open_channels
from tui.engine.alerts.policy import Policy
from tui.engine.alerts.rule import AlertRule, read_rule_files, read_rules
from tui.engine.alerts.telling import Teller
from tui.engine.model import Playbook
from tui.engine.playbooks.match import PlaybookCatalogue


@dataclass(frozen=True, slots=True)
class Alerting:
    """Everything about alerts that a configuration decides; a reload replaces it as a whole."""

    rules: Mapping[str, AlertRule]
    channels: Mapping[str, Channel]
    policies: Mapping[str, Policy]
    teller: Teller


def alerting(settings: Settings, playbooks: PlaybookCatalogue, folder: Path | None = None) -> Alerting:
    """Return what the settings and the rule files beside the configuration ask for.

    Raises:
        ConfigError: a rule file is wrong, or a channel cannot be opened.
    """

    def playbook(key: str) -> Playbook | None:
        return playbooks.for_kpi(key) if key.startswith("kpi:") else playbooks.get(key)

    tz = settings.zone()
    return Alerting(
        rules=rules_in_force(settings, folder),
        channels=open_channels(settings.notify, Wording(settings.service, playbooks.get, tz)),
        policies={name: Policy.of(options, tz) for name, options in settings.notify.items()},
        teller=Teller(playbook, tz),
    )


def one_channel(settings: Settings, playbooks: PlaybookCatalogue, name: str) -> Channel:
    """Return one channel, whatever may be wrong with the others.

    Raises:
        ConfigError: it cannot be opened.
    """
    return open_channel(name, settings.notify[name], Wording(settings.service, playbooks.get, settings.zone()))


def rules_in_force(settings: Settings, folder: Path | None = None) -> dict[str, AlertRule]:
    """Return the shipped rules with those of the user's ``alerts/`` folder and of the configuration laid over them.

    Raises:
        ConfigError: one of them is wrong.
    """
    own = read_rule_files(folder or config_path().parent / "alerts")
    return read_rules(settings.alerts.rules, "alerts.rules.{}".format, own)
