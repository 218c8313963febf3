import string
from importlib.resources import files

import pytest

from tui.engine import text


def marks(template: str) -> set[str]:
    values = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    return values | {mark[1] for mark in text.KEY.finditer(template)}


def test_both_languages_have_the_same_files_keys_and_marks() -> None:
    english, spanish = text.catalogue("en"), text.catalogue("es")

    assert english.keys() == spanish.keys()
    assert {key: marks(value) for key, value in english.items()} == {
        key: marks(value) for key, value in spanish.items()
    }
    names = [{file.name for file in files(text).joinpath(code).iterdir()} for code in text.LANGUAGES]
    assert names[0] == names[1]


def test_the_environment_chooses_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")

    assert text.system_language() == "es"
