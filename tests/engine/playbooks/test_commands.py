import re

import pytest

from tui.engine.playbooks.commands import fill_command
from tui.engine.playbooks.match import PlaybookCatalogue

COMMANDS = [command for playbook in PlaybookCatalogue.load().all() for command in playbook.commands]


def test_known_values_take_the_place_of_their_marks() -> None:
    assert fill_command("ssh -- {host} uptime", host="voice-1", call="c9") == "ssh -- voice-1 uptime"


def test_a_mark_without_a_value_stays_for_the_reader() -> None:
    assert fill_command("grep -F -- {call} app.log", host="voice-1") == "grep -F -- {call} app.log"


def test_other_braces_belong_to_the_command() -> None:
    command = "curl -w '%{time_connect}' https://x/ ; docker ps --format '{{.Names}}'"

    assert fill_command(command, host="h", provider="p", call="c") == command


def test_a_value_from_outside_cannot_become_a_command() -> None:
    filled = fill_command("grep -F -- {call} app.log", call="x'; rm -rf / #")

    assert filled == """grep -F -- 'x'"'"'; rm -rf / #' app.log"""


@pytest.mark.parametrize("command", COMMANDS)
def test_marks_stand_where_quoting_holds(command: str) -> None:
    quoted = re.findall(r"'[^']*'|\"[^\"]*\"", command)

    assert not [part for part in quoted if re.search(r"\{(?:host|provider|call)\}", part)]
    assert command == command.strip()
