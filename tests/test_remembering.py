"""Sources written into the configuration file, which stays its owner's."""

import stat
from pathlib import Path

import pytest

from tui.config import load
from tui.engine.errors import ConfigError
from tui.remembering import remember_sources

OWN = """# mine
theme = "light"   # at night

[thresholds] # strict
min_calls = 5
"""


def test_comments_order_and_permissions_stay_and_the_file_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(OWN, encoding="utf-8")
    path.chmod(0o640)

    remember_sources(path, ["/var/log/app.log", "edge=ssh://voice-1/var/log/edge.log"])

    text = path.read_text(encoding="utf-8")
    assert [line for line in OWN.splitlines() if line] == [
        line for line in text.splitlines() if line and line in OWN.splitlines()
    ]
    settings = load(path, {}, {})
    assert settings.sources == ("/var/log/app.log", "edge=ssh://voice-1/var/log/edge.log")
    assert (settings.theme, settings.thresholds.min_calls) == ("light", 5)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]


def test_a_missing_file_is_created_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"

    assert remember_sources(path, ["/a.log"]) == path

    assert load(path, {}, {}).sources == ("/a.log",)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_former_sources_are_replaced_and_a_link_keeps_being_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "config.toml"
    real.write_text('sources = ["/old.log"] # two\n', encoding="utf-8")
    link.symlink_to(real)

    remember_sources(link, ["/new.log"])

    assert link.is_symlink()
    assert load(link, {}, {}).sources == ("/new.log",)


def test_local_paths_become_absolute_and_standard_input_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.toml"

    remember_sources(path, ["app.log", "voice='x'.log", "w=logs/*.log", "-", "in=-", "docker:voice"])

    assert load(path, {}, {}).sources == (
        f"{tmp_path}/app.log",
        f"voice={tmp_path}/'x'.log",
        f"w={tmp_path}/logs/*.log",
        "docker:voice",
    )


@pytest.mark.parametrize("content", [b"sources = [", b"\xff\xfe"])
def test_a_broken_file_is_left_as_it_is_and_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=str(path)):
        remember_sources(path, ["/a.log"])
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "config.d").touch()

    with pytest.raises(ConfigError, match=r"cannot be written.*--config"):
        remember_sources(tmp_path / "config.d" / "config.toml", ["/a.log"])
