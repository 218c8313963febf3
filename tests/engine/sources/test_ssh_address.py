import pytest

from tui.engine.errors import UsageError
from tui.engine.sources._ssh_address import Address, parse_target


@pytest.mark.parametrize(
    ("rest", "address", "target"),
    [
        ("//voice-1/var/log/app.log", Address("voice-1"), "var/log/app.log"),
        ("//deploy@voice-1:2222/a", Address("voice-1", "deploy", 2222), "a"),
        ("//[fe80::1%eth0]:22/a", Address("fe80::1%eth0", "", 22), "a"),
        ("//h/with space & $(x).log", Address("h"), "with space & $(x).log"),
        ("//h/a%20b%2Fc%25", Address("h"), "a b/c%"),
        ("//h/100%", Address("h"), "100%"),
        ("//h/%FF", Address("h"), "\udcff"),
        ("//h/a?b#c", Address("h"), "a?b#c"),
    ],
)
def test_the_machine_and_what_is_meant_on_it_are_told_apart(rest: str, address: Address, target: str) -> None:
    assert parse_target(rest, "ssh") == (address, target)


@pytest.mark.parametrize("rest", ["", "host/a", "//", "//host", "//host/", "///a", "//-oProxyCommand=x/a", "//a b@/x"])
def test_what_is_no_address_is_refused_with_the_right_form(rest: str) -> None:
    with pytest.raises(UsageError, match="ssh:"):
        parse_target(rest, "ssh")


@pytest.mark.parametrize("rest", ["//h:0/a", "//h:70000/a", "//h:x/a", "//h/a%00b"])
def test_ports_and_paths_that_cannot_be_are_refused(rest: str) -> None:
    with pytest.raises(UsageError, match="ssh:"):
        parse_target(rest, "ssh")


def test_an_address_is_shown_as_it_was_typed() -> None:
    assert str(Address("::1", "root", 22)) == "root@[::1]:22"
    assert str(Address("voice-1")) == "voice-1"
