"""The configuration file edited beside a running monitor: taken as a whole, or refused in one line."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_live_monitor import append, monitor
from tests.terminal import Tmux

HEALTHY = ("INFO:     Started server process [7]", "🔌 WS CONNECTION | Client: twilio, ID: c1")


class Edited:
    """A monitor without a word on its command line, and its configuration file."""

    def __init__(self, home: Path, terminal: Tmux, config: Path) -> None:
        self.home, self.terminal, self.config = home, terminal, config
        self.log = home / "app.log"

    def write(self, *lines: str, sources: str = "app.log") -> None:
        draft = self.config.with_suffix(".new")
        draft.write_text("\n".join([f'sources = ["{self.home / sources}"]', *lines, ""]), encoding="utf-8")
        draft.replace(self.config)


@pytest.fixture
def edited(tmp_path: Path) -> Iterator[Edited]:
    config = tmp_path / ".config" / "voxtop" / "config.toml"
    config.parent.mkdir(parents=True)
    (tmp_path / "app.log").touch()
    config.write_text(f'sources = ["{tmp_path / "app.log"}"]\n', encoding="utf-8")
    with monitor(home=tmp_path) as terminal:
        terminal.wait_for("NO DATA")
        yield Edited(tmp_path, terminal, config)


def test_new_limits_count_for_what_was_read_before(edited: Edited) -> None:
    append(edited.log, *HEALTHY)
    edited.terminal.wait_for("1 active")

    edited.write("[thresholds]", "active_calls = { warn_at = 1, crit_at = 5 }")

    edited.terminal.wait_for("thresholds.active_calls")
    edited.terminal.wait_for("▲ WARN")


def test_fault_100_a_wrong_edit_is_told_with_its_line_and_the_old_settings_stay(edited: Edited) -> None:
    edited.write("themme = 1")

    edited.terminal.wait_for("config.toml:2: unknown key 'themme'")
    append(edited.log, *HEALTHY)
    edited.terminal.wait_for("1 active")

    edited.write()

    edited.terminal.wait_for(lambda screen: "themme" not in screen or "nothing changed" in screen)
    edited.terminal.wait_for("nothing changed")


def test_sources_come_and_go_with_the_file(edited: Edited) -> None:
    append(edited.home / "other.log", *HEALTHY, "🔌 WS CONNECTION | Client: twilio, ID: c2")

    edited.write(sources="other.log")

    edited.terminal.wait_for("2 active")
    edited.terminal.wait_for(lambda screen: "app.log" not in screen)


def test_language_and_signs_change_and_what_waits_for_a_start_says_so(edited: Edited) -> None:
    edited.write('lang = "es"', "ascii = true", 'since = "2h"')

    edited.terminal.wait_for("SIN DATOS")
    edited.terminal.wait_for(re.compile("proximo.*since", re.DOTALL))
    edited.terminal.wait_for(str.isascii)


def test_keys_change_at_once_and_wrong_ones_keep_the_old(edited: Edited) -> None:
    edited.write("[keys]", 'filter = "f2"')
    edited.terminal.wait_for("f2 Filter")

    edited.write("[keys]", 'filtr = "f3"')
    edited.terminal.wait_for(re.compile("did you.*filter", re.DOTALL))
    edited.terminal.wait_for("f2 Filter")


def test_a_file_that_vanishes_changes_nothing(edited: Edited) -> None:
    edited.config.unlink()

    edited.terminal.wait_for("is gone")
    append(edited.log, *HEALTHY)
    edited.terminal.wait_for("1 active")


def test_a_theme_that_nobody_knows_is_refused_with_all_that_stands_beside_it(edited: Edited) -> None:
    edited.write('theme = "darkk"', 'lang = "es"')

    edited.terminal.wait_for("unknown theme: darkk")
    edited.terminal.wait_for("NO DATA")

    edited.write('theme = "light"')

    edited.terminal.wait_for("configuration read again: theme")
