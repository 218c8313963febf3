import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.terminal import environment
from tui.engine.clock import ManualClock
from tui.engine.errors import StateError
from tui.engine.state import StateDatabase, _disk, _opening
from tui.engine.state._schema import migrate, steps, version_of

FIXTURES = Path(__file__).parents[2] / "data" / "state"


def add_source(connection: sqlite3.Connection, name: str = "app.log") -> int:
    row = connection.execute(
        "INSERT INTO sources (name, spec, bookmark, counts, changed) VALUES (?, ?, '', '{}', 0)", (name, name)
    )
    return row.lastrowid or 0


def names(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM sources ORDER BY name")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_a_new_state_file_and_its_folder_are_for_their_owner_only(folder: Path) -> None:
    with StateDatabase(folder) as database:
        database.write_now(add_source)

        assert folder.stat().st_mode & 0o777 == 0o700
        assert {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir()} == dict.fromkeys(
            ["state.db", "state.db-wal", "state.db-shm", "opening.lock", "use.lock"], 0o600
        )


async def test_a_job_is_one_transaction_and_returns_its_value(folder: Path) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        add_source(connection, "half")
        raise LookupError("half-way")

    with StateDatabase(folder) as database:
        assert await database.write(add_source) == 1
        with pytest.raises(LookupError, match="half-way"):
            await database.write(fail)
        assert await database.write(lambda c: add_source(c, "b.log"), durable=True) == 2

        assert await database.read(names) == ["app.log", "b.log"]


async def test_one_thread_writes_whoever_asks_and_more_jobs_than_the_queue_holds_are_all_done(folder: Path) -> None:
    threads: set[int] = set()

    def job(connection: sqlite3.Connection) -> None:
        threads.add(threading.get_ident())
        add_source(connection, f"{connection.total_changes}")

    with StateDatabase(folder) as database:
        await asyncio.gather(*(database.write(job) for _ in range(600)))

        assert len(await database.read(names)) == 600
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


def test_a_reader_cannot_write(folder: Path) -> None:
    with StateDatabase(folder) as database, pytest.raises(StateError, match="readonly"):
        database.read_now(add_source)


def test_two_processes_share_the_file(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tui.engine.state import StateDatabase\n"
        "with StateDatabase(Path(sys.argv[1])) as database:\n"
        "    database.write_now(lambda c: c.execute(\"UPDATE sources SET bookmark = 'theirs'\"))\n"
    )
    with StateDatabase(folder) as database:
        database.write_now(add_source)
        subprocess.run([sys.executable, "-c", script, str(folder)], check=True, env=environment())

        assert database.read_now(lambda c: c.execute("SELECT bookmark FROM sources").fetchone()[0]) == "theirs"


def test_fault_84_a_role_has_one_holder_until_it_lets_go(folder: Path) -> None:
    with StateDatabase(folder) as one, StateDatabase(folder) as two:
        assert one.claim("recorder")
        assert one.claim("recorder")
        assert not two.claim("recorder")
        assert two.claim("other")

    with StateDatabase(folder) as three:
        assert three.claim("recorder")


@pytest.mark.parametrize(("mode", "mended"), [(0o640, "chmod 600"), (0o604, "chmod 600")])
def test_a_file_that_others_may_read_is_refused_with_the_chmod_that_mends_it(
    folder: Path, mode: int, mended: str
) -> None:
    StateDatabase(folder).close()
    (folder / "state.db").chmod(mode)

    with pytest.raises(StateError, match=f"{mended} .*state.db"):
        StateDatabase(folder)


def test_a_folder_that_others_may_write_to_is_refused_with_the_chmod_that_mends_it(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o770)

    with pytest.raises(StateError, match=r"chmod 700 .*state"):
        StateDatabase(folder)


def aside_of(folder: Path) -> Path:
    return next(each for each in folder.iterdir() if ".corrupt-" in each.name and each.name.endswith("Z"))


def test_fault_87_a_corrupted_file_is_moved_aside_and_told(folder: Path) -> None:
    with StateDatabase(folder) as database:
        database.write_now(lambda c: [add_source(c, "x" * 200 + str(i)) for i in range(400)])
    damaged = bytearray((folder / "state.db").read_bytes())
    damaged[8192:40960] = os.urandom(32768)
    (folder / "state.db").write_bytes(damaged)

    with StateDatabase(folder, clock=ManualClock(1_767_225_600)) as database:
        assert database.read_now(names) == []
        assert "state.db.corrupt-20260101T000000Z" in database.notice
    assert aside_of(folder).read_bytes() == damaged


@pytest.mark.parametrize("contents", [b"", b"not a database at all " * 100], ids=["zero-byte", "text"])
def test_fault_87_a_file_that_is_no_database_is_moved_aside_and_told(folder: Path, contents: bytes) -> None:
    StateDatabase(folder).close()
    (folder / "state.db").write_bytes(contents)

    with StateDatabase(folder) as database:
        assert aside_of(folder).name in database.notice
        database.write_now(add_source)
    with StateDatabase(folder) as database:
        assert database.notice == ""
        assert database.read_now(names) == ["app.log"]


def test_fault_87_another_programs_database_is_moved_aside_untouched(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    with closing(sqlite3.connect(folder / "state.db")) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    (folder / "state.db").chmod(0o600)

    with StateDatabase(folder) as database:
        assert "another program" in database.notice
    with closing(sqlite3.connect(aside_of(folder))) as connection:
        assert connection.execute("SELECT count(*) FROM theirs").fetchone() == (0,)


def test_fault_87_a_newer_file_is_refused_and_left_as_it_is(folder: Path) -> None:
    with StateDatabase(folder) as database:
        database.write_now(lambda c: c.execute("PRAGMA user_version = 999"))
    before = (folder / "state.db").read_bytes()

    with pytest.raises(StateError, match=r"newer voxtop .schema 999"):
        StateDatabase(folder)
    assert (folder / "state.db").read_bytes() == before


def test_a_file_that_another_version_has_open_is_neither_migrated_nor_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StateDatabase(folder) as database:
        database.write_now(add_source)
        monkeypatch.setattr("tui.engine.state._database.steps", lambda: (*steps(), "CREATE TABLE later (x);"))

        with pytest.raises(StateError, match="another version"):
            StateDatabase(folder)
        assert database.read_now(version_of) == len(steps())


def test_steps_are_numbered_without_a_gap() -> None:
    scripts = sorted(each.name for each in (Path(_opening.__file__).parent / "schema").iterdir())

    assert [int(name.split("_")[0]) for name in scripts] == list(range(1, len(scripts) + 1))


def test_each_released_schema_has_a_fixture() -> None:
    assert sorted(each.name for each in FIXTURES.iterdir()) == [
        f"v{number}.db" for number in range(1, len(steps()) + 1)
    ]


@pytest.mark.parametrize("version", range(1, len(steps()) + 1))
def test_fault_88_every_old_schema_migrates_with_its_rows_and_leaves_a_copy(folder: Path, version: int) -> None:
    folder.mkdir(mode=0o700)
    shutil.copyfile(FIXTURES / f"v{version}.db", folder / "state.db")
    (folder / "state.db").chmod(0o600)

    with StateDatabase(folder) as database:
        assert database.read_now(version_of) == len(steps())
        assert database.read_now(names) == ["andrea", "app.log"]
        assert database.read_now(lambda c: c.execute("PRAGMA integrity_check").fetchone()) == ("ok",)
    backup = folder / f"state.db.v{version}"
    assert backup.exists() == (version < len(steps()))
    if backup.exists():
        assert backup.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(backup)) as connection:
            assert version_of(connection) == version


def test_fault_88_a_step_that_fails_half_way_leaves_the_version_before(tmp_path: Path) -> None:
    with closing(_opening.connect(tmp_path / "x.db", mode="rwc")) as connection:
        migrate(connection, ["CREATE TABLE one (x);"])
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, ["", "CREATE TABLE two (x);\nCREATE TABLE one (x);"])

        assert version_of(connection) == 1
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("one",)]


