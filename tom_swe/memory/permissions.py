"""Whose the files of a memory are to read: their owner's alone."""

import contextlib
import stat
from collections.abc import Iterator
from pathlib import Path


def loose(folder: Path) -> Iterator[tuple[Path, int]]:
    """Files and folders that others than their owner can use, with their modes.

    Links are passed over: what they lead to is not tom's.
    """
    for path in (folder, *folder.rglob("*")):
        # Other processes make and delete files meanwhile.
        with contextlib.suppress(FileNotFoundError):
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode) and stat.S_IMODE(mode) & 0o077:
                yield path, stat.S_IMODE(mode)


def tighten(path: Path, mode: int) -> bool:
    """Takes from others what they can do with a file; False where the system does not let us."""
    try:
        path.chmod(mode & 0o700)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
