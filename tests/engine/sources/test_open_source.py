"""What a user types becomes a source, or an error that says what would."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal import ROOT
from tui.engine.clock import ManualClock
from tui.engine.errors import UsageError
from tui.engine.safe_text import safe_text
from tui.engine.sources import kind_of, kinds, open_source
from tui.engine.sources._file_source import FileSource
from tui.engine.sources._source import Source
from tui.engine.sources.stdin import StdinSource


def open_spec(spec: str) -> Source:
    return open_source(spec, clock=ManualClock(), since=None, line_time=lambda _: None)


@pytest.mark.parametrize(
    ("spec", "path", "name"),
    [
        ("/var/log/app.log", "/var/log/app.log", "/var/log/app.log"),
        ("file:/var/log/app.log", "/var/log/app.log", "/var/log/app.log"),
        ("prod=/var/log/app.log", "/var/log/app.log", "prod"),
        ("eu-1.prod=file:app.log", "app.log", "eu-1.prod"),
        ("./a:b.log", "./a:b.log", "./a:b.log"),
        ("two words=x.log", "two words=x.log", "two words=x.log"),
        ("FILE:app.log", "app.log", "app.log"),
    ],
)
def test_a_path_with_and_without_scheme_and_name(spec: str, path: str, name: str) -> None:
    source = open_spec(spec)
    assert isinstance(source, FileSource)
    assert source._path == path
    assert source.name == name


@pytest.mark.parametrize("name", ["a=b.log", "docker:x.log"])
def test_a_file_that_exists_is_meant_literally(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).touch()
    source = open_spec(name)
    assert isinstance(source, FileSource)
    assert source._path == name


@pytest.mark.parametrize(("spec", "name"), [("-", "stdin"), ("calls=-", "calls")])
def test_a_dash_is_standard_input(spec: str, name: str) -> None:
    source = open_spec(spec)
    assert isinstance(source, StdinSource)
    assert source.name == name


def test_an_unknown_scheme_is_named_with_what_is_known() -> None:
    with pytest.raises(UsageError) as caught:
        open_spec("carrier-pigeon://host")
    assert "carrier-pigeon://host" in caught.value.message
    assert "file:" in caught.value.remedy


def test_a_misspelt_scheme_is_corrected() -> None:
    with pytest.raises(UsageError, match=r"did you mean file:"):
        open_spec("flie:/var/log/app.log")


@pytest.mark.parametrize("spec", ["", "file:", "a\0b"])
def test_no_path_at_all_is_a_mistake(spec: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_spec(spec)
    assert caught.value.message == f"'{safe_text(spec.removeprefix('file:'))}' is no path of a file"


def test_every_kind_declares_what_discovery_needs() -> None:
    assert {"file", "-"} <= set(kinds())
    opener: Callable[..., Source]
    for kind in kinds().values():
        opener = kind.open_spec
        assert opener.__doc__


def test_each_scheme_finds_its_kind_in_the_module_of_its_name() -> None:
    assert {scheme: kind_of(scheme) for scheme in kinds()} == kinds()
    assert kind_of("ftp") is None
    assert kind_of("_lines") is None


def test_opening_a_file_loads_no_network_library() -> None:
    code = (
        "import sys; from tui.engine.sources import open_source; from tui.engine.clock import SystemClock;"
        "open_source('x.log', clock=SystemClock(), since=None, line_time=lambda line: None);"
        "print(sorted({'asyncssh', 'aiohttp'} & sys.modules.keys()))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout == "[]\n"
