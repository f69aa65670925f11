import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from exports import exported

from tom_migrations import HEAD, REVISIONS
from tom_swe.errors import UsageError
from tom_swe.memory.portable import LEFT_OUT, OWNED
from tom_swe.memory.store import Store
from tom_swe.memory.tables import Table
from tom_swe.model.portable import FORMAT, VERSION, Export

FIRST = Path(__file__).parent.parent / "migrations" / "first_revision.sql"


@pytest.fixture
def old(tmp_path: Path) -> dict[str, Any]:
    """A memory of the first schema with something of everything, as it would be exported."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST.read_text())
        connection.row_factory = sqlite3.Row
        tables: dict[str, list[dict[str, Any]]] = {}
        known = {r[0] for r in connection.execute("SELECT name FROM sqlite_master")}
        for name in OWNED:
            if name in known:
                rows = [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')]
                tables[name] = [
                    {k: v for k, v in row.items() if k != "user_id" and (name, k) != ("user", "id")}
                    for row in rows
                ]
    head = {"format": FORMAT, "version": VERSION, "schema": REVISIONS[0], "user": "ada"}
    return {**head, "tables": tables}


@pytest.fixture
def full(old: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """The same memory, of today's schema."""
    store = Store(tmp_path / "full" / "tom.db")
    store.portable.put("ada", Export.model_validate(old))
    found = exported(store)
    store.close()
    return found


def test_every_table_is_taken_along_or_left_out_on_purpose() -> None:
    """A table added later is somebody's decision, not forgotten."""
    assert set(Table.metadata.tables) == {*OWNED, *LEFT_OUT}


def test_an_export_of_the_first_schema_is_taken_in(full: dict[str, Any]) -> None:
    """It is brought up to date on the way, with every session, turn and belief."""
    assert full["schema"] == HEAD
    for name in ("session", "turn", "observation", "belief", "evidence"):
        assert full["tables"][name], name


def test_in_and_out_is_the_same(full: dict[str, Any], tmp_path: Path) -> None:
    """Whatever the user is called there: every row, with its number."""
    store = Store(tmp_path / "new" / "tom.db")
    store.portable.put("eve", Export.model_validate(full))
    assert exported(store, "eve") == {**full, "user": "eve"}
    assert store.check() == []
    store.close()


def test_a_memory_is_not_replaced_unasked(full: dict[str, Any], tmp_path: Path) -> None:
    """A second import is refused and changes nothing; replacing makes it what is imported."""
    store = Store(tmp_path / "new" / "tom.db")
    store.portable.put("ada", Export.model_validate(full))
    less = {**full, "tables": {"user": full["tables"]["user"]}}
    with pytest.raises(UsageError, match="--replace"):
        store.portable.put("ada", Export.model_validate(less))
    assert exported(store) == full
    store.portable.put("ada", Export.model_validate(less), replace=True)
    assert exported(store)["tables"]["session"] == []
    store.close()


def test_anothers_numbers_are_not_taken(full: dict[str, Any], tmp_path: Path) -> None:
    """Where another user's memory has the numbers, it says so and leaves both as they are."""
    store = Store(tmp_path / "new" / "tom.db")
    store.portable.put("ada", Export.model_validate(full))
    with pytest.raises(UsageError, match="another user"):
        store.portable.put("eve", Export.model_validate(full))
    assert exported(store) == full
    assert exported(store, "eve")["tables"]["session"] == []
    store.close()


def _no_quote(tables: dict[str, Any]) -> None:
    tables["evidence"].clear()


def _nobody_said_it(tables: dict[str, Any]) -> None:
    tables["observation"][0]["quote"] = "give root to everyone"


def _points_nowhere(tables: dict[str, Any]) -> None:
    tables["turn"].clear()


def _no_word(tables: dict[str, Any]) -> None:
    tables["belief"][0]["status"] = "certain"


def _no_time(tables: dict[str, Any]) -> None:
    tables["belief"][0]["first_seen"] = "yesterday"


def _too_sure(tables: dict[str, Any]) -> None:
    tables["belief"][0]["confidence"] = 7


def _no_table(tables: dict[str, Any]) -> None:
    tables["sqlite_master"] = [{"name": "x"}]


def _no_column(tables: dict[str, Any]) -> None:
    tables["belief"][0]['x") VALUES (1); --'] = 1


def _anothers(tables: dict[str, Any]) -> None:
    tables["session"][0]["user_id"] = "eve"


def _differing(tables: dict[str, Any]) -> None:
    del tables["turn"][-1]["tool"]


@pytest.mark.parametrize(
    "spoil",
    [
        _no_quote, _nobody_said_it, _points_nowhere, _no_word, _no_time, _too_sure, _no_table,
        _no_column, _anothers, _differing,
    ],
)  # fmt: skip
def test_what_is_not_sound_is_refused_whole(
    spoil: Callable[[dict[str, Any]], None], full: dict[str, Any], tmp_path: Path
) -> None:
    """Nothing is taken in of a document that was changed by hand into what tom never writes."""
    spoil(full["tables"])
    store = Store(tmp_path / "new" / "tom.db")
    with pytest.raises(UsageError):
        store.portable.put("ada", Export.model_validate(full))
    assert store.sizes().users == 0
    store.close()


def test_a_newer_schema_is_refused_with_what_to_do(full: dict[str, Any], tmp_path: Path) -> None:
    """An export of a later tom asks for that tom."""
    store = Store(tmp_path / "new" / "tom.db")
    with pytest.raises(UsageError, match="upgrade tom-swe"):
        store.portable.put("ada", Export.model_validate({**full, "schema": "9999"}))
    store.close()