def test_nothing_but_alerts_is_written_into_the_last_room_of_the_disk(folder: Path) -> None:
    with StateDatabase(folder, reserve_bytes=1 << 60) as database:
        with pytest.raises(StateError, match="200 MB"):
            database.write_now(add_source)
        database.write_now(add_source, durable=True)

        assert database.read_now(names) == ["app.log"]


@pytest.mark.parametrize(
    ("kind", "mode"), [("ext4", "wal"), ("nfs4", "delete"), ("fuse.sshfs", "delete"), ("tmpfs", "wal")]
)
def test_the_write_ahead_log_stays_off_network_file_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, mode: str
) -> None:
    folder = tmp_path / "a b" / "state"
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/x / ext4 rw 0 0\nhost:/x {tmp_path!s}/a\\040b {kind} rw 0 0\n")
    monkeypatch.setattr(_disk.shares_memory, "__defaults__", (mounts,))

    with StateDatabase(folder) as database:
        assert database.read_now(lambda c: c.execute("PRAGMA journal_mode").fetchone()[0]) == mode


def test_a_mistake_in_a_job_is_no_failure_of_the_machine(folder: Path) -> None:
    with StateDatabase(folder) as database, pytest.raises(sqlite3.OperationalError, match="no such table"):
        database.write_now(lambda c: c.execute("SELECT * FROM nowhere"))


MIGRATING = '''
import sys
from pathlib import Path
from tui.engine.state import StateDatabase, _database
from tui.engine.state._schema import steps

slow = """CREATE TABLE later (x);
INSERT INTO later WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200000) SELECT x FROM n;
CREATE INDEX later_x ON later (x);
"""
_database.steps = lambda: (*steps(), slow)
print("migrating", flush=True)
StateDatabase(Path(sys.argv[1]))
print("migrated", flush=True)
'''


def test_fault_88_a_kill_in_mid_migration_leaves_the_old_version_or_the_new_one_never_half(folder: Path) -> None:
    rng = random.Random(88)  # noqa: S311 - kills that can be repeated
    old, found = len(steps()), []
    with StateDatabase(folder) as database:
        database.write_now(add_source)
    for patience in (0.0, *(rng.uniform(0.0, 0.6) for _ in range(10)), 60.0):
        process = subprocess.Popen(
            [sys.executable, "-c", MIGRATING, str(folder)], env=environment(), stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "migrating\n"
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
        process.kill()
        process.communicate()
        with closing(sqlite3.connect(folder / "state.db")) as connection:
            version = version_of(connection)
            tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'later%'").fetchone()[0]
            assert (version, tables) in {(old, 0), (old + 1, 2)}
            assert names(connection) == ["app.log"]
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found.append(version)
        if version > old:
            with StateDatabase(folder.with_name("fresh")) as database:
                database.write_now(add_source)
            shutil.rmtree(folder)
            folder.with_name("fresh").rename(folder)

    assert (found[0], found[-1]) == (old, old + 1)


def test_the_version_changes_with_every_transaction_of_whichever_process_and_with_nothing_else(folder: Path) -> None:
    with StateDatabase(folder) as one, StateDatabase(folder) as other:
        versions = [one.version()]
        for write in (one.write_now, other.write_now):
            write(add_source if write == one.write_now else lambda connection: add_source(connection, "b.log"))
            versions.append(one.version())
            one.read_now(names)
            assert one.version() == versions[-1]

    assert len(set(versions)) == 3
    assert None not in versions
