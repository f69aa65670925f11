"""An encrypted database: how it is told, where its key is, what opens it.

A file beside the database, ``tom.db.encrypted``, says that it is encrypted with SQLCipher
and names the key, by a digest of it. The database itself is not looked into for that: to
close a file drops the locks that this process has on it elsewhere.

Neither SQLCipher nor the keyring is imported where that file is not there, and the hook
imports this module only then.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sqlite3
import sys
from pathlib import Path
from typing import Any

from tom_swe.errors import MemoryFault, SettingsError
from tom_swe.place import ENCRYPTED, FILE_MODE

SERVICE = "tom-swe"
VARIABLE = "TOM_DATABASE_KEY"
# A person may have to let the keyring open first.
KEYRING_SECONDS = 60.0
_KEY = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"database-[0-9a-f]{32}")


class KeyringSilent(MemoryFault):
    """The keyring did not answer in time: it may be asking a person who is not there."""


class Driver:
    """SQLite or SQLCipher, with the key where there is one."""

    def __init__(self, module: Any, key: str = "") -> None:
        self.module = module
        self._key = key

    @property
    def is_cipher(self) -> bool:
        """Whether what it opens is encrypted."""
        return bool(self._key)

    @property
    def secret(self) -> str:
        """The key as SQLCipher's statements take it, the empty text for none."""
        return f"x'{self._key}'" if self._key else ""

    def connect(self, database: str | Path, **options: Any) -> sqlite3.Connection:
        """A connection that can read and write where there is a database to."""
        connection = self.module.connect(str(database), **options)
        if self.module is not sqlite3:
            # Else SQLCipher says on stderr what tom says itself.
            connection.execute("PRAGMA cipher_log_level = NONE").close()
        if self._key:
            connection.execute(f'PRAGMA key = "{self.secret}"').close()
        return connection


PLAIN = Driver(sqlite3)


def marker(path: Path) -> Path:
    """The file that says that a database is encrypted."""
    return path.with_name(path.name + ENCRYPTED)


def is_encrypted(path: Path) -> bool:
    """Whether a database is encrypted, or was being so when a process was killed."""
    return marker(path).exists()


def driver_of(path: Path, given: str = "", wait: float = KEYRING_SECONDS) -> Driver:
    """What opens an encrypted database: with the key given, else with the keyring's.

    Raises MemoryFault where there is no key, another one, or no SQLCipher.
    """
    module = sqlcipher()
    name = named(path)
    if given:
        if name_of(key := checked(given)) != name:
            raise MemoryFault(f"{VARIABLE} is not the key that {path} is encrypted with")
        return Driver(module, key)
    key = _asked(name, wait)
    if key is None or name_of(key) != name:
        raise MemoryFault(
            f"{path} is encrypted, and the keyring has no key {name!r} of {SERVICE!r}: "
            f"run as the user who encrypted it, or set {VARIABLE}"
        )
    return Driver(module, key)


def is_plain(path: Path) -> bool:
    """Whether a database that says to be encrypted is not, since a process was killed.

    It is asked without a lock and past the write-ahead log, and where there is SQLCipher
    by that, which knows of its own locks in this process.
    """
    if not path.exists() or path.stat().st_size == 0:
        return False
    try:
        module = sqlcipher()
    except MemoryFault:
        module = sqlite3
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(Driver(module).connect(uri, uri=True)) as connection:
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except module.DatabaseError as error:
            if "not a database" in str(error):
                return False
            raise
    return True


def sqlcipher() -> Any:
    """SQLCipher's module. Raises MemoryFault."""
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        raise MemoryFault(f"the memory is encrypted and needs an extra: run {_command()}") from None
    return dbapi2


def errors(name: str) -> tuple[type[Exception], ...]:
    """The error of a name of the DB-API, SQLite's and, where it is loaded, SQLCipher's."""
    loaded = (sqlite3, sys.modules.get("sqlcipher3.dbapi2"))
    return tuple(getattr(module, name) for module in loaded if module is not None)


# Keys


def checked(key: str) -> str:
    """A key as it is used. Raises SettingsError, which does not show it."""
    key = key.strip().lower()
    if not _KEY.fullmatch(key):
        raise SettingsError(
            f"{VARIABLE} has to be 64 hexadecimal digits, as from `openssl rand -hex 32`"
        )
    return key


def name_of(key: str) -> str:
    """One-way id of the key."""
    return f"database-{hashlib.sha256(f'tom-swe {key}'.encode()).hexdigest()[:32]}"


def named(path: Path) -> str:
    """The name of a database's key. Raises MemoryFault."""
    try:
        name = marker(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError as error:
        raise MemoryFault(f"{marker(path)} cannot be read: {error.strerror}") from error
    if not _NAME.fullmatch(name):
        raise MemoryFault(
            f"{marker(path)} does not name the key of {path}: restore it from a backup"
        )
    return name


def mark(path: Path, name: str) -> None:
    """Says that a database is encrypted, or about to be, with the key of a name."""
    handle = os.open(marker(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{name}\n")
        file.flush()
        os.fsync(file.fileno())


def keep(key: str) -> None:
    """Puts a key into the keyring, and sees that it is there. Raises MemoryFault."""
    keyring = _keyring()
    name = name_of(key)
    try:
        keyring.set_password(SERVICE, name, key)
        kept = keyring.get_password(SERVICE, name)
    except Exception as error:  # a backend raises what its system does
        raise _no_keyring(error) from error
    if kept != key:
        raise MemoryFault(f"no keyring found that stores keys; set {VARIABLE} instead")


def drop(name: str) -> None:
    """Takes a key out of the keyring, where it is there."""
    with contextlib.suppress(Exception):
        _keyring().delete_password(SERVICE, name)


def _asked(name: str, wait: float) -> str | None:
    """The keyring's answer, which it may never give: it can ask a person who is not there."""
    from threading import Thread

    keyring = _keyring()
    answers: list[str | Exception | None] = []

    def ask() -> None:
        try:
            answers.append(keyring.get_password(SERVICE, name))
        except Exception as error:  # a backend raises what its system does
            answers.append(error)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(wait)
    if not answers:
        raise KeyringSilent("the keyring does not answer: unlock it")
    if isinstance(answers[0], Exception):
        raise _no_keyring(answers[0]) from answers[0]
    return answers[0]


def _keyring() -> Any:
    try:
        import keyring
    except ImportError:
        raise MemoryFault(f"no keyring found: run {_command()}, or set {VARIABLE}") from None
    return keyring


def _command() -> str:
    # Only where something is missing: a hook imports this module.
    from tom_swe.extras import install_command

    return install_command("encryption")


def _no_keyring(error: Exception) -> MemoryFault:
    # A backend's own words could be anything.
    return MemoryFault(
        f"no keyring found: it cannot be used ({type(error).__name__}); "
        f"unlock it, or set {VARIABLE} instead"
    )
