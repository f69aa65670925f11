import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import tom_migrations
from tom_swe.errors import MemoryBusy, MemoryFault, SchemaTooNew
from tom_swe.memory.engine import STATEMENTS_LOGGER, open_engine, revision_of
from tom_swe.memory.store import Store
from tom_swe.settings import Settings
from tom_swe.testing import session_of

FIRST_START = """
import sys
from pathlib import Path
from tom_swe.memory.store import Store
from tom_swe.testing import session_of
sys.stdin.readline()  # all begin together
store = Store(Path(sys.argv[1]))
put = store.sessions.put("ada", session_of("hello", host_id=sys.argv[2]))
print(put.state)
"""


@pytest.mark.slow
@pytest.mark.parametrize("round_", range(1, 6))
def test_eight_first_starts_at_once_all_work(tmp_path: Path, round_: int) -> None:
    """Eight processes that meet a fresh folder together all make or find one database."""
    database = tmp_path / "tom" / "tom.db"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_START, str(database), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    outcomes = [process.communicate(timeout=120) for process in processes]
    assert [(out.strip(), err) for out, err in outcomes] == [("new", "")] * 8
    assert len(Store(database).sessions.summaries("ada")) == 8


def test_what_is_made_is_private(settings: Settings, store: Store) -> None:
    """The folder is 0700, and the database with its log files 0600, from the start."""
    store.sessions.put("ada", session_of("hello"))
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in settings.home.rglob("*")
        if path.is_file()
    }
    assert modes["tom.db"] == 0o600
    assert set(modes.values()) == {0o600}


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    """A TOM_HOME that is somebody's existing folder is not locked away from others."""
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    open_engine(folder / "tom.db")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_a_file_that_became_readable_is_closed_again(settings: Settings, store: Store) -> None:
    """A database that was copied back with a loose mode is private from the next opening on."""
    store.close()
    settings.database.chmod(0o644)
    open_engine(settings.database).dispose()
    assert stat.S_IMODE(settings.database.stat().st_mode) == 0o600


def test_a_newer_schema_is_refused_untouched(settings: Settings, store: Store) -> None:
    """A database of a newer tom is refused with what to do, and not changed."""
    with sqlite3.connect(settings.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    store.close()
    before = settings.database.read_bytes()
    with pytest.raises(SchemaTooNew, match=r"newer tom.*upgrade tom-swe"):
        open_engine(settings.database)
    assert settings.database.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be one" * 40])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    """Whatever lies where the database should be is refused and kept."""
    path = tmp_path / "tom.db"
    path.write_bytes(content)
    with pytest.raises(MemoryFault, match="--repair"):
        open_engine(path)
    assert path.read_bytes() == content


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    """A SQLite file that is not tom's is not written into."""
    path = tmp_path / "tom.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(MemoryFault, match="not one of tom's"):
        open_engine(path)


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    """TOM_HOME below a file ends in a message that names the setting."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(MemoryFault, match="TOM_HOME"):
        open_engine(tmp_path / "file" / "tom" / "tom.db")


def test_a_writer_that_waits_too_long_says_who_holds_it(settings: Settings, store: Store) -> None:
    """A database locked for longer than the timeout is reported as busy, not as broken."""
    held = sqlite3.connect(settings.database, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    impatient = Store(settings.database, busy_timeout=0.05)
    with pytest.raises(MemoryBusy, match="another process"):
        impatient.sessions.put("ada", session_of("hello"))
    held.execute("ROLLBACK")
    held.close()
    assert impatient.sessions.put("ada", session_of("hello")).session_id == 1
    impatient.close()


def test_the_schema_revision_is_read_without_changing_anything(store: Store) -> None:
    """A fresh database stands at the newest revision."""
    assert revision_of(store.path) == tom_migrations.HEAD
    assert revision_of(store.path.with_name("none.db")) is None


def test_what_people_said_is_in_no_log(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Hosts turn all logging up; tom stays quiet, and asked by name logs no text of anyone."""
    caplog.set_level("DEBUG")

    def logged(host_id: str) -> str:
        store = Store(settings.database)
        store.sessions.put("ada", session_of("the zanzibar word", host_id=host_id))
        store.search.turns("ada", "zanzibar", 5)
        store.close()
        return caplog.text

    assert "INSERT" not in logged("one")
    caplog.set_level("DEBUG", logger=STATEMENTS_LOGGER)
    assert "INSERT INTO turn" in logged("two")
    assert "zanzibar" not in caplog.text
