"""A damaged database: seen, copied aside, its readable rows saved into another, put back.

The damaged file itself is never written: a page that cannot be read today may be readable by
a better tool tomorrow. What is saved stands in a file of its own until the person has it put
in place. Everything here works below the schema, on whatever SQLite still reads.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

from tom_swe.errors import DatabaseDamaged, MemoryFault, SchemaTooNew
from tom_swe.memory.encryption import cipher
from tom_swe.memory.encryption.cipher import PLAIN, Driver
from tom_swe.memory.engine import revision_of
from tom_swe.memory.faults import faults, hindrance
from tom_swe.memory.files import backups_of, make_private
from tom_swe.memory.tables import FULL_TEXT
from tom_swe.model.memory import Salvaged
from tom_swe.model.readers import following
from tom_swe.place import FILE_MODE

# So many row numbers in turn without a row that can be read are taken for a table's end.
PATIENCE = 20_000
_SHADOWS = tuple(
    f"{name}_{part}"
    for name in FULL_TEXT
    for part in ("data", "idx", "content", "docsize", "config")
)
_OUT_OF_STEP = ("missing from index", "wrong # of entries in index", "malformed inverted index")


def damage(path: Path, driver: Driver = PLAIN) -> list[str]:
    """What SQLite finds wrong with a database's pages; empty where it is sound or not there.

    Raises MemoryBusy or MemoryFault where it cannot be looked at for another reason.
    """
    if not path.exists() or not path.stat().st_size:
        return []
    try:
        with faults(path), _opened(path, driver) as connection:
            found = [str(line) for (line,) in connection.execute("PRAGMA integrity_check")]
    except DatabaseDamaged as error:
        return [str(error.__cause__ or error)]
    if found == ["ok"]:
        return []
    lines = [part for line in found for part in line.splitlines()]
    return [line for line in lines if not line.startswith("***")]


def fix_indexes(path: Path, driver: Driver = PLAIN) -> bool:
    """Makes a readable database's indexes anew from its rows; False, and untouched, where that
    does not make it sound.
    """
    with _opened(path, driver, writes=True) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            for name in FULL_TEXT:
                connection.execute(f"INSERT INTO {name}({name}) VALUES ('rebuild')")
            connection.execute("REINDEX")
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            connection.execute("COMMIT" if found == "ok" else "ROLLBACK")
        except _unreadable():
            # Closing takes back what was begun.
            return False
    return bool(found == "ok")


def is_of_indexes(found: list[str]) -> bool:
    """Whether nothing is wrong but that indexes and full text are not in step with their rows."""
    return all(any(sign in line for sign in _OUT_OF_STEP) for line in found)


def copy_aside(path: Path, driver: Driver = PLAIN) -> Path:
    """The database as it is, byte for byte with its log, in a folder of its own under backups.

    Raises MemoryFault where there is no room for it.
    """
    backups = path.parent / "backups"
    make_private(backups)
    folder = backups / f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    try:
        folder.mkdir(mode=0o700)
        if driver.is_cipher:
            cipher.mark(folder / path.name, cipher.named(path))
        with _held(path, driver):
            # The log first: what is moved into the database meanwhile is then in both.
            for name in (f"{path.name}-wal", path.name):
                if (source := path.with_name(name)).exists():
                    _copy(source, folder / name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        why = hindrance(folder, error.strerror or type(error).__name__)
        raise MemoryFault(f"{path} cannot be copied aside: {why}") from error
    return folder


def newest_sound_backup(path: Path, driver: Driver = PLAIN) -> Path | None:
    """The newest copy made before an upgrade that is sound."""
    copies = reversed(backups_of(path))
    return next((each for each in copies if not damage(each, driver)), None)


def salvage(damaged: Path, into: Path, driver: Driver = PLAIN) -> Salvaged | None:
    """Copies every row that can be read into a new database, which is sound and of that schema.

    It is encrypted where the damaged one is. None where not even the schema can be read.
    """
    if driver.is_cipher:
        cipher.mark(into, cipher.named(damaged))
    try:
        return _salvaged(damaged, into, driver)
    except _unreadable():
        into.unlink(missing_ok=True)
        cipher.marker(into).unlink(missing_ok=True)
        return None


def restore(path: Path, source: Path, driver: Driver = PLAIN) -> None:
    """Puts a sound database of a known schema in the place of the one at ``path``.

    ``driver`` opens both: both are encrypted with one key, or neither is. What is there is to
    be copied aside before. Other processes see the restored one with
    their next transaction, unless the old one was past opening: then they have to be ended
    first. Raises MemoryFault.
    """
    import tom_migrations

    if not source.is_file():
        raise MemoryFault(f"there is no file {source}")
    if cipher.is_encrypted(source) != driver.is_cipher:
        raise MemoryFault(
            f"{source} is not encrypted and {path} is: run `tom db decrypt` first"
            if driver.is_cipher
            else f"{source} is encrypted and {path} is not: run `tom db encrypt` first"
        )
    revision = revision_of(source, driver)
    if found := damage(source, driver):
        raise MemoryFault(
            f"{source} is damaged too ({found[0]}); nothing was changed: restore another copy"
        )
    if revision is None:
        raise MemoryFault(
            f"{source} is not a database of tom's; nothing was changed: restore another copy"
        )
    if revision not in tom_migrations.REVISIONS:
        raise SchemaTooNew(f"{source} was written by a newer tom: upgrade tom-swe")
    with contextlib.closing(driver.connect(source)) as good:
        try:
            with faults(path), contextlib.closing(driver.connect(path, timeout=30)) as target:
                good.backup(target)
                # A first page that was lost took with it that there is a log.
                target.execute("PRAGMA journal_mode = WAL")
            if not damage(path, driver):
                return
        except (DatabaseDamaged, MemoryError):
            # The latter is how SQLCipher says that it cannot decrypt a page of the target.
            pass
        fresh = path.with_name(f"{path.name}.restored")
        fresh.unlink(missing_ok=True)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
        with contextlib.closing(driver.connect(fresh)) as target:
            good.backup(target)
            target.execute("PRAGMA journal_mode = WAL")
    # A log of the old one would be played into the new one.
    for name in (f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    fresh.replace(path)


def _salvaged(damaged: Path, into: Path, driver: Driver) -> Salvaged:
    os.close(os.open(into, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    rows: dict[str, int] = {}
    torn: list[str] = []
    with _opened(damaged, driver) as old, _opened(into, driver, writes=True) as new:
        made = old.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        schema = [(str(kind), str(name), str(sql)) for kind, name, sql in made]
        new.execute("PRAGMA journal_mode = WAL")
        new.execute("BEGIN")
        tables = [
            (name, sql)
            for kind, name, sql in schema
            if kind == "table" and name not in (*FULL_TEXT, *_SHADOWS) and name[:7] != "sqlite_"
        ]
        for name, sql in tables:
            new.execute(sql)
            rows[name], whole = _copy_rows(old, new, name)
            if not whole:
                torn.append(name)
        # Before there are triggers, which would take it out of a full text that is not there.
        loose = _drop_loose(new, rows)
        if torn:
            _have_read_again(new, rows)
        rest = {"index": 0, "view": 1, "table": 2, "trigger": 3}
        for kind, name, sql in sorted(schema, key=lambda each: rest[each[0]]):
            if kind != "table" or name in FULL_TEXT:
                new.execute(sql)
        for name in FULL_TEXT:
            new.execute(f"INSERT INTO {name}({name}) VALUES ('rebuild')")
        new.execute("COMMIT")
    return Salvaged(rows=rows, torn=tuple(torn), loose=loose)


def _copy_rows(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> tuple[int, bool]:
    """Copies a table by its row numbers, stepping over what cannot be read; whether all could."""
    columns = [str(row[1]) for row in new.execute(f'PRAGMA table_info("{table}")')]
    names = ", ".join(f'"{name}"' for name in columns)
    put = f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({", ".join("?" * len(columns))})'
    # Where the index of an order is damaged, the rows are still read by their numbers.
    get = f'SELECT rowid, {names} FROM "{table}" NOT INDEXED WHERE rowid > ? ORDER BY rowid'
    copied, last, failures, whole = 0, 0, 0, True
    while failures <= PATIENCE:
        try:
            for row in old.execute(get, (last,)):
                if not isinstance(row[0], int) or row[0] <= last:
                    raise sqlite3.DatabaseError("malformed")
                with contextlib.suppress(*cipher.errors("IntegrityError")):
                    copied += new.execute(put, row[1:]).rowcount
                last, failures = row[0], 0
            return copied, whole
        except _unreadable():
            whole = False
            last, failures = last + 1, failures + 1
    return copied, whole


def _drop_loose(new: sqlite3.Connection, rows: dict[str, int]) -> int:
    """Takes out rows that point at ones that are lost; how many."""
    gone = 0
    if {"user", "session"} <= rows.keys():
        # A user is a name, and that stands in all that is theirs.
        named = "INSERT OR IGNORE INTO user (id, created_at) SELECT user_id, min(imported_at)"
        rows["user"] += new.execute(f"{named} FROM session GROUP BY user_id").rowcount
    while found := list(new.execute("PRAGMA foreign_key_check")):
        for table, rowid, *_ in found:
            count = new.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,)).rowcount
            rows[str(table)] -= count
            gone += count
    return gone


def _have_read_again(new: sqlite3.Connection, rows: dict[str, int]) -> None:
    """Has transcripts imported and sessions learned from again: that brings back what is lost.

    What a language model read stays until one reads it again.
    """

    def unread(reader: str | None) -> str:
        return following("", reader or "")

    new.create_function("unread", 1, unread)
    for table, forget in (
        ("source_seen", "DELETE FROM source_seen"),
        ("session", "UPDATE session SET content_hash = ''"),
        ("session_model", "UPDATE session_model SET reader = unread(reader)"),
    ):
        if table in rows:
            new.execute(forget)


@contextlib.contextmanager
def _opened(path: Path, driver: Driver, *, writes: bool = False) -> Generator[sqlite3.Connection]:
    # Closed by its last reader, a log would be written into the database: not into this one.
    mode = "rw" if writes else "ro"
    name = f"{path.absolute().as_uri()}?mode={mode}"
    with contextlib.closing(
        driver.connect(name, uri=True, timeout=30, isolation_level=None)
    ) as connection:
        # A report of damage may quote what is no text any more.
        connection.text_factory = _text
        yield connection


def _unreadable() -> tuple[type[Exception], ...]:
    return (*cipher.errors("DatabaseError"), UnicodeDecodeError)


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


@contextlib.contextmanager
def _held(path: Path, driver: Driver) -> Generator[None]:
    """Keeps writers away while a file is copied, as far as SQLite can still lock it."""
    with contextlib.closing(driver.connect(path, timeout=5, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except _unreadable():
            # Nobody else can write to it either.
            yield
            return
        yield
        connection.execute("ROLLBACK")


def _copy(source: Path, target: Path) -> None:
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
    with source.open("rb") as read, os.fdopen(handle, "wb") as write:
        shutil.copyfileobj(read, write)
