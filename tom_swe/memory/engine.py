"""Opens the database: private files, one schema, writers that queue instead of failing."""

import contextlib
import logging
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, create_engine, event

import tom_migrations
from tom_swe.errors import MemoryFault, SchemaTooNew
from tom_swe.memory.encryption import cipher
from tom_swe.memory.encryption.cipher import PLAIN, Driver
from tom_swe.memory.encryption.converting import settle
from tom_swe.memory.faults import faults, hindrance
from tom_swe.memory.files import as_stands, backups_of, is_writable, make_private, upgrade_lock
from tom_swe.place import FILE_MODE

BACKUPS_KEPT = 3
STATEMENTS_LOGGER = "sqlalchemy.engine.Engine.tom"
POOL_LOGGER = "sqlalchemy.pool.impl.QueuePool.tom"


def open_engine(path: Path, *, busy_timeout: float = 30.0, key: SecretStr | None = None) -> Engine:
    """An engine on an up-to-date database, which is made or migrated where needed.

    Any number of processes may do this at once. ``key`` is for an encrypted database, in
    the place of the keyring's. One in a folder that cannot be written is only read. Raises
    SchemaTooNew, MemoryBusy or MemoryFault.
    """
    if path.exists() and not is_writable(path):
        return _readable(path, busy_timeout, key)
    make_private(path.parent)
    try:
        with faults(path):
            driver = driver_of(path, busy_timeout=busy_timeout, key=key)
            _bring_up_to_date(path, driver, busy_timeout)
            if driver.is_cipher:
                _into_wal(path, driver)
            _keep_private(path)
    except OSError as error:
        why = hindrance(path, error.strerror or type(error).__name__)
        raise MemoryFault(f"{path} cannot be used: {why}") from error
    return _engine(path, busy_timeout, driver)


def _readable(path: Path, busy_timeout: float, key: SecretStr | None) -> Engine:
    """An engine that reads a database as it stands."""
    with faults(path):
        driver = PLAIN
        if cipher.is_encrypted(path):
            driver = cipher.driver_of(path, key.get_secret_value() if key else "")
        revision = revision_of(path, driver, as_stands(path))
    if revision not in tom_migrations.REVISIONS:
        raise _too_new(path, revision)
    if revision != tom_migrations.HEAD:
        why = hindrance(path, "it cannot be written")
        raise MemoryFault(f"{path} was written by an older tom and cannot be upgraded: {why}")
    return _engine(path, busy_timeout, driver, as_stands(path))


def driver_of(path: Path, *, busy_timeout: float = 30.0, key: SecretStr | None = None) -> Driver:
    """What opens a database, encrypted or not. Raises MemoryFault where that cannot be."""
    if cipher.is_encrypted(path):
        with faults(path):
            settle(path, busy_timeout)
            # Settled, it may turn out not to be.
            if cipher.is_encrypted(path):
                return cipher.driver_of(path, key.get_secret_value() if key else "")
    return PLAIN


def _into_wal(path: Path, driver: Driver) -> None:
    """Where decrypting was killed, the database is left in another mode."""
    with (
        contextlib.closing(driver.connect(path)) as connection,
        contextlib.suppress(*cipher.errors("OperationalError")),
    ):
        connection.execute("PRAGMA journal_mode = WAL")


def _keep_private(path: Path) -> None:
    """A file that others can read, put there by a copy or a restore, is theirs no more."""
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mode & 0o077:
                file.chmod(FILE_MODE)


def _engine(path: Path, busy_timeout: float, driver: Driver = PLAIN, stands: str = "") -> Engine:
    """``stands`` is the address of a database that is only read."""
    # Hosts turn the root logger up; tom's statements are asked for by name or not logged.
    for logger in (STATEMENTS_LOGGER, POOL_LOGGER):
        if logging.getLogger(logger).level == logging.NOTSET:
            logging.getLogger(logger).setLevel(logging.WARNING)
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": busy_timeout},
        # What people said is in the parameters: they never reach a log or an error message.
        hide_parameters=True,
        logging_name="tom",
        pool_logging_name="tom",
        **_through(path, driver, busy_timeout, stands),
    )

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        # tom begins its own transactions; the driver must not begin one behind them.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        # Deleted text is overwritten, and sorting never spills it into a file elsewhere.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A reader that becomes a writer half-way fails at once under contention, whatever
        # the timeout; a writer that says so from the start waits its turn.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    del connected, begun
    return engine


def _through(path: Path, driver: Driver, busy_timeout: float, stands: str) -> dict[str, Any]:
    """What SQLAlchemy has to be told to open a database that is encrypted or only read."""
    if not driver.is_cipher and not stands:
        return {}

    def connect() -> sqlite3.Connection:
        return driver.connect(
            stands or path, uri=bool(stands), timeout=busy_timeout, check_same_thread=False
        )

    return {"module": driver.module, "creator": connect}


def revision_of(path: Path, driver: Driver = PLAIN, stands: str = "") -> str | None:
    """The schema revision a database stands at; None where there is no database yet.

    ``stands`` is its address where it is only read. Raises MemoryFault.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    with (
        faults(path),
        contextlib.closing(
            driver.connect(stands or path, uri=bool(stands), timeout=30)
        ) as connection,
    ):
        if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            return None
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except cipher.errors("OperationalError") as error:
            if "no such table" not in str(error):
                raise
            row = None
        if row is None:
            raise MemoryFault(f"{path} is a database, but not one of tom's: set TOM_HOME elsewhere")
        return str(row[0])


def _bring_up_to_date(path: Path, driver: Driver, busy_timeout: float) -> None:
    if revision_of(path, driver) == tom_migrations.HEAD:
        return
    # Entering WAL mode and copying the file aside cannot run inside the transaction
    # that migrates, so first starts take turns here.
    with upgrade_lock(path, busy_timeout):
        current = revision_of(path, driver)
        if current == tom_migrations.HEAD:
            return
        if current is not None and current not in tom_migrations.REVISIONS:
            raise _too_new(path, current)
        if current is None:
            path.touch(mode=FILE_MODE)
        else:
            _copy_aside(path, current, driver)
        with contextlib.closing(driver.connect(path, timeout=busy_timeout)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        _migrate(path, driver, busy_timeout)


def _too_new(path: Path, revision: str | None) -> SchemaTooNew:
    return SchemaTooNew(
        f"{path} was written by a newer tom (schema {revision}, this one supports "
        f"{tom_migrations.HEAD}): upgrade tom-swe"
    )


def _copy_aside(path: Path, revision: str, driver: Driver) -> None:
    """A consistent copy of the database, taken before it is migrated."""
    backups = path.parent / "backups"
    make_private(backups)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    copy = backups / f"{path.stem}-{revision}-{stamp}.db"
    if driver.is_cipher:
        cipher.mark(copy, cipher.named(path))
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    with (
        contextlib.closing(driver.connect(path)) as source,
        contextlib.closing(driver.connect(copy)) as target,
    ):
        source.backup(target)
    for old in backups_of(path)[:-BACKUPS_KEPT]:
        old.unlink()
        cipher.marker(old).unlink(missing_ok=True)


def _migrate(path: Path, driver: Driver, busy_timeout: float) -> None:
    engine = _engine(path, busy_timeout, driver)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            migrate(connection)
    finally:
        engine.dispose()


def migrate(connection: Connection, revision: str = "head") -> None:
    """Brings the database of an open transaction to a revision of the schema."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(tom_migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def memory_engine(revision: str) -> Engine:
    """An engine on a database in memory, at a revision of the schema; for one thread."""
    engine = _engine(Path(":memory:"), 0)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        migrate(connection, revision)
    return engine
