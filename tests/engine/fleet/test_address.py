import pytest

from tui.app import monitor_app
from tui.config import Settings
from tui.engine.errors import UsageError
from tui.engine.fleet._api import headers
from tui.engine.fleet.address import FleetAddress, fleet_address


@pytest.mark.parametrize(
    ("spec", "address"),
    [
        ("prom:http://mon:9090", FleetAddress("mon:9090", "http://mon:9090")),
        ("eu=prom:https://mon/prometheus/", FleetAddress("eu", "https://mon/prometheus")),
        ('prom:http://mon{job="voice",host=~"a.*"}', FleetAddress("mon", "http://mon", 'job="voice",host=~"a.*"')),
        ("prom:http://mon{}", FleetAddress("mon", "http://mon")),
        ("PROM:http://[::1]:9090", FleetAddress("[::1]:9090", "http://[::1]:9090")),
    ],
)
def test_an_address_names_the_server_and_the_part_that_is_looked_at(spec: str, address: FleetAddress) -> None:
    assert fleet_address(spec) == address


@pytest.mark.parametrize("spec", ["app.log", "/var/log/prom.log", "ssh://h/x", "-", "loki:http://x", "promise:x"])
def test_other_sources_are_none_of_its(spec: str) -> None:
    assert fleet_address(spec) is None


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("prom:", "no address"),
        ("prom:mon:9090", "no address"),
        ("prom:ftp://mon", "no address"),
        ("prom:http://mon:port", "no address"),
        ("prom:http://[::1", "no address"),
        ("prom:http://u:p@mon", "user or password"),
        ('prom:http://mon{job="a"} or up{x="y"}', "no selector"),
        ("prom:http://mon{job=a}", "no selector"),
    ],
)
def test_a_wrong_address_is_told_with_its_remedy(spec: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as error:
        fleet_address(spec)

    assert error.value.remedy
    assert ":p@" not in str(error.value)


def test_beside_other_sources_it_is_refused() -> None:
    with pytest.raises(UsageError, match="fills a screen of its own"):
        monitor_app(Settings(), ["prom:http://mon:9090", "app.log"])


def test_the_login_comes_from_the_environment() -> None:
    assert headers({}) == {}
    assert headers({"PROMETHEUS_TOKEN": "t0ken\n"}) == {"Authorization": "Bearer t0ken"}
    assert headers({"PROMETHEUS_USER": "ana", "PROMETHEUS_PASSWORD": "ñ"}) == {"Authorization": "Basic YW5hOsOx"}
    assert headers({"PROMETHEUS_TENANT": "voice"}) == {"X-Scope-OrgID": "voice"}
