"""Whose the files of a memory are to read: their owner's alone."""

import contextlib
import os
import pwd
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


def unusable(folder: Path) -> Iterator[tuple[Path, str]]:
    """Files and folders of tom's that this person cannot read and write, with their owners.

    The owner is "" where it is this person. What lies in such a folder is not looked at.
    """
    waiting = [folder]
    for path in waiting:
        with contextlib.suppress(FileNotFoundError):
            found = path.lstat()
            if stat.S_ISLNK(found.st_mode):
                continue
            is_folder = stat.S_ISDIR(found.st_mode)
            if not os.access(path, os.R_OK | os.W_OK | (os.X_OK if is_folder else 0)):
                yield path, "" if found.st_uid == os.geteuid() else _name_of(found.st_uid)
            elif is_folder:
                waiting.extend(sorted(path.iterdir()))


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def tighten(path: Path, mode: int) -> bool:
    """Takes from others what they can do with a file; False where the system does not let us."""
    try:
        path.chmod(mode & 0o700)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
