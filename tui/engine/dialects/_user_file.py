"""Reads a user's dialect from its TOML file, or says in one line what is wrong with it and where."""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast, get_args

import re2

from tui.engine.dialects._dialect import Dialect, dialects
from tui.engine.dialects._literals import longest_literal
from tui.engine.dialects._user import REQUIRED, STAGED, Pattern, Rule, UserDialect, tokens
from tui.engine.errors import ConfigError, SourceError, VoxtopError
from tui.engine.model import STAGES, Kind, Level
from tui.engine.safe_text import safe_text
from tui.engine.text import t

MAX_BYTES = 256 * 1024
MAX_PATTERNS = 200
FIRST_RANK, LAST_RANK = 0, 89
"""A user knows best and is asked first; after the one that knows any log nothing would be left."""

EVENTS = (*get_args(Kind), "nothing")
GROUPS = ("stage", "provider", "value", "ms", "id", "client", "duration", "trace", "code", "field", "to", "text")
FIXED = ("stage", "provider", "client", "to", "field", "code")

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_NAMED_GROUP = re.compile(r"\(\?P?<(\w+)>")
KEYS: Mapping[str, type] = {"name": str, "rank": int, "candidates": list, "signature": list, "pattern": list}
PATTERN_KEYS: Mapping[str, type] = {
    **dict.fromkeys(("match", "event", "unit", *FIXED, "severity"), str),
    "level": list,
    "fields": dict,
    "anywhere": bool,
}
_TYPE_NAMES = {str: "text", int: "number", list: "list", dict: "table", bool: "bool"}


class Loaded(NamedTuple):
    """What a folder of dialects holds."""

    dialects: tuple[UserDialect, ...]
    problems: tuple[VoxtopError, ...]
    """One per file that was rejected; the others go on."""


def load_dialects(folder: Path) -> Loaded:
    """Read every ``*.toml`` of a folder; one that does not exist holds none."""
    found: list[UserDialect] = []
    problems: list[VoxtopError] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(read_dialect(path, [dialect.name for dialect in found]))
        except VoxtopError as problem:
            problems.append(problem)
    return Loaded(tuple(found), tuple(problems))


def read_dialect(path: Path, taken: Iterable[str] = ()) -> UserDialect:
    """Read one file.

    Args:
        path: the file.
        taken: names of other dialects of the user's, beside the built-in ones.

    Raises:
        SourceError: it cannot be read.
        ConfigError: something in it is wrong.
    """
    text = _text(path)
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(t("dialect.no_toml", path=safe_text(str(path)), reason=safe_text(str(error)))) from error
    return _File(path, text, table).dialect({*taken, *map(_own_name, dialects())} - {""})


def _healthy(patterns: Iterable[Pattern]) -> Iterable[str]:
    """Return the texts that show a line to be known although it gives no event."""
    return (pattern.literal for pattern in patterns if pattern.rule.event == "nothing" and pattern.literal)


