import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tom_swe.errors import DatabaseDamaged, MemoryFault, SchemaTooNew
from tom_swe.memory.repair import salvage
from tom_swe.memory.store import Store
from tom_swe.model.belief import SessionModel
from tom_swe.model.corrections import JudgedTurns
from tom_swe.model.readers import by_model, outranks
from tom_swe.testing import session_of

PAGE = 4096


@pytest.fixture
def filled(store: Store) -> Path:
    """A database of several pages a table, closed."""
    for number in range(60):
        words = " ".join(f"word{number}-{each}" for each in range(60))
        store.sessions.put("ada", session_of(words, "thanks", host_id=str(number)))
    store.close()
    return store.path


def pages(path: Path) -> dict[str, list[int]]:
    """The pages of each table and index."""
    found: dict[str, list[int]] = {}
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for name, page in connection.execute("SELECT name, pageno FROM dbstat"):
            found.setdefault(name, []).append(page)
    return found


def half_write(path: Path, page: int, half: int = 1) -> None:
    """Overwrites half of a page, as a write does that a power cut ends."""
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE + half * PAGE // 2)
        file.write(random.Random(page).randbytes(PAGE // 2))


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("turn", True),
        ("session", True),
        ("user", False),
        ("ix_session_user_id_started_at", False),
        ("sqlite_autoindex_turn_1", False),
        ("turn_user_fts_data", False),
        ("turn_user_fts_config", False),
        ("sqlite_schema", True),
    ],
)
@pytest.mark.parametrize("half", [0, 1])
def test_a_half_written_page_is_seen_and_the_rest_saved(
    name: str, lost: bool, half: int, filled: Path, tmp_path: Path
) -> None:
    """All but its rows is in a sound database; indexes and full text cost none. The file stays."""
    page = pages(filled)[name][-1]
    half_write(filled, page, half)
    damaged = filled.read_bytes()
    assert salvage.damage(filled)
    aside = salvage.copy_aside(filled)
    assert (aside / "tom.db").read_bytes() == damaged
    saved = tmp_path / "saved.db"
    rescued = salvage.salvage(aside / "tom.db", saved)
    assert filled.read_bytes() == damaged
    if name == "sqlite_schema":
        assert rescued is None or salvage.damage(saved) == []
        return
    assert rescued is not None
    assert salvage.damage(saved) == []
    assert (rescued.rows["turn"] < 120) is lost
    assert rescued.rows["turn"] == count(saved, "turn") > 0
    salvage.restore(filled, saved)
    restored = Store(filled)
    assert restored.check() == []
    assert len(restored.sessions.summaries("ada")) == rescued.rows["session"]
    restored.close()


@pytest.mark.parametrize("tear", [1, 9])
def test_a_database_past_opening_is_replaced_by_a_copy(
    tear: int, filled: Path, tmp_path: Path
) -> None:
    """Where even the first page is gone a good copy takes its place, without the old log."""
    good = tmp_path / "good.db"
    with closing(sqlite3.connect(filled)) as source, closing(sqlite3.connect(good)) as target:
        source.backup(target)
    filled.write_bytes(os.urandom(PAGE * tear))
    with pytest.raises(DatabaseDamaged, match="db check --repair"):
        Store(filled)
    assert salvage.salvage(filled, tmp_path / "saved.db") is None
    salvage.restore(filled, good)
    restored = Store(filled)
    assert restored.check() == []
    assert restored.sizes().turns == 120
    restored.close()


def test_a_process_at_work_sees_what_was_restored(filled: Path, tmp_path: Path) -> None:
    """A server that had the database open goes on with the restored one."""
    good = tmp_path / "good.db"
    with closing(sqlite3.connect(filled)) as source, closing(sqlite3.connect(good)) as target:
        source.backup(target)
    server = Store(filled)
    server.sessions.put("ada", session_of("later", host_id="later"))
    salvage.restore(filled, good)
    assert server.sizes().sessions == 60
    server.sessions.put("ada", session_of("after", host_id="after"))
    other = Store(filled)
    assert other.sizes().sessions == 61
    other.close()
    server.close()


def test_what_a_model_read_stays_until_one_reads_it_again(store: Store, tmp_path: Path) -> None:
    """The rules read the other sessions again, and do not replace it."""
    for number, reader in enumerate(("model-2:gpt+embedded-4", "embedded-4")):
        store.sessions.put("ada", session_of("use tabs", host_id=str(number)))
        job = store.queue.take("ada")
        assert job is not None
        with store.learning.from_sessions("ada") as changes, changes.from_session(job) as change:
            assert change is not None
            change.session.observe(SessionModel(intent="", summary="", reader=reader))
            change.session.keep_corrective_turns(JudgedTurns())
    store.close()
    half_write(store.path, pages(store.path)["turn"][-1], 0)
    salvage.salvage(store.path, tmp_path / "saved.db")
    with closing(sqlite3.connect(tmp_path / "saved.db")) as saved:
        readers = saved.execute("SELECT reader FROM session_model ORDER BY session_id").fetchall()
    assert [outranks(reader, "embedded-4") for (reader,) in readers] == [True, False]
    assert not any(by_model(reader) for (reader,) in readers)


def of_nobody(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")


def of_the_future(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
        connection.commit()


def torn(path: Path) -> None:
    path.write_bytes(os.urandom(2 * PAGE))


@pytest.mark.parametrize(
    ("make", "error"),
    [(of_nobody, MemoryFault), (of_the_future, SchemaTooNew), (torn, DatabaseDamaged)],
)
def test_what_is_no_sound_memory_is_not_put_in_place(
    make: Callable[[Path], None], error: type[Exception], filled: Path, tmp_path: Path
) -> None:
    """Somebody else's database, a newer tom's and a damaged one change nothing."""
    make(tmp_path / "other.db")
    with pytest.raises(error):
        salvage.restore(filled, tmp_path / "other.db")
    assert salvage.damage(filled) == []
    assert count(filled, "turn") == 120
