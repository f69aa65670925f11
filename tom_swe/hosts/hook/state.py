"""What the hook did in one session: a small private file of short lines.

It names what was told by digests and numbers, so no word of anybody's is in it.
"""

# ruff: noqa: PTH102, PTH110, PTH118

import fcntl
import os
import stat

from tom_swe.hosts.hook.event import Event
from tom_swe.hosts.inbox import Place
from tom_swe.place import FILE_MODE, FOLDER_MODE

SUFFIX = ".session"
# Half of a digest is enough to tell sessions apart.
NAME_LENGTH = 32
_TURN = "turn"
# A check whose reminder waits until a tool has run, or for the next moment to be told.
LATER, OWED = "later", "owed"
_MOST = 256 * 1024


class SessionState:
    """The lines of a session, which no other hook reads or writes while this one is open."""

    def __init__(self, path: str = "") -> None:
        """Opens the file. Raises OSError. Without a path nothing is kept."""
        self._handle = -1
        self._lines: list[str] = []
        if path:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            self._handle = os.open(path, flags, FILE_MODE)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
            self._lines = os.read(self._handle, _MOST).decode(errors="replace").splitlines()
        self._known = set(self._lines)

    def __contains__(self, line: str) -> bool:
        return line in self._known

    def of(self, kind: str) -> list[str]:
        """What stands after a kind, in the order it came."""
        return [line[len(kind) + 1 :] for line in self._lines if line.startswith(f"{kind} ")]

    @property
    def turn(self) -> int:
        """How many prompts the session has had."""
        return self._lines.count(_TURN)

    def begin_turn(self) -> None:
        """Notes that the person sent a prompt."""
        self._append(_TURN)

    def add(self, line: str) -> bool:
        """Notes a line; False where it stands there already."""
        if line in self._known:
            return False
        self._append(line)
        return True

    def drop(self, *kinds: str) -> None:
        """Takes out all lines of these kinds."""
        kept = [line for line in self._lines if line.partition(" ")[0] not in kinds]
        if kept == self._lines:
            return
        self._lines, self._known = kept, set(kept)
        if self._handle >= 0:
            os.ftruncate(self._handle, 0)
            os.write(self._handle, "".join(f"{line}\n" for line in kept).encode())

    def close(self) -> None:
        """Lets the next hook of the session have it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _append(self, line: str) -> None:
        self._lines.append(line)
        self._known.add(line)
        if self._handle >= 0:
            os.write(self._handle, f"{line}\n".encode())


def opened(place: Place, event: Event) -> SessionState:
    """The state of an event's session; in a folder for a while where the home cannot be written."""
    session = f"{event.host}\0{event.session}"
    try:
        return SessionState(place.file(_name(session)))
    except OSError:
        try:
            return SessionState(os.path.join(_for_a_while(), _name(f"{place.home}\0{session}")))
        except OSError:
            return SessionState()


def kept(place: Place, event: Event) -> SessionState:
    """The state of an event's session, where there is any; none is made."""
    name = _name(f"{event.host}\0{event.session}")
    return SessionState(place.file(name) if os.path.exists(place.file(name)) else "")


def _name(session: str) -> str:
    return digest(session)[:NAME_LENGTH] + SUFFIX


def _for_a_while() -> str:
    """A folder of this person's alone that goes with the machine's next start. Raises OSError."""
    # As long as it is theirs alone, it does not matter that anyone may write where it lies.
    folder = os.environ.get("XDG_RUNTIME_DIR") or "/tmp"  # noqa: S108
    folder = os.path.join(folder, f"tom-{os.getuid()}")
    if not os.path.exists(folder):
        os.mkdir(folder, FOLDER_MODE)
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(folder)
    return folder


def digest(text: str) -> str:
    """SHA-256 in hexadecimal."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        # hashlib loads OpenSSL, which is slow and not needed.
        from _sha2 import sha256  # pyright: ignore[reportMissingImports, reportUnknownVariableType]
    except ImportError:
        from hashlib import sha256
    return str(sha256(data).hexdigest())  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
