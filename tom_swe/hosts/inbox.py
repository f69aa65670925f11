"""Where hooks and the learner keep the files that they share: the inbox, the lock, the logs.

Many processes add lines to one file. Standard library only, and of that only what starts fast:
pathlib, typing and dataclasses would each cost about as much as the hook itself.
"""

# ruff: noqa: PTH103, PTH105, PTH109, PTH110, PTH111, PTH112, PTH113, PTH116, PTH117, PTH118, PTH123

import fcntl
import os
import sqlite3
import sys
import time
from _json import encode_basestring_ascii
from collections.abc import Mapping

from tom_swe.checkout import kept_out
from tom_swe.place import FILE_MODE, FOLDER_MODE, LOCAL_USER

INBOX = "inbox.jsonl"
LEARNER_LOCK = "learner.lock"
HOOK_LOG = "hook.log"
LOG_LIMIT = 64 * 1024


class HookFault(Exception):
    """Something that a hook cannot go on with; the text is safe to log."""


class Place:
    """The home and the user of an environment, as `tom_swe.settings` would say it.

    Raises SettingsError where the configuration cannot be read.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        named = environ.get("TOM_HOME")
        config: Mapping[str, object] = {}
        if named:
            self.home = os.path.join(os.getcwd(), os.path.expanduser(named))
            file = os.path.join(self.home, "config.toml")
        else:
            self.home = _usual(environ, "XDG_DATA_HOME", "~/.local/share")
            file = os.path.join(_usual(environ, "XDG_CONFIG_HOME", "~/.config"), "config.toml")
        if os.path.isfile(file):
            config = _config(file)
        self.home = str(config.get("home", self.home))
        self.user = environ.get("TOM_USER") or str(config.get("user", LOCAL_USER))
        self.hosts = os.path.join(self.home, "hosts")
        self.key = environ.get("TOM_DATABASE_KEY", "")

    def file(self, name: str) -> str:
        """A file of the hook's and the learner's."""
        return os.path.join(self.hosts, name)

    def is_off(self, environ: Mapping[str, str]) -> bool:
        """Whether the person has switched tom off, here or for this process."""
        return bool(kept_out(self.home, environ))

    def make(self) -> None:
        """Makes the folders that are missing, for this person alone."""
        if not os.path.isdir(self.hosts):
            os.makedirs(self.home, FOLDER_MODE, exist_ok=True)
            os.makedirs(self.hosts, FOLDER_MODE, exist_ok=True)


def _config(file: str) -> Mapping[str, object]:
    import tomllib

    try:
        with open(file, "rb") as handle:
            return tomllib.loads(handle.read().decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        from tom_swe.errors import SettingsError

        raise SettingsError(f"{file} cannot be read: {error}") from error


def _usual(environ: Mapping[str, str], variable: str, otherwise: str) -> str:
    named = os.path.expanduser(environ.get(variable, "").strip())
    if not os.path.isabs(named):
        if sys.platform == "darwin":
            otherwise = "~/Library/Application Support"
        named = os.path.expanduser(otherwise)
    return os.path.join(named, "tom")


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


def member_text(fields: Mapping[str, str | Mapping[str, str]]) -> str:
    """Texts, and objects of texts, as a JSON object; the json module would cost a hook its time."""
    members = (
        f"{encode_basestring_ascii(key)}: "
        + (encode_basestring_ascii(value) if isinstance(value, str) else member_text(value))
        for key, value in fields.items()
    )
    return f"{{{', '.join(members)}}}"
