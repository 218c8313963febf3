"""What tests of commands share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.engine import redact as redact_module
from tui.engine.dialects._dialect import use_dialects
from tui.engine.playbooks.match import use_own
from tui.engine.redact import use_key
from tui.engine.text import use_language


@pytest.fixture(autouse=True)
def home(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test a configuration and a state of its own."""
    for name in [name for name in os.environ if name.startswith("VOXTOP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    key = redact_module._key
    yield tmp_path
    use_dialects(())
    use_own(())
    use_key(key)
    use_language("en")
