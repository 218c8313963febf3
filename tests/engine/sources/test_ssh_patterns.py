"""Patterns of names on another machine, over a real sshd (faults 32, 33 and 59)."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.sshd import Sshd, sshd, use_home
from tui.engine.errors import UsageError
from tui.engine.sources import expanded, pattern_of
from tui.engine.sources._trouble import TroubleError

OFF = "Subsystem sftp /bin/false"


@pytest.fixture(params=["internal", "off"], ids=["sftp", "commands"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    with sshd() if request.param == "internal" else sshd(subsystem=OFF) as found:
        use_home(monkeypatch, found)
        yield found


async def found(spec: str) -> list[str]:
    pattern = pattern_of(spec)
    assert pattern is not None
    return await pattern.look()


def write(path: Path, age: int = 0) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("x\n", encoding="utf-8")
    os.utime(path, (1e9 - age, 1e9 - age))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_pattern_means_the_regular_files_there_the_one_written_last_first(server: Sshd, tmp_path: Path) -> None:
    for age, name in enumerate(("app.log", "app.log.1", "app.log.2.gz", "edge.log", ".hidden.log", "notes.txt")):
        write(tmp_path / name, age)
    (tmp_path / "dir.log").mkdir()
    os.mkfifo(tmp_path / "pipe.log")
    (tmp_path / "link.log").symlink_to(tmp_path / "notes.txt")
    (tmp_path / "broken.log").symlink_to(tmp_path / "nowhere")

    specs = await found(server.url(tmp_path / "*.log"))

    assert specs == [server.url(tmp_path / name) for name in ("app.log", "edge.log", "link.log")]
    assert [Path(spec).name for spec in await found(server.url(tmp_path / "app*"))] == ["app.log"]


async def test_folders_match_too_and_files_of_a_named_pattern_are_named_after_it(server: Sshd, tmp_path: Path) -> None:
    for place in ("one/app.log", "two/app.log"):
        write(tmp_path / place)

    specs = await found(f"voice={server.url(tmp_path / '*' / 'app.log')}")

    assert specs == [f"voice.{place}_app.log={server.url(tmp_path / place / 'app.log')}" for place in ("one", "two")]


ODD = ("a b.log", "star*.log", "[1].log", "$(touch canary).log", "-rf.log", "'quoted'.log", "perc%20ent.log")


async def test_fault_59_odd_names_are_found_and_mean_themselves(server: Sshd, tmp_path: Path) -> None:
    for name in ODD:
        write(tmp_path / name)

    specs = await found(server.url(tmp_path / "*.log"))

    assert {unquote(spec.rpartition("/")[2]) for spec in specs} == set(ODD)
    assert [pattern_of(spec) for spec in specs] == [None] * len(ODD)
    assert names(tmp_path) == set(ODD)
    assert not (server.there / "canary").exists()


async def test_fault_59_a_pattern_is_nothing_but_a_pattern(server: Sshd, tmp_path: Path) -> None:
    write(tmp_path / "app.log")

    for hostile in ("$(touch canary)*", "`touch canary`*", "*;touch canary;", "*\ntouch canary\n", "-*"):
        assert await found(server.url(tmp_path / hostile)) == []

    assert names(tmp_path) == {"app.log"}
    assert not (server.there / "canary").exists()


async def test_an_encoded_wildcard_is_a_character(server: Sshd, tmp_path: Path) -> None:
    write(tmp_path / "a*b1.log")
    write(tmp_path / "aXb1.log")

    assert await found(server.url(f"{tmp_path}/a%2Ab?.log")) == [server.url(f"{tmp_path}/a%2Ab1.log")]
    assert pattern_of(server.url(f"{tmp_path}/a%2Ab1.log")) is None


async def test_nothing_that_matches_is_no_trouble(server: Sshd, tmp_path: Path) -> None:
    assert await found(server.url(tmp_path / "*.log")) == []
    assert await found(server.url(tmp_path / "nowhere" / "*.log")) == []


async def test_a_machine_that_cannot_be_asked_is_a_trouble(server: Sshd, tmp_path: Path) -> None:
    server.stop()

    with pytest.raises(TroubleError) as caught:
        await found(server.url(tmp_path / "*.log"))
    assert "refuses the connection" in caught.value.reason


async def test_commands_that_read_once_take_the_files_that_are_there(server: Sshd, tmp_path: Path) -> None:
    write(tmp_path / "b.log")
    write(tmp_path / "a.log", 1)
    pattern, nothing = server.url(tmp_path / "*.log"), server.url(tmp_path / "*.txt")

    specs = await asyncio.to_thread(expanded, [pattern, nothing])

    assert specs == [server.url(tmp_path / "a.log"), server.url(tmp_path / "b.log"), nothing]


def test_brackets_around_an_address_are_no_pattern_and_a_pattern_without_a_machine_is_a_mistake() -> None:
    assert pattern_of("ssh://[::1]:22/var/log/app.log") is None
    assert pattern_of("ssh://[::1]:22/var/log/*.log") is not None
    with pytest.raises(UsageError, match=r"ssh:///var"):
        pattern_of("ssh:///var/log/*.log")
