"""Says in tom's words why a database cannot be used."""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

from filelock import Timeout
from sqlalchemy.exc import DatabaseError

from tom_swe.errors import DatabaseDamaged, MemoryBusy, MemoryFault
from tom_swe.memory.encryption import cipher

# How SQLite says that pages are not as they were written.
_DAMAGE = ("not a database", "malformed", "vtable constructor failed")
# The least that SQLite needs beside a database to open it: an index of its log.
LEAST_FREE = 64 * 1024


@contextlib.contextmanager
def faults(path: Path) -> Generator[None]:
    """Says SQLite's failures in tom's words."""
    try:
        yield
    except Timeout as error:
        raise MemoryBusy(
            f"another tom is upgrading or converting {path}; try again when it has finished"
        ) from error
    except UnicodeDecodeError as error:
        # How the driver says that a name in a damaged page is no text.
        raise _damaged(path, "malformed text") from error
    except (*cipher.errors("Error"), DatabaseError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        text = str(cause)
        if isinstance(cause, cipher.errors("OperationalError")) and "locked" in text:
            raise MemoryBusy(f"another process is using {path}; try again") from error
        if isinstance(cause, cipher.errors("DatabaseError")) and any(
            sign in text for sign in _DAMAGE
        ):
            raise _damaged(path, text) from error
        if isinstance(cause, cipher.errors("OperationalError")):
            raise MemoryFault(f"{path} cannot be used: {hindrance(path, text)}") from error
        raise


def _damaged(path: Path, text: str) -> DatabaseDamaged:
    return DatabaseDamaged(
        f"{path} is damaged ({text}): `tom db check --repair` copies it aside and says what can be "
        "saved; if it was encrypted or decrypted just now, try again"
    )


def hindrance(path: Path, otherwise: str) -> str:
    """Why a file under a folder cannot be written, by the state of that folder, and what to do.

    SQLite calls a full disk an I/O error, and a read-only one a file that cannot be opened.
    """
    folder = next((each for each in (path, *path.parents) if each.is_dir()), path.parent)
    try:
        disk = os.statvfs(folder)
        if disk.f_flag & os.ST_RDONLY:
            return "its disk is read-only; make it writable, or set TOM_HOME"
        if "full" in otherwise or disk.f_bavail * disk.f_frsize < LEAST_FREE:
            return "the disk is full; make room and try again. What was stored is still there"
        if not os.access(folder, os.W_OK | os.X_OK) or (
            path.exists() and not os.access(path, os.W_OK)
        ):
            return f"{folder} is not writable for you; change its permissions, or set TOM_HOME"
    except OSError:
        # What SQLite or the system said has to do.
        return otherwise
    return otherwise
