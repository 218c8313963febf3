"""The last view of each set of sources, in one small file beside the state."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import platformdirs

from tui.config import Settings
from tui.engine.errors import StateError
from tui.engine.named import absolute
from tui.engine.safe_text import safe_text
from tui.engine.text import t
from tui.own_files import write_whole
from tui.screens.viewed import View, Viewing

MOST = 50
"""Sets of sources whose view is remembered; the one not seen for longest makes room."""

LARGEST = 1_000_000
"""Bytes; a larger file is none of ours."""


def viewing(settings: Settings, specs: Sequence[str], asked: View, call: Sequence[str], *, private: bool) -> Viewing:
    """Return how a program over these sources is looked at.

    ``asked`` is the view that the command line names; one that names only colours is the last one of these sources in
    them. ``call`` starts the program again. A ``private`` program neither knows nor remembers a last view.
    """
    views, view = Views(), asked
    if not private and replace(asked, theme="") == View():
        last = views.last(specs)
        view = replace(last, theme="" if asked.theme else last.theme)
    keep = None if private else partial(views.keep, tuple(specs))
    return Viewing(
        view,
        keep,
        call=tuple(call),
        takes_sources=bool(specs),
        keys=settings.keys,
        mouse=settings.mouse,
        problem=views.problem,
    )


class Views:
    """Reads and writes the file; what is wrong with it is told once, and it begins anew."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or platformdirs.user_state_path("voxtop") / "views.json"
        self.problem = ""
        """Why nothing was remembered, a sentence."""

    def last(self, specs: Sequence[str]) -> View:
        """Return the last view of these sources, whatever their order; the usual one where there is none."""
        known = self._read()
        return known.get(_name(specs), View()) if known else View()

    def keep(self, specs: Sequence[str], view: View) -> None:
        """Remember a view.

        Raises:
            StateError: the file cannot be written.
        """
        name = _name(specs)
        views = {known: each for known, each in self._read().items() if known != name} | {name: view}
        kept = dict([*views.items()][-MOST:])
        import json  # noqa: PLC0415 - as in `_views`

        text = json.dumps({known: asdict(each) for known, each in kept.items()}, ensure_ascii=False, indent=1)
        try:
            write_whole(self._path, f"{text}\n", mode=0o600)
        except OSError as error:
            raise StateError(
                t("view.unwritable", path=safe_text(str(self._path)), reason=error.strerror or str(error))
            ) from error

    def _read(self) -> dict[str, View]:
        try:
            return _views(_text(self._path))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self.problem = t("view.unreadable", path=safe_text(str(self._path)), reason=safe_text(str(reason), 200))
            return {}


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST:
        raise ValueError(t("view.too_large", most=LARGEST))
    return path.read_text(encoding="utf-8")


def _views(text: str) -> dict[str, View]:
    import json  # noqa: PLC0415 - the first start has nothing to read

    return {name: _view(table) for name, table in json.loads(text).items()}


def _view(table: dict[str, Any]) -> View:
    """Return a view as it was written; a field that nobody knows any more is left out."""
    known = {item.name for item in fields(View)}
    return View(**{name: str(value) for name, value in table.items() if name in known})


def _name(specs: Sequence[str]) -> str:
    """Return what a set of sources is known by; sources may carry secrets, so they are not in it."""
    import hashlib  # noqa: PLC0415 - as in `_views`

    return hashlib.sha256("\n".join(sorted({absolute(spec) for spec in specs})).encode()).hexdigest()[:32]
