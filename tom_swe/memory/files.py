"""The files beside a database: its folder, the copies made before upgrades, the lock on it all."""

import errno
import os
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock

from tom_swe.errors import MemoryFault
from tom_swe.memory.faults import hindrance
from tom_swe.place import FILE_MODE, FOLDER_MODE


def make_private(folder: Path) -> None:
    """Makes a folder only its owner can enter; leaves one that exists as it is.

    Raises MemoryFault.
    """
    try:
        if not folder.is_dir():
            folder.mkdir(mode=FOLDER_MODE, parents=True)
    except FileExistsError:
        if not folder.is_dir():
            raise MemoryFault(f"{folder} is a file: set TOM_HOME to a folder") from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise MemoryFault(f"{folder} cannot be made: {hindrance(folder, 'full')}") from error
        raise MemoryFault(
            f"{folder} cannot be used ({error.strerror}): set TOM_HOME to a folder you own"
        ) from error


def is_writable(path: Path) -> bool:
    """Whether a database and what SQLite puts beside it can be written."""
    return os.access(path.parent, os.W_OK | os.X_OK) and os.access(path, os.W_OK)


def as_stands(path: Path) -> str:
    """The address by which SQLite reads a database that cannot be written.

    It takes such a file for one that nobody changes, unless there is a log to read as well.
    """
    log = path.with_name(f"{path.name}-wal")
    changed = log.exists() and log.stat().st_size
    quoted = quote(str(path.absolute()))
    return f"file:{quoted}?mode=ro" + ("" if changed else "&immutable=1")


def upgrade_lock(path: Path, timeout: float) -> FileLock:
    """Who migrates, encrypts or decrypts a database holds this."""
    return FileLock(path.with_suffix(".upgrade-lock"), timeout=timeout, mode=FILE_MODE)


def backups_of(path: Path) -> list[Path]:
    """The copies of a database made before upgrades, oldest first."""
    copies = (path.parent / "backups").glob(f"{path.stem}-*.db")
    return sorted(copies, key=lambda file: file.stat().st_mtime)
