"""Playbooks that the user wrote: read from TOML files, or told in one line what is wrong with them and where."""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, NoReturn, cast, get_args

import re2

from tui.engine.errors import ConfigError, SourceError, VoxtopError
from tui.engine.model import Playbook
from tui.engine.playbooks.match import Entry
from tui.engine.safe_text import safe_text
from tui.engine.text import LANGUAGES, t

MAX_BYTES = 256 * 1024
MAX_ENTRIES = 200
MAX_LENGTH = 1000
"""Characters of a title, a step, a command or a pattern."""

APPLIES_TO = ("error", "warning", "fallback", "config_warning", "kpi")
Severity = Literal["info", "warning", "critical"]
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
_TEXT_KEYS: Mapping[str, type] = {"title": str, "cause": str, "steps": list}
KEYS: Mapping[str, type] = {
    **_TEXT_KEYS,
    **dict.fromkeys(LANGUAGES, dict),
    "match": list,
    "applies_to": list,
    "severity": str,
    "commands": list,
    "link": str,
}


class Loaded(NamedTuple):
    """What a folder of playbooks holds."""

    entries: tuple[Entry, ...]
    """In the order in which they are tried: files by name, tables as they stand."""
    problems: tuple[VoxtopError, ...]
    """One per file that was rejected; the others go on."""


