"""The files that hooks and the learner share: the inbox, the learner's lock, the logs.

Many processes add lines to one file. Standard library only, and of that only what starts fast.
"""

# A hook has no time for pathlib.
# ruff: noqa: PTH105, PTH110, PTH116

import fcntl
import os
import sqlite3
import time

from tom_swe.place import FILE_MODE, Place

INBOX = "inbox.jsonl"
LEARNER_LOCK = "learner.lock"
HOOK_LOG = "hook.log"
LOG_LIMIT = 64 * 1024


class HookFault(Exception):
    """Something that a hook cannot go on with; the text is safe to log."""


def append(path: str, line: bytes) -> None:
    """Adds one line in one write.

    The shared lock keeps the learner, which renames the file away, from reading it
    before this line is in; a file that was renamed meanwhile is left for the new one.
    """
    while True:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        handle = os.open(path, flags, FILE_MODE)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            if _is_still(handle, path):
                # A full disk cut the last line short: this one is to stand on its own.
                if (size := os.fstat(handle).st_size) and os.pread(handle, 1, size - 1) != b"\n":
                    line = b"\n" + line
                if os.write(handle, line) != len(line):
                    raise HookFault("the inbox could not be written completely")
                return
        finally:
            os.close(handle)


def _is_still(handle: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def is_locked(path: str) -> bool:
    """Whether a process holds the lock on a file; the file is not made."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def log(place: Place, name: str, about: str, what: Exception | str) -> None:
    """Adds a line to a log of at most twice ``LOG_LIMIT``; never a word of a message."""
    if isinstance(what, OSError):
        what = f"{type(what).__name__}: {what.strerror}"
    elif isinstance(what, sqlite3.Error | HookFault):
        what = f"{type(what).__name__}: {what}"
    elif isinstance(what, Exception):
        what = type(what).__name__
    path = place.file(name)
    try:
        place.make()
        if os.path.exists(path) and os.stat(path).st_size > LOG_LIMIT:
            os.replace(path, f"{path}.old")
        append(path, f"{now()} {about} {' '.join(what.split())[:500]}\n".encode(errors="replace"))
    except OSError:
        # There is nowhere left to say it.
        return


def now() -> str:
    """The time in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
