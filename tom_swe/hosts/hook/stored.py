"""The database as the hook reads it: never written, and of a schema that this tom knows."""

# ruff: noqa: PTH110, PTH118

import os
import sqlite3
from collections.abc import Callable

from tom_swe.checkout import name_among
from tom_swe.hosts.hook.event import Event, read
from tom_swe.hosts.inbox import HookFault, Place
from tom_swe.place import DATABASE, ENCRYPTED, REVISIONS

# The first schema that keeps in which folders a repository was used.
WITH_FOLDERS = "0009"
# How long a prompt waits for a keyring, which may ask a person first.
KEYRING_SECONDS = 3.0
# A prompt waits this long for a locked database; the next prompt tries again.
BUSY_SECONDS = 0.2


class SilentKeyring(HookFault):
    """The keyring did not answer; a session waits for that once."""


class Stored:
    """An open database, with the version of its schema."""

    def __init__(self, connection: sqlite3.Connection, version: str) -> None:
        self.connection = connection
        self.version = version

    def close(self) -> None:
        """Lets go of the file."""
        self.connection.close()


def known_name(stored: Stored, user: str, event: Event) -> str:
    """The name under which briefings of an event's repository are stored; "" where none is.

    Raises sqlite3.Error.
    """
    folders = "folders" if stored.version >= WITH_FOLDERS else "'[]'"
    mine = f"SELECT repository, {folders} FROM briefing WHERE user_id = ?"  # noqa: S608 - ours
    rows = stored.connection.execute(mine, (user,))
    return name_among(((str(name), read(used, 0)[0]) for name, used in rows), *event.here)


def opened(place: Place) -> Stored:
    """The memory. Raises sqlite3.Error, or HookFault for a schema that this version does not know.

    In a home that cannot be written it is read as it stands.
    """
    database = os.path.join(place.home, DATABASE)
    try:
        return _opened(database, place.key, "mode=ro")
    except sqlite3.OperationalError as error:
        # SQLite puts a file beside a database that others may write; here it can put none, and
        # who could write it has left nothing to be read beside it.
        log = f"{database}-wal"
        if error.sqlite_errorcode not in _UNWRITABLE or _size(log):
            raise
        return _opened(database, place.key, "mode=ro&immutable=1")


# Also of SQLite's READONLY: that it can neither recover the log nor make the shared file.
_UNWRITABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_READONLY_CANTINIT,
    sqlite3.SQLITE_READONLY_DIRECTORY,
    sqlite3.SQLITE_READONLY_RECOVERY,
}


def _opened(database: str, key: str, how: str) -> Stored:
    escaped = database.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connect = _unlocking(database, key) if os.path.exists(database + ENCRYPTED) else sqlite3.connect
    connection = connect(f"file:{escaped}?{how}", uri=True, timeout=BUSY_SECONDS)
    try:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if version is None or version[0] not in REVISIONS:
            raise HookFault("the database has a schema that this tom does not know")
    except BaseException:
        connection.close()
        raise
    return Stored(connection, str(version[0]))


def _size(path: str) -> int:
    return os.stat(path).st_size if os.path.exists(path) else 0  # noqa: PTH116


def _unlocking(database: str, key: str) -> Callable[..., sqlite3.Connection]:
    """What connects to an encrypted database. Raises HookFault."""
    # The hook starts without the site packages, and this needs them.
    import site

    site.main()
    from pathlib import Path

    from tom_swe.errors import TomError
    from tom_swe.memory.encryption import cipher

    try:
        return cipher.driver_of(Path(database), key, KEYRING_SECONDS).connect
    except cipher.KeyringSilent as error:
        raise SilentKeyring(str(error)) from error
    except TomError as error:
        raise HookFault(str(error)) from error
