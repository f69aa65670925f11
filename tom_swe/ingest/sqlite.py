"""SQLite stores of other programs: read-only, with what their log still holds."""

import shutil
import sqlite3
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tom_swe.errors import SourceError
from tom_swe.ingest.base import Tally, printable, reason

MAGIC = b"SQLite format 3\0"
VALUE_LIMIT = 64 * 1024 * 1024
# What a damaged store leads to; its damage may stand in the message of the error too.
_BROKEN = (sqlite3.Error, OverflowError, UnicodeError, MemoryError)


def is_sqlite(path: Path) -> bool:
    """Whether a file begins as an SQLite database does."""
    try:
        with path.open("rb") as handle:
            return handle.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def with_log(store: Path) -> list[Path]:
    """The files of a store: itself, and the log with its newest rows."""
    return [store, store.with_name(f"{store.name}-wal")]


def salvaged[T](rows: Iterator[T], store: Path, tally: Tally) -> Iterator[T]:
    """The rows up to where a store is broken, which the tally is told."""
    try:
        yield from rows
    except SourceError as error:
        tally.problem(store, str(error))


class ForeignStore:
    """An open store. Rows come as they are read; nothing is kept of them here."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def has(self, table: str) -> bool:
        """Whether there is such a table."""
        found = "select 1 from sqlite_master where type = 'table' and name = ?"
        return bool(list(self.rows(found, (table,))))

    def columns(self, table: str) -> set[str]:
        """The names of a table's columns; none where there is no such table."""
        return {str(row[0]) for row in self.rows("select name from pragma_table_info(?)", (table,))}

    def rows(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[object, ...]]:
        """The rows of a query, as a stream. Raises SourceError where the store is broken."""
        try:
            yield from self._connection.execute(query, values)
        except _BROKEN as error:
            raise SourceError(
                f"{printable(self._path)} cannot be read: {error}. "
                "If its program is running, close it and try again."
            ) from error


@contextmanager
def opened(path: Path) -> Generator[ForeignStore]:
    """A store to read. Raises SourceError.

    A program that runs keeps its newest rows in a log beside the file. Then both are copied to a
    private folder and read there: this neither locks nor writes anything of the program's.
    """
    _, log = with_log(path)
    try:
        if not is_sqlite(path):
            raise SourceError(f"{printable(path)} is no SQLite database. Give the store itself.")
        busy = log.is_file() and log.stat().st_size > 0
        with tempfile.TemporaryDirectory(prefix="tom-") as folder:
            place = path
            if busy:
                place = Path(folder) / "store"
                shutil.copyfile(path, place)
                shutil.copyfile(log, place.with_name("store-wal"))
            # Without a log nobody writes, and a folder that cannot be written is read too.
            address = f"{place.absolute().as_uri()}?" + ("mode=rw" if busy else "immutable=1")
            connection = sqlite3.connect(address, uri=True)
            try:
                connection.text_factory = _text
                connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_LIMIT)
                connection.execute("pragma query_only = on")
                yield ForeignStore(connection, path)
            finally:
                connection.close()
    except OSError as error:
        raise SourceError(
            f"{printable(path)} cannot be read: {reason(error)}. Check its permissions."
        ) from error
    except _BROKEN as error:
        raise SourceError(
            f"{printable(path)} cannot be read: {error}. "
            "If its program is running, close it and try again."
        ) from error


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
