"""``voxtop config``: a first file, what is in force and where from, a schema that agrees with the loader."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tui.cli import root
from tui.commands._config_file import commented, json_schema
from tui.config import Settings, load
from tui.engine.errors import ConfigError, VoxtopError
from tui.engine.text import use_language


def run(*words: str) -> Result:
    return CliRunner().invoke(root, ["config", *words], standalone_mode=False)


def set_everything(text: str) -> str:
    """Take the ``#`` off every key, and keep it on sentences."""
    return "\n".join(line.removeprefix("#") if _is_key(line) else line for line in text.splitlines())


def _is_key(line: str) -> bool:
    return line.startswith("#") and line != "#" and not line.startswith("# ")


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_first_file_sets_nothing_and_with_every_key_set_it_sets_the_defaults(tmp_path: Path, lang: str) -> None:
    use_language(lang)
    untouched, full = tmp_path / "untouched.toml", tmp_path / "full.toml"
    untouched.write_text(commented(), encoding="utf-8")
    full.write_text(set_everything(commented()), encoding="utf-8")

    assert load(untouched, {}, {}) == Settings()
    assert load(full, {}, {}) == Settings()
    assert tomllib.loads(full.read_text(encoding="utf-8")).keys() == Settings.__dataclass_fields__.keys()


def test_init_writes_a_private_file_once_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"

    first = run("init", "--config", str(path))
    path.write_text("lang = 'es'\n", encoding="utf-8")
    second = run("init", "--config", str(path))

    assert first.exception is None
    assert path.stat().st_mode & 0o777 == 0o600
    assert isinstance(second.exception, ConfigError)
    assert str(path) in str(second.exception)
    assert path.read_text(encoding="utf-8") == "lang = 'es'\n"


def test_show_names_file_and_line_variable_or_default_for_each_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('theme = "light"\n\n[thresholds.turn_ms]\nwarn_at = 1200\n', encoding="utf-8")
    monkeypatch.setenv("VOXTOP_SINCE", "3h")

    rows = {row["key"]: row for row in json.loads(run("show", "--format", "json", "--config", str(path)).stdout)}

    assert rows["theme"] == {"key": "theme", "value": "light", "origin": f"{path}:1"}
    assert rows["thresholds.turn_ms.warn_at"]["origin"] == f"{path}:4"
    assert rows["thresholds.turn_ms.crit_at"] == {"key": "thresholds.turn_ms.crit_at", "value": 3000, "origin": ""}
    assert rows["since"] == {"key": "since", "value": "3h", "origin": "environment variable"}


def test_show_masks_what_looks_like_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('sources = ["loki:http://me:hunter2hunter2@loki:3100/x"]\n', encoding="utf-8")

    shown = run("show", "--config", str(path)).stdout

    assert "hunter2hunter2" not in shown
    assert "loki:3100" in shown


def test_check_says_so_when_all_is_right_and_names_the_line_when_not(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("ascii = true\n", encoding="utf-8")
    right = run("check", "--config", str(path))
    path.write_text("\nascii = 3\n", encoding="utf-8")
    wrong = run("check", "--config", str(path))

    assert right.stdout == f"{path} is right\n"
    assert isinstance(wrong.exception, ConfigError)
    assert f"{path}:2" in str(wrong.exception)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("\nsince = 'never'\n", 2, "'since'"),
        ("sources = ['app.log', 'ftp://host/x']\n", 1, "no such kind of source"),
        ("listen = 'nowhere'\n", 1, "no address to listen on"),
        ("listen_token_env = 'VOXTOP_TEST_ABSENT'\n", 0, "VOXTOP_TEST_ABSENT"),
        ("[notify.ops]\nkind = 'email'\n", 0, "'notify.ops.host' is not set"),
        ("[notify.ops]\nkind = 'webhook'\nurl_env = 'VOXTOP_TEST_ABSENT'\n", 0, "VOXTOP_TEST_ABSENT"),
        ("[thresholds]\nrate_window_s = nan\n", 2, "'thresholds.rate_window_s' is nan"),
    ],
)
def test_check_finds_what_would_keep_a_start_from_working(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")

    wrong = run("check", "--config", str(path))

    assert isinstance(wrong.exception, VoxtopError)
    assert says in str(wrong.exception)
    assert f"{path}:{line}" in str(wrong.exception) or not line


def test_check_finds_a_wrong_file_of_rules(tmp_path: Path) -> None:
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "mine.toml").write_text("figure = 'tfb'\n", encoding="utf-8")
    path = tmp_path / "config.toml"
    path.write_text("sources = ['prom:http://mon:9090']\n", encoding="utf-8")

    wrong = run("check", "--config", str(path))
    (tmp_path / "alerts" / "mine.toml").unlink()
    right = run("check", "--config", str(path))

    assert isinstance(wrong.exception, ConfigError)
    assert "mine.toml" in str(wrong.exception)
    assert right.stdout == f"{path} is right\n"


def leaves(schema: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, inner in schema["properties"].items():
        if "properties" in inner:
            yield from leaves(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def test_the_schema_knows_the_keys_the_loader_knows(tmp_path: Path) -> None:
    schema = json_schema(Settings)
    path = tmp_path / "config.toml"
    path.write_text("", encoding="utf-8")
    shown = {row["key"] for row in json.loads(run("show", "--format", "json", "--config", str(path)).stdout)}

    assert set(leaves(schema)) == shown
    assert schema["additionalProperties"] is False
    assert schema["properties"]["thresholds"]["properties"]["min_calls"]["type"] == "integer"
