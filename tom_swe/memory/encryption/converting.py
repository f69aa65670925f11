"""A database encrypted, or decrypted: a verified copy takes its place in one step.

In whichever moment the process is killed, the database is there whole in one of the two
forms. The file beside it that says encrypted is written before all else and goes last, so
whoever opens a database with such a file looks for what is left behind, and clears it up.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Generator
from pathlib import Path

from tom_swe.errors import MemoryBusy, MemoryFault
from tom_swe.memory.encryption import cipher
from tom_swe.memory.encryption.cipher import Driver
from tom_swe.memory.faults import faults
from tom_swe.memory.files import backups_of, upgrade_lock
from tom_swe.place import FILE_MODE

# Other processes let go of the database within this time, or hold it for longer than can
# be waited for.
HELD_SECONDS = 5.0
CHUNK = 1024 * 1024


def encrypt(path: Path, given: str, busy_timeout: float) -> str:
    """Encrypts a database with the key given, else with a new one in the keyring.

    This process must not have it open, since SQLite and SQLCipher do not see each other's
    locks in one process. Returns the name of the key. Raises MemoryFault and MemoryBusy;
    then nothing has changed.
    """
    import secrets

    module = cipher.sqlcipher()
    with _faults(path), upgrade_lock(path, busy_timeout):
        if cipher.is_encrypted(path):
            clear_up(path)
        if cipher.is_encrypted(path):
            raise MemoryFault(f"{path} is already encrypted")
        key = cipher.checked(given) if given else secrets.token_hex(32)
        name = cipher.name_of(key)
        if not given:
            cipher.keep(key)
        try:
            cipher.mark(path, name)
            _convert(path, Driver(module), Driver(module, key))
        finally:
            clear_up(path)
            if not given and not cipher.is_encrypted(path):
                cipher.drop(name)
    return name


def decrypt(path: Path, driver: Driver, busy_timeout: float) -> None:
    """Takes the encryption off again; the key stays where it is. As for encrypting, this
    process must not have it open.

    Raises MemoryFault and MemoryBusy; then nothing has changed.
    """
    with _faults(path), upgrade_lock(path, busy_timeout):
        clear_up(path)
        if not cipher.is_encrypted(path):
            raise MemoryFault(f"{path} is not encrypted")
        try:
            _convert(path, driver, Driver(driver.module))
        finally:
            clear_up(path)


def settle(path: Path, busy_timeout: float) -> None:
    """Ends what a killed process began, where there is any such thing."""
    if any(file.exists() for file in _left_behind(path)) or cipher.is_plain(path):
        with upgrade_lock(path, busy_timeout):
            clear_up(path)


def clear_up(path: Path) -> None:
    """Deletes what a conversion left behind; for who holds the lock."""
    new, *olds = _left_behind(path)
    for file in (new, *(new.with_name(new.name + end) for end in ("-journal", "-wal", "-shm"))):
        if file.exists():
            wipe(file)
    plain = cipher.is_plain(path)
    # The log first: while what was replaced is there, this is not done.
    for old, now in zip(olds, (path.with_name(f"{path.name}-wal"), path), strict=True):
        if not old.exists():
            continue
        if now.exists() and old.samefile(now):
            old.unlink()
            continue
        if now == path and not plain:
            for copy in backups_of(path):
                if not cipher.is_encrypted(copy):
                    wipe(copy)
        wipe(old)
    if plain:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        cipher.marker(path).unlink(missing_ok=True)
    _sync(path.parent)


def wipe(file: Path) -> None:
    """Overwrites a file and deletes it."""
    _overwrite(file)
    file.unlink()


def _overwrite(file: Path) -> None:
    with file.open("r+b", buffering=0) as handle:
        left = file.stat().st_size
        while left > 0:
            left -= handle.write(bytes(min(left, CHUNK)))
        os.fsync(handle.fileno())


def _left_behind(path: Path) -> tuple[Path, Path, Path]:
    """The copy that is made, and what was in its place: the database's log and the database."""
    new, log, old = (path.with_name(path.name + end) for end in (".new", ".old-wal", ".old"))
    return new, log, old


def _convert(path: Path, source: Driver, target: Driver) -> None:
    new, log, old = _left_behind(path)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    with _alone(path, source, log) as connection:
        connection.execute("ATTACH DATABASE ? AS new KEY ?", (str(new), target.secret))
        # What fails is thrown away.
        connection.execute("PRAGMA new.journal_mode = OFF").fetchall()
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("SELECT sqlcipher_export('new')").fetchall()
        connection.execute("COMMIT")
        connection.execute("DETACH DATABASE new")
        _verify(connection, new, target)
        with new.open("r+b") as handle:
            os.fsync(handle.fileno())
        # With a second name it can still be overwritten when it is replaced. That also keeps
        # who has it open, and waits for the lock, from writing into a file that is gone.
        os.link(path, old)
        new.replace(path)
        _sync(path.parent)
        _overwrite(old)


@contextlib.contextmanager
def _faults(path: Path) -> Generator[None]:
    if path.is_symlink():
        raise MemoryFault(f"{path} is a symbolic link: set TOM_HOME to the folder it points to")
    try:
        with faults(path):
            yield
    except OSError as error:
        raise MemoryFault(f"{path} cannot be converted: {error.strerror}") from error


@contextlib.contextmanager
def _alone(path: Path, driver: Driver, log: Path) -> Generator[sqlite3.Connection]:
    """The database, opened by nobody else from now on. Raises MemoryBusy."""
    connection = driver.connect(path, isolation_level=None, timeout=0)
    with contextlib.closing(connection):
        wal = path.with_name(f"{path.name}-wal")
        with contextlib.suppress(FileNotFoundError):
            os.link(wal, log)
        _leave_wal(path, connection)
        if log.exists():
            wipe(log)
        connection.execute("PRAGMA main.locking_mode = EXCLUSIVE").fetchall()
        yield connection


def _leave_wal(path: Path, connection: sqlite3.Connection) -> None:
    """Out of WAL mode there is only one that has the database open, so this one is it."""
    until = time.monotonic() + HELD_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
        except cipher.errors("OperationalError") as error:
            if "locked" not in str(error):
                raise
            if time.monotonic() > until:
                raise MemoryBusy(
                    f"{path} is open in another process: close every `tom`, `tom mcp` and "
                    "`tom web`, and the agents that started one; nothing has changed"
                ) from error
            time.sleep(0.05)
        else:
            return


def _verify(before: sqlite3.Connection, new: Path, target: Driver) -> None:
    """Compares the copy with the database. Raises MemoryFault."""
    with contextlib.closing(target.connect(new, isolation_level=None)) as after:
        faults = [row[0] for row in after.execute("PRAGMA integrity_check") if row[0] != "ok"]
        if target.is_cipher:
            faults += [row[0] for row in after.execute("PRAGMA cipher_integrity_check")]
        if faults or _content(before) != _content(after):
            raise MemoryFault(
                "the copy does not match the original; nothing has changed: try again"
            )
        after.execute("PRAGMA journal_mode = WAL").fetchall()


def _content(connection: sqlite3.Connection) -> tuple[object, ...]:
    """The schema, and how many rows each table has."""
    schema = connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    ).fetchall()
    tables = [name for kind, name, *_ in schema if kind == "table"]
    counts = [connection.execute(f"SELECT count(*) FROM [{name}]").fetchone()[0] for name in tables]
    return schema, counts


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