def load_own(folder: Path) -> Loaded:
    """Read every ``*.toml`` of a folder; one that does not exist holds none."""
    entries: list[Entry] = []
    problems: list[VoxtopError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            entries += read_own(path, {entry.playbook.id for entry in entries}, len(entries))
        except VoxtopError as problem:
            problems.append(problem)
    return Loaded(tuple(entries), tuple(problems))


def read_own(path: Path, taken: Collection[str] = (), first: int = 0) -> list[Entry]:
    """Read one file.

    Args:
        path: the file.
        taken: ids of the user's other playbooks; those that are shipped may be replaced.
        first: how many of the user's come before.

    Raises:
        SourceError: it cannot be read.
        ConfigError: something in it is wrong.
    """
    shown = safe_text(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise SourceError(t("playbook.unreadable", path=shown, reason=safe_text(reason))) from error
    if len(data) > MAX_BYTES:
        raise ConfigError(t("playbook.too_large", path=shown, most=MAX_BYTES // 1024))
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(t("playbook.no_toml", path=shown, reason=safe_text(str(error)))) from error
    if len(tables) > MAX_ENTRIES:
        raise ConfigError(t("playbook.too_many", path=shown, most=MAX_ENTRIES))
    rows = text.split("\n")
    # Shipped orders begin at 0: a user knows best and is asked first.
    return [
        _Table(shown, rows, id_, table).entry(taken, first + n - 10**6) for n, (id_, table) in enumerate(tables.items())
    ]


class _Table:
    """One table on its way to a playbook; every complaint names its place."""

    def __init__(self, path: str, rows: list[str], playbook_id: str, table: object) -> None:
        self._path, self._rows, self._id = path, rows, playbook_id
        if not _ID.fullmatch(playbook_id):
            self._wrong("bad_id", "")
        if not isinstance(table, dict):
            self._wrong("no_table", "")
        self._table: Mapping[str, Any] = table

    def entry(self, taken: Collection[str], order: int) -> Entry:
        if self._id in taken:
            self._wrong("id_taken", "")
        self._check_keys(self._table, KEYS)
        severity = self._word(self._table.get("severity", "warning"), get_args(Severity), "severity")
        words = {code: self._words(self._table.get(code, self._table)) for code in LANGUAGES}
        playbook = Playbook(
            id=self._id,
            severity=cast("Severity", severity),
            title={code: title for code, (title, _, _) in words.items()},
            cause={code: cause for code, (_, cause, _) in words.items()},
            steps={code: steps for code, (_, _, steps) in words.items()},
            commands=self._texts("commands", self._table),
            link=self._link(),
        )
        kinds = self._texts("applies_to", self._table) or ("error", "warning")
        applies_to = frozenset(self._word(kind, APPLIES_TO, "applies_to") for kind in kinds)
        return Entry(order, applies_to, self._pattern(), playbook)

    def _words(self, table: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]]:
        """Return title, cause and steps, of one language or of both."""
        if table is not self._table:
            self._check_keys(table, _TEXT_KEYS)
        steps = self._texts("steps", table)
        if not table.get("title") or not steps:
            self._wrong("no_words", "title" if not table.get("title") else "steps")
        return self._text("title", table), self._text("cause", table), steps

    def _text(self, key: str, table: Mapping[str, Any]) -> str:
        text = str(table.get(key, ""))
        if len(text) > MAX_LENGTH:
            self._wrong("too_long", key, key=key, most=MAX_LENGTH)
        return text

    def _texts(self, key: str, table: Mapping[str, Any]) -> tuple[str, ...]:
        texts = table.get(key, [])
        if not all(isinstance(text, str) and 0 < len(text) <= MAX_LENGTH for text in texts):
            self._wrong("texts", key, key=key, most=MAX_LENGTH)
        return tuple(texts)

    def _link(self) -> str:
        link = self._text("link", self._table)
        if link and not re.fullmatch(r"https?://[!-~]+", link):
            self._wrong("no_link", "link")
        return link

    def _pattern(self) -> Any:  # noqa: ANN401 - re2 has no types
        """Compile with RE2, which no text can make slow."""
        alternatives = self._texts("match", self._table)
        if not alternatives:
            self._wrong("no_match", "match")
        options = re2.Options()
        options.log_errors = False
        for written in alternatives:
            try:
                re2.compile(written, options)
            except re2.error as error:
                reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
                self._wrong("no_regex", "match", value=safe_text(written, 80), reason=safe_text(reason))
        return re2.compile("|".join(f"(?:{alternative})" for alternative in alternatives), options)

    def _check_keys(self, table: Mapping[str, Any], known: Mapping[str, type]) -> None:
        for key, value in table.items():
            if key not in known:
                self._unknown("key", key, known, key)
            if type(value) is not known[key]:
                self._wrong("wrong_type", key, key=key, kind=t(f"playbook.type_{known[key].__name__}"))

    def _word(self, word: str, known: Iterable[str], key: str) -> str:
        if word not in known:
            self._unknown("word", word, known, key)
        return word

    def _unknown(self, what: str, word: str, known: Iterable[str], key: str) -> NoReturn:
        words = list(known)
        close = difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.5)
        remedy = t("config.did_you_mean", key=close[0]) if close else t("playbook.known", words=", ".join(words))
        message = t(f"playbook.unknown_{what}", key=key, word=safe_text(word, 80))
        raise ConfigError(f"{self._place(key)}: {message}", remedy)

    def _wrong(self, problem: str, at: str, /, **values: object) -> NoReturn:
        raise ConfigError(f"{self._place(at)}: {t(f'playbook.{problem}', **values)}")

    def _place(self, key: str) -> str:
        """Name the file, the line of a key in this table or of its beginning, and the playbook."""
        line = next(self._lines(key), 0) or next(self._lines(""), 0)
        name = safe_text(self._id, 60)
        return f"{self._path}:{line}: {name}" if line else f"{self._path}: {name}"

    def _lines(self, key: str) -> Iterator[int]:
        """Yield the lines (1-based) of a key within this table; of its head for an empty key."""
        inside = False
        for number, row in enumerate(self._rows, 1):
            if head := re.match(
                r"\s*\[\s*(?P<quote>[\"']?)(?P<id>[^\"'\]]*?)(?P=quote)\s*(?:\.\s*(?:en|es)\s*)?\]", row
            ):
                inside = head["id"] == self._id or head["id"].removesuffix(".en").removesuffix(".es") == self._id
                if inside and not key:
                    yield number
            elif inside and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", row):
                yield number
