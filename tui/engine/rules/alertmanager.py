"""``voxtop rules alertmanager``: an example of routes, receivers and what keeps quiet about what."""

from collections.abc import Mapping

from tui.engine.alerts.rule import AlertRule
from tui.engine.rules._yaml import Yaml, dump
from tui.engine.rules.prometheus import alert_name
from tui.engine.text import t

SINK = "http://127.0.0.1:9095"
"""Stands for whatever tells people; everybody has another one."""


def alertmanager_file(rules: Mapping[str, AlertRule]) -> str:
    """Return a configuration to begin with; its addresses are to be replaced."""
    host: list[Yaml] = ["job", "instance"]
    document: Yaml = {
        "route": {
            "receiver": "on-call",
            "group_by": ["alertname", *host],
            "group_wait": "10s",
            "group_interval": "1m",
            "repeat_interval": "30m",
            "routes": [
                {
                    "receiver": "dead-man",
                    "matchers": ['alertname="Watchdog"'],
                    "group_wait": "0s",
                    "group_interval": "1m",
                    "repeat_interval": "1m",
                },
                {"receiver": "on-call", "matchers": ['severity="critical"'], "group_wait": "0s", "continue": False},
            ],
        },
        "inhibit_rules": [
            {
                "source_matchers": ['severity="critical"'],
                "target_matchers": ['severity="warning"'],
                "equal": ["alertname", *host, "stage", "provider_type"],
            },
            {
                "source_matchers": ['alertname=~"MonitorDead|MonitorFrozen"'],
                "target_matchers": ['alertname!~"MonitorDead|MonitorFrozen|Watchdog"'],
                "equal": host,
            },
            *_inhibitions(rules, host),
        ],
        "receivers": [
            {"name": "on-call", "webhook_configs": [{"url": f"{SINK}/alerts", "send_resolved": True}]},
            {"name": "dead-man", "webhook_configs": [{"url": f"{SINK}/watchdog", "send_resolved": False}]},
        ],
    }
    return f"# {t('rules.head_alertmanager')}\n{dump(document)}"


def _inhibitions(rules: Mapping[str, AlertRule], host: list[Yaml]) -> list[Yaml]:
    """Return which alert explains which others, as the rules say."""
    return [
        {
            "source_matchers": [f'alertname="{alert_name(rule.name)}"'],
            "target_matchers": [f'alertname=~"{"|".join(map(alert_name, rule.inhibits))}"'],
            "equal": [*host, *rule.equal],
        }
        for rule in rules.values()
        if rule.enabled and rule.inhibits
    ]
