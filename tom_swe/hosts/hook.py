"""``tom-hook EVENT``: what a host's hook runs, one short process an event.

It tells a session once what is known of the person, and again where it moves to another
repository; it notes which session has something to learn from, and starts the learner
beside the host when a session rests or ends. It never writes the database, keeps no word of
a message and never fails its host: whatever goes wrong becomes one line in ``hook.log``.

Standard library only, and of that only what starts fast: json, pathlib, typing, hashlib,
dataclasses or subprocess would each cost about as much as the hook itself. A database that
the person had encrypted costs more.
"""

# pathlib is left out, see above.
# ruff: noqa: PTH107, PTH110, PTH112, PTH118, PTH208

import os
import sqlite3
import sys
from _json import encode_basestring_ascii, make_scanner
from collections.abc import Callable, Mapping

from tom_swe.checkout import is_ignored, located, name_among
from tom_swe.hosts.inbox import (
    HOOK_LOG,
    INBOX,
    LEARNER_LOCK,
    HookFault,
    Place,
    append,
    is_locked,
    log,
    now,
)
from tom_swe.place import DATABASE, ENCRYPTED, FILE_MODE

PROMPT, STOP, END, START = "UserPromptSubmit", "Stop", "SessionEnd", "SessionStart"
EVENTS = (PROMPT, STOP, END, START)
# Claude Code starts a session again when it has summed up what went before. OpenHands takes
# what stands beside SessionStart for the name of a tool, and never calls that one.
COMPACTED = "compact"
CLAUDE_CODE, OPENHANDS = "claude-code", "openhands"
# How long a prompt waits for a keyring, which may ask a person first.
KEYRING_SECONDS = 3.0
# The first schema that keeps in which folders a repository was used.
WITH_FOLDERS = "0009"
# Half of a digest names the session in a marker's name, half what it was told.
MARK_HALF = 32
FIELD_LIMIT = 4096
# A prompt waits for this; a database held for longer is told of at the next prompt.
BUSY_SECONDS = 0.2


class SilentKeyring(HookFault):
    """The keyring did not answer; a session waits for that once."""


class Event:
    """What a host told the hook, whichever host it is. Holds no message."""

    def __init__(self, name: str, data: bytes) -> None:
        told = parsed(data)

        def text(*keys: str) -> str:
            for key in keys:
                if isinstance(value := told.get(key), str) and value:
                    return value[:FIELD_LIMIT]
            return ""

        self.name = name or text("hook_event_name", "event_type")
        self.host = OPENHANDS if "event_type" in told else CLAUDE_CODE
        self.session = text("session_id")
        self.cwd = text("cwd", "working_dir")
        self.transcript = text("transcript_path")
        self.source = text("source")

    def line(self, user: str, told: str = "") -> bytes:
        """The event as a line of the inbox; ``told`` are the ids of the beliefs it was told."""
        fields = {
            "host": self.host,
            "session": self.session,
            "user": user,
            "at": now(),
            "cwd": self.cwd,
            "transcript_path": self.transcript,
            "event": self.name,
        }
        if told:
            fields["told"] = told
        return f"{{{_members(fields)}}}\n".encode()


class StoredBriefing:
    """What is told at the start of a session, and the ids of the beliefs in it, as JSON.

    ``name`` is that of the repository it is kept under.
    """

    def __init__(self, text: str = "", belief_ids: str = "", name: str = "") -> None:
        self.text = text
        self.belief_ids = belief_ids
        self.name = name


def main() -> None:
    """Answers one event and exits 0, always."""
    try:
        run(sys.argv[1] if len(sys.argv) > 1 else "", dict(os.environ))
    finally:
        # Whatever happened, the host goes on; and tearing the interpreter down takes time.
        os._exit(0)


def run(name: str, environ: Mapping[str, str]) -> None:
    """Answers one event, whose JSON comes on stdin."""
    place = Place(environ)
    if place.is_off(environ):
        return
    try:
        data = sys.stdin.buffer.read()
        event = Event(name, data)
        if event.name not in EVENTS:
            raise HookFault("an event that tom does not know")
        if is_ignored(event.cwd):
            return
        if event.name == START:
            tell_again(place, event)
            return
        place.make()
        if event.name == PROMPT:
            tell(place, event)
            return
        append(place.file(INBOX), event.line(place.user))
    except Exception as error:
        log_fault(place, name, error)
        return
    try:
        if not is_locked(place.file(LEARNER_LOCK)):
            start_learner(place, environ)
    except Exception as error:
        log_fault(place, event.name, error)


def log_fault(place: Place, event: str, error: Exception) -> None:
    """Logs what went wrong; a name that tom does not know may hold a message."""
    log(place, HOOK_LOG, event if event in EVENTS else "?", error)


def answer(text: str) -> bytes:
    """The context in the forms that Claude Code (nested) and OpenHands (top level) read."""
    context = {"additionalContext": text}
    nested = _members({"hookEventName": PROMPT, **context})
    return f'{{{_members(context)}, "hookSpecificOutput": {{{nested}}}}}\n'.encode()


# JSON by the scanner under the json module, which itself imports re at the cost of a hook


