"""The files beside a database: its folder, the copies made before upgrades, the lock on it all."""

import errno
from pathlib import Path

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


def upgrade_lock(path: Path, timeout: float) -> FileLock:
    """Who migrates, encrypts or decrypts a database holds this."""
    return FileLock(path.with_suffix(".upgrade-lock"), timeout=timeout, mode=FILE_MODE)


def backups_of(path: Path) -> list[Path]:
    """The copies of a database made before upgrades, oldest first."""
    copies = (path.parent / "backups").glob(f"{path.stem}-*.db")
    return sorted(copies, key=lambda file: file.stat().st_mtime)
