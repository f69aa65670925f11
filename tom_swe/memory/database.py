"""One open database: transactions that read, transactions that write."""

import contextlib
from collections.abc import Generator
from pathlib import Path
from typing import Self

from pydantic import SecretStr
from sqlalchemy import Engine, orm, text

from tom_swe.memory.engine import memory_engine, migrate, open_engine
from tom_swe.memory.faults import faults
from tom_swe.memory.tables import FULL_TEXT


class Database:
    """Hands out transactions on the database at ``path``; thread-safe."""

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout: float = 30.0,
        key: SecretStr | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.path = path
        self.engine = engine or open_engine(path, busy_timeout=busy_timeout, key=key)

    @classmethod
    def in_memory(cls, revision: str) -> Self:
        """A database of one thread that is gone when it is closed, at a schema revision."""
        return cls(Path(":memory:"), engine=memory_engine(revision))

    def upgrade(self) -> None:
        """Brings it to this version's schema."""
        with self.write() as transaction:
            migrate(transaction.connection())

    @contextlib.contextmanager
    def read(self) -> Generator[orm.Session]:
        """A consistent view; nothing done in it is kept."""
        with faults(self.path), orm.Session(self.engine) as transaction:
            yield transaction

    @contextlib.contextmanager
    def write(self) -> Generator[orm.Session]:
        """One change: all of it is kept, or none. Waits for other writers from its start."""
        with faults(self.path), self.engine.connect() as connection:
            writing = connection.execution_options(writes=True)
            with writing.begin(), orm.Session(writing, expire_on_commit=False) as transaction:
                yield transaction
                transaction.flush()

    def purge(self) -> bool:
        """Wipes the remains of deleted rows: full-text segments and the write-ahead log.

        False where another process still reads the old log; its text goes when that
        process ends and any tom purges or closes next.
        """
        with self.write() as transaction:
            for name in FULL_TEXT:
                transaction.execute(text(f"INSERT INTO {name}({name}) VALUES ('rebuild')"))
        with faults(self.path), self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            busy = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def close(self) -> None:
        """Lets go of the file."""
        self.engine.dispose()