class _Plain:
    """How the scanner is to read: as json.loads does."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def parsed(data: bytes) -> Mapping[str, object]:
    """A JSON object. Raises HookFault or ValueError."""
    text = data.decode().strip()
    if not text.startswith("{"):
        raise HookFault("stdin is not a JSON object")
    # The stub asks for a scanner where any object with these settings will do.
    try:
        told, end = make_scanner(_Plain)(text, 0)  # pyright: ignore[reportArgumentType]
    except StopIteration:
        # How the scanner says that a value is missing.
        raise HookFault("stdin is not a JSON object") from None
    if end != len(text):
        raise HookFault("stdin holds more than one JSON object")
    return told


def _members(fields: Mapping[str, str]) -> str:
    return ", ".join(
        f"{encode_basestring_ascii(key)}: {encode_basestring_ascii(value)}"
        for key, value in fields.items()
    )


# Telling


def tell(place: Place, event: Event) -> None:
    """Tells a session its briefing at its first prompt, and notes the prompt with what it told."""
    told = briefing_or_none(place, event)
    try:
        append(place.file(INBOX), event.line(place.user, told.belief_ids))
    finally:
        # The session is marked as told already, whether that could be noted or not.
        if told.text:
            os.write(1, answer(told.text))


def briefing_or_none(place: Place, event: Event) -> StoredBriefing:
    """What `briefing_once` says; what is wrong with it is logged, and the event noted as well."""
    try:
        return briefing_once(place, event)
    except Exception as error:
        log_fault(place, event.name, error)
        return StoredBriefing()


def briefing_once(place: Place, event: Event) -> StoredBriefing:
    """The briefing, where this session was not told one here yet and there is something to tell.

    A session that moves into another checkout is told what holds there, and what holds
    everywhere only once.
    """
    if not event.session:
        raise HookFault("the host gives no session id, so the briefing cannot be shown once")
    repository, folder = located(event.cwd)
    here = marker_of(place, event, f"{repository}\0{folder}")
    if os.path.exists(here):
        return StoredBriefing()
    database = os.path.join(place.home, DATABASE)
    try:
        told = briefing(database, place.user, repository, place.key, folder=folder)
    except SilentKeyring:
        _mark(here)
        raise
    if not told.text:
        return StoredBriefing()
    is_new = _mark(here) and (told.name or _mark(marker_of(place, event, "")))
    return told if is_new else StoredBriefing()


def _mark(marker: str) -> bool:
    """Marks a session as told; False where another hook did."""
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    except FileExistsError:
        return False
    return True


def marker_of(place: Place, event: Event, told: str) -> str:
    """The file whose being there says that a session was told this."""
    return place.file(_session_mark(event) + digest(told)[:MARK_HALF])


def _session_mark(event: Event) -> str:
    """What the names of a session's markers begin with."""
    return digest(f"{event.host}\0{event.session}")[:MARK_HALF]


def tell_again(place: Place, event: Event) -> None:
    """Lets the next prompt be told once more, where the host dropped what was told before."""
    if event.source != COMPACTED or not os.path.isdir(place.hosts):
        return
    mark = _session_mark(event)
    for name in os.listdir(place.hosts):
        if name.startswith(mark):
            os.remove(place.file(name))


def briefing(
    database: str, user: str, repository: str, key: str = "", *, folder: str = ""
) -> StoredBriefing:
    """What is stored for a repository, else what is for everywhere, else nothing.

    ``folder`` is the place of its checkout. Raises sqlite3.Error, or HookFault for a schema that
    this version does not know.
    """
    from tom_migrations import REVISIONS

    escaped = database.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connect = _unlocking(database, key) if os.path.exists(database + ENCRYPTED) else sqlite3.connect
    connection = connect(
        f"file:{escaped}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )
    try:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if version is None or version[0] not in REVISIONS:
            raise HookFault("the database has a schema that this tom does not know")
        mine = "SELECT repository, folders FROM briefing WHERE user_id = ?"
        if version[0] < WITH_FOLDERS:
            mine = "SELECT repository, '[]' FROM briefing WHERE user_id = ?"
        read = make_scanner(_Plain)  # pyright: ignore[reportArgumentType]
        known = [(str(name), read(each, 0)[0]) for name, each in connection.execute(mine, (user,))]
        chosen = name_among(known, repository, folder)
        one = "SELECT text, belief_ids FROM briefing WHERE user_id = ? AND repository = ?"
        row = connection.execute(one, (user, chosen)).fetchone()
        text, belief_ids = row or ("", "")
        return StoredBriefing(str(text), str(belief_ids), chosen)
    finally:
        connection.close()


def _unlocking(database: str, key: str) -> Callable[..., sqlite3.Connection]:
    """What connects to an encrypted database. Raises HookFault."""
    from pathlib import Path

    from tom_swe.errors import TomError
    from tom_swe.memory.encryption import cipher

    try:
        return cipher.driver_of(Path(database), key, KEYRING_SECONDS).connect
    except cipher.KeyringSilent as error:
        raise SilentKeyring(str(error)) from error
    except TomError as error:
        raise HookFault(str(error)) from error


def digest(text: str) -> str:
    """SHA-256 in hexadecimal."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        # hashlib loads OpenSSL, which is slow and not needed.
        from _sha2 import sha256  # pyright: ignore[reportMissingImports, reportUnknownVariableType]
    except ImportError:
        from hashlib import sha256
    return str(sha256(data).hexdigest())  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


# Learning


def start_learner(place: Place, environ: Mapping[str, str]) -> None:
    """Starts the learner in a session of its own, holding nothing of the host's, and leaves it."""
    # -P: the working directory is someone's repository, and no place to import from.
    command = [sys.executable, "-P", "-m", "tom_swe.hosts.learner"]
    if environ.get("TOM_HOME"):
        environ = {**environ, "TOM_HOME": place.home}
    nothing = (os.devnull, os.O_RDWR, 0)
    os.posix_spawn(
        command[0],
        command,
        environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, number, *nothing) for number in range(3)],
        setsid=True,
    )


if __name__ == "__main__":
    main()
