"""The schema, step by step: one SQL file per version, each applied in one transaction."""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files


@cache
def steps() -> tuple[str, ...]:
    """Return the scripts in order; applying the first ``n`` gives version ``n``."""
    folder = files(__package__).joinpath("schema")
    return tuple(file.read_text(encoding="utf-8") for file in sorted(folder.iterdir(), key=lambda file: file.name))


def version_of(connection: sqlite3.Connection) -> int:
    """Return how many steps the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, scripts: Sequence[str]) -> None:
    """Apply the steps that are missing; whenever it is interrupted, each was applied wholly or not at all."""
    done = version_of(connection)
    for number, script in enumerate(scripts[done:], done + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(script):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    """Split a script: ``executescript`` would commit before its first statement."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
