"""Playbooks of the user's own: asked first, checked with file and line, and never slow."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tui.cli import root
from tui.engine.errors import ConfigError, SourceError
from tui.engine.model import LogEvent
from tui.engine.playbooks._own import load_own, read_own
from tui.engine.playbooks.match import PlaybookCatalogue, use_own

SHIPPED = len(PlaybookCatalogue.load().all())

SIP = """\
# ours

["ours.sip"]
match = ['SIP/2\\.0 5\\d\\d', '^kpi:concurrency\\b']
applies_to = ["error", "warning", "kpi"]
severity = "critical"
title = "The trunk refuses calls"
cause = "The carrier is down."
steps = ["Look at the carrier's status", "Switch the trunk"]
commands = ["dig +short {host}", "sngrep -c {call}"]
link = "https://status.carrier.example/"

["ours.sip".es]
title = "El trunk rechaza llamadas"
steps = ["Mira el estado del operador", "Cambia de trunk"]
"""


@pytest.fixture(autouse=True)
def nobodys() -> Iterator[None]:
    yield
    use_own(())


def written(tmp_path: Path, text: str, name: str = "ours.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def error(text: str) -> LogEvent:
    return LogEvent("error", "app", 1, text=text)


def test_a_playbook_of_ones_own_is_asked_first_in_both_languages(tmp_path: Path) -> None:
    use_own(read_own(written(tmp_path, SIP)))
    catalogue = PlaybookCatalogue.load()

    found = catalogue.for_event(error("[STT Azure] Error: 401 Unauthorized after SIP/2.0 503"))

    assert found is not None
    assert (found.id, found.severity) == ("ours.sip", "critical")
    assert found.title == {"en": "The trunk refuses calls", "es": "El trunk rechaza llamadas"}
    assert found.cause == {"en": "The carrier is down.", "es": ""}
    assert found.commands == ("dig +short {host}", "sngrep -c {call}")
    assert catalogue.for_kpi("kpi:concurrency") is found
    assert catalogue.all()[0] is found
    assert len(catalogue.all()) == SHIPPED + 1


def test_a_shipped_playbook_is_replaced_by_one_of_the_same_name(tmp_path: Path) -> None:
    use_own(read_own(written(tmp_path, '["azure.auth"]\nmatch = ["401"]\ntitle = "Ask Ana"\nsteps = ["Ring 7"]\n')))
    catalogue = PlaybookCatalogue.load()

    found = catalogue.for_event(error("[STT Azure] Error: 401 Unauthorized"))

    assert found is catalogue.named("azure.auth")
    assert found is not None
    assert found.steps == {"en": ("Ring 7",), "es": ("Ring 7",)}
    assert len(catalogue.all()) == SHIPPED


def test_the_order_is_that_of_the_files_and_of_the_tables_in_them(tmp_path: Path) -> None:
    table = '["{0}"]\nmatch = ["boom"]\ntitle = "{0}"\nsteps = ["x"]\n'
    written(tmp_path, table.format("z.second") + table.format("a.third"), "b.toml")
    written(tmp_path, table.format("m.first"), "a.toml")

    loaded = load_own(tmp_path)
    use_own(reversed(loaded.entries))

    assert [book.id for book in PlaybookCatalogue.load().all()][:3] == ["m.first", "z.second", "a.third"]
    assert loaded.problems == ()


MINIMAL = '["ours.x"]\nmatch = ["x"]\ntitle = "t"\nsteps = ["s"]\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MINIMAL + 'sevrity = "info"\n', r":5: ours\.x: unknown key 'sevrity'; did you mean 'severity'\?"),
        (MINIMAL + 'severity = "fatal"\n', r":5: ours\.x: 'fatal' is nothing that 'severity' can be; known are: info"),
        (MINIMAL + 'applies_to = ["errors"]\n', r":5: ours\.x: 'errors' .*did you mean 'error'\?"),
        ('["ours.x"]\nmatch = "x"\n', r":2: ours\.x: 'match' must be a list in brackets"),
        ('["ours.x"]\nmatch = [""]\ntitle = "t"\nsteps = ["s"]\n', r":2: ours\.x: 'match' must be a list of texts"),
        ('["ours.x"]\ntitle = "t"\nsteps = ["s"]\n', r":1: ours\.x: there is no match"),
        ('["ours.x"]\nmatch = ["x"]\nsteps = ["s"]\n', r":1: ours\.x: a playbook needs a title and steps"),
        ('["ours.x"]\nmatch = ["x"]\ntitle = "t"\n', r":1: ours\.x: a playbook needs a title and steps"),
        ('["ours.x"]\nmatch = ["(a"]\ntitle = "t"\nsteps = ["s"]\n', r":2: ours\.x: '\(a' is no regular expression"),
        (MINIMAL + 'link = "javascript:alert(1)"\n', r":5: ours\.x: link must be a web address"),
        (MINIMAL + "commands = [7]\n", r":5: ours\.x: 'commands' must be a list of texts"),
        (MINIMAL + MINIMAL.replace("ours.x", "Ours X"), r":5: Ours X: a playbook's name has lower-case letters"),
        ("x = 1\n", r"x: a playbook is a table"),
        ("[ours\n", "are not valid TOML"),
        (MINIMAL + f'cause = "{"x" * 2000}"\n', r"'cause' is longer than 1000 characters"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_name(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(ConfigError) as caught:
        read_own(path)

    assert re.search(words, str(caught.value))
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("pattern", ["(?=x)y", "(?<!x)y", r"(a)\\1"])
def test_fault_99_what_could_be_slow_is_rejected_and_nothing_else_suffers(tmp_path: Path, pattern: str) -> None:
    written(tmp_path, MINIMAL.replace('"x"', f'"{pattern}"'), "bad.toml")
    written(tmp_path, SIP, "good.toml")

    loaded = load_own(tmp_path)

    assert "so that no log can make it slow" in str(loaded.problems[0])
    assert [entry.playbook.id for entry in loaded.entries] == ["ours.sip"]


@pytest.mark.parametrize("pattern", [r"(\\w+\\s?)+$", "(a+)+b", "(a|aa)+b", "(.*)*c"])
def test_fault_99_a_pattern_that_ruins_others_is_answered_at_once(tmp_path: Path, pattern: str) -> None:
    use_own(read_own(written(tmp_path, MINIMAL.replace('"x"', f'"{pattern}"'))))
    catalogue = PlaybookCatalogue.load()

    for text in ("a" * 500, "a a" * 160 + "!", "word " * 99 + "!"):
        catalogue.for_event(error(text))  # with backtracking this would not end


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot read the playbooks"):
        read_own(tmp_path / "absent.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xff")
    with pytest.raises(SourceError, match="cannot read the playbooks"):
        read_own(tmp_path / "latin.toml")
    with pytest.raises(ConfigError, match="larger than 256 KiB"):
        read_own(written(tmp_path, "#" * 300_000))


def test_two_of_ones_own_may_not_have_the_same_name(tmp_path: Path) -> None:
    written(tmp_path, MINIMAL, "a.toml")
    written(tmp_path, MINIMAL, "b.toml")

    loaded = load_own(tmp_path)

    assert len(loaded.entries) == 1
    assert "b.toml:1: ours.x: there is already a playbook of this name" in str(loaded.problems[0])


def test_every_command_knows_them_and_tells_a_mistake_on_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "voxtop" / "playbooks"
    folder.mkdir(parents=True)
    written(folder, SIP, "sip.toml")
    written(folder, MINIMAL.replace("match", "mach"), "wrong.toml")

    log = written(tmp_path, "nothing of note\n", "app.log")

    result = CliRunner().invoke(root, ["events", str(log)])

    assert result.exit_code == 0
    assert "wrong.toml:2: ours.x: unknown key 'mach'; did you mean 'match'?" in result.stderr
    assert PlaybookCatalogue.load().named("ours.sip") is not None