def _own_name(dialect: Dialect) -> str:
    return "" if isinstance(dialect, UserDialect) else dialect.name


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ConfigError(t("dialect.too_large", path=safe_text(str(path)), most=MAX_BYTES // 1024))
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise SourceError(t("dialect.unreadable", path=safe_text(str(path)), reason=safe_text(reason))) from error


class _File:
    """One file on its way to a dialect; every complaint names its place."""

    def __init__(self, path: Path, text: str, table: Mapping[str, Any]) -> None:
        self._path = path
        self._rows = text.split("\n")
        self._table = table
        self._starts = [n for n, row in enumerate(self._rows, 1) if re.match(r"\s*\[{1,2}\s*pattern\s*\]", row)]

    def dialect(self, taken: Collection[str]) -> UserDialect:
        self._check_keys(self._table, KEYS, 0)
        name, rank = self._table.get("name"), self._table.get("rank", FIRST_RANK)
        if name is None or not _NAME.fullmatch(name):
            raise self._wrong("name", 0, "name")
        if name in taken:
            raise self._wrong("name_taken", 0, "name", name=name)
        if not FIRST_RANK <= rank <= LAST_RANK:
            raise self._wrong("rank", 0, "rank", value=rank, first=FIRST_RANK, last=LAST_RANK)
        entries = self._table.get("pattern", [])
        if not entries or len(entries) > MAX_PATTERNS or not all(isinstance(entry, dict) for entry in entries):
            raise self._wrong("patterns", 0, "pattern", most=MAX_PATTERNS)
        patterns = tuple(self._pattern(entry, number) for number, entry in enumerate(entries, 1))
        words = self._words("candidates") or tuple(pattern.literal for pattern in patterns)
        return UserDialect(
            name=name,
            rank=rank,
            patterns=patterns,
            candidates=tokens(words) if all(words) else (b"",),
            signature=tokens((*self._words("signature"), *_healthy(patterns))),
            path=str(self._path),
            lines=tuple(self._line("match", number) for number in range(1, len(patterns) + 1)),
        )

    def _words(self, key: str) -> tuple[str, ...]:
        words = self._table.get(key, [])
        if not all(isinstance(word, str) and word for word in words):
            raise self._wrong("texts", 0, key, key=key)
        return tuple(words)

    def _pattern(self, entry: Mapping[str, Any], number: int) -> Pattern:
        self._check_keys(entry, PATTERN_KEYS, number)
        if "match" not in entry:
            raise self._wrong("no_match", number, "match")
        if "event" not in entry:
            raise self._wrong("no_event", number, "event")
        self._check_word(entry["event"], EVENTS, "event", number)
        regex = self._compile(entry["match"], number)
        for group in [*regex.groupindex, *entry.get("fields", {})]:
            self._check_word(group, GROUPS, "group", number)
        rule = self._rule(entry, number)
        self._check_sense(rule, entry, {*regex.groupindex, *rule.fields, *rule.fixed}, number)
        return Pattern(regex, rule, longest_literal(entry["match"]))

    def _compile(self, written: str, number: int) -> Any:  # noqa: ANN401 - re2 has no types
        names = _NAMED_GROUP.findall(written)
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise self._wrong("group_twice", number, "match", name=twice)
        options = re2.Options()
        options.log_errors = False
        try:
            return re2.compile(written, options)
        except re2.error as error:
            reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
            complaint = self._wrong("no_regex", number, "match", reason=safe_text(reason))
            raise ConfigError(complaint.message, _regex_remedy(reason)) from None
        except UnicodeEncodeError as error:
            raise self._wrong("no_regex", number, "match", reason=safe_text(str(error))) from None

    def _rule(self, entry: Mapping[str, Any], number: int) -> Rule:
        for key, known in (("unit", ("ms", "s")), ("stage", STAGES), ("severity", ("event", "level"))):
            if key in entry:
                self._check_word(entry[key], known, key, number)
        for level in entry.get("level", ()):
            self._check_word(level, get_args(Level), "level", number)
        if not all(isinstance(value, str) and value for value in entry.get("fields", {}).values()):
            raise self._wrong("texts", number, "fields", key="fields")
        return Rule(
            event=entry["event"],
            unit=entry.get("unit", "ms"),
            fixed={key: entry[key] for key in FIXED if key in entry},
            fields=entry.get("fields", {}),
            levels=frozenset(cast("list[Level]", entry.get("level", []))),
            by_level=entry.get("severity") == "level",
            anywhere=entry.get("anywhere", False),
        )

    def _check_sense(self, rule: Rule, entry: Mapping[str, Any], given: Collection[str], number: int) -> None:
        """Refuse a pattern whose events could only be empty or guessed."""
        if rule.event in {"ttfb", "turn"}:
            if not {"value", "ms"} & set(given):
                raise self._wrong("no_value", number, "match", event=rule.event)
            if "ms" not in given and "unit" not in entry:
                raise self._wrong("no_unit", number, "match", event=rule.event)
        needed = (*REQUIRED.get(rule.event, ()), *(("stage",) if rule.event in STAGED else ()))
        if missing := next((name for name in needed if name not in given), None):
            raise self._wrong("needs", number, "match", event=rule.event, name=missing)
        if rule.by_level and rule.event not in {"error", "warning"}:
            raise self._wrong("severity_of", number, "severity")

    def _check_keys(self, table: Mapping[str, Any], known: Mapping[str, type], number: int) -> None:
        for key, value in table.items():
            if key not in known:
                raise self._unknown("key", key, known, number)
            if key == "pattern" and not isinstance(value, list):
                raise self._wrong("patterns", number, key, most=MAX_PATTERNS)
            if type(value) is not known[key]:
                kind = t(f"dialect.type_{_TYPE_NAMES[known[key]]}")
                raise self._wrong("wrong_type", number, key, key=key, kind=kind)

    def _check_word(self, word: object, known: Iterable[str], what: str, number: int) -> None:
        words = tuple(known)
        if word not in words:
            raise self._unknown(what, str(word), words, number)

    def _unknown(self, what: str, word: str, known: Iterable[str], number: int) -> ConfigError:
        words = list(known)
        close = difflib.get_close_matches(word.lower(), [each.lower() for each in words], n=1, cutoff=0.5)
        near = next((each for each in words if close and each.lower() == close[0]), "")
        remedy = t("config.did_you_mean", key=near) if near else t("dialect.known", words=", ".join(words))
        key = {"key": word, "group": "match"}.get(what, what)
        complaint = self._wrong("unknown", number, key, what=t(f"dialect.{what}"), word=safe_text(word))
        return ConfigError(complaint.message, remedy)

    def _wrong(self, problem: str, number: int, key: str, /, **values: object) -> ConfigError:
        """Return a complaint with its file, line and pattern in front."""
        line = self._line(key, number)
        place = f"{safe_text(str(self._path))}:{line}" if line else safe_text(str(self._path))
        if number:
            place = f"{place}: {t('dialect.pattern', number=number)}"
        return ConfigError(f"{place}: {t(f'dialect.{problem}', **values)}")

    def _line(self, key: str, number: int) -> int:
        """Return the line of a key (1-based) in a pattern (0: above the first), else where that begins."""
        first = self._starts[number - 1] if 0 < number <= len(self._starts) else 0
        later = [start for start in self._starts if start > first]
        last = later[0] - 1 if later else len(self._rows)
        form = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        return next((n for n in range(first + 1, last + 1) if form.match(self._rows[n - 1])), first)


def _regex_remedy(reason: str) -> str:
    """Say what to write instead of what RE2 leaves out for the sake of its speed."""
    if re.search(r"\(\?(?:<?[=!]|>)", reason):
        return t("dialect.look_around")
    if re.search(r"\\[1-9]", reason):
        return t("dialect.back_reference")
    return t("dialect.re2_syntax")
