"""What tom-swe 1.x left under OpenHands' folder: ``usermodeling/cleaned_sessions/<id>.json``.

Only these cleaned sessions hold a person's own words. The session models and the overall
user model beside them hold a language model's, without a quote: they are named in the
tally and not believed. Where the conversation that a session was cleaned from is still
on disk, that is read in its place: it is whole, and the same as the importer of OpenHands
reads it.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tom_swe.errors import SourceError
from tom_swe.ingest import openhands
from tom_swe.ingest.base import (
    Tally,
    TranscriptSource,
    existing,
    listable,
    present,
    printable,
    source_of,
    walk,
)
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.records import Record, as_dict, as_list, as_str, instant, read_object, texts
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "tom-swe-reference"

_SESSIONS = "cleaned_sessions"
_OPENHANDS_ID = re.compile(r"[0-9a-f]{32}")
_PLAIN = re.compile(r"\w[\w.-]{0,199}")


class Reference:
    """Reads the sessions that tom-swe 1.x cleaned."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``usermodeling`` where the environment keeps OpenHands' things, and in ``~/.openhands``.

        Both: OpenHands' tools write to the latter whatever the environment says.
        """
        named = [
            Path(environ[key])
            for key in ("OPENHANDS_PERSISTENCE_DIR", "OH_PERSISTENCE_DIR")
            if environ.get(key)
        ]
        return present(base / "usermodeling" for base in (*named, home / ".openhands"))

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each cleaned session of one person under a path.

        The path is OpenHands' folder, ``usermodeling`` in it, one person's folder, or a file.
        Raises SourceError where it holds several people's sessions: which of them is the one
        to learn about, only the caller knows.
        """
        path = existing(path)
        files = [path] if not path.is_dir() else _sessions(path)
        for file in files:
            if source := source_of(HOST, [file]):
                yield source

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session of one file."""
        file = source.files[0]
        tally.lines_read += 1
        record = read_object(file)
        if record is None or not as_list(record.get("messages")):
            tally.lines_skipped += 1
            tally.problem(file, "not a readable cleaned session; skipped")
            return
        _name_the_rest(file, tally)
        name = as_str(record.get("session_id")) or file.stem
        beside = _conversations(file)
        session = conversation(beside, name, tally, redactor) if beside else None
        if session is None:
            draft = draft_of(name, HOST, printable(file), tally, redactor)
            session = from_messages(
                draft, record.get("messages"), record.get("start_time"), record.get("end_time")
            )
        if session:
            yield session


def conversation(
    conversations: Path, name: str, tally: Tally, redactor: Redactor
) -> Session | None:
    """The conversation of this name in OpenHands' folder of them, as its importer reads it.

    None where there is none, or where the name could lead elsewhere.
    """
    if not _PLAIN.fullmatch(name):
        return None
    events = conversations / name / "events"
    try:
        if not events.is_dir():
            return None
        importer = openhands.OpenHands()
        for source in importer.sources(events):
            for session in importer.read(source, tally, redactor):
                return session
    except (OSError, ValueError, SourceError):
        return None
    return None


def draft_of(name: str, host: str, source: str, tally: Tally, redactor: Redactor) -> SessionDraft:
    """The draft of a session with this id; OpenHands' where the id is that of a conversation."""
    bare = name.replace("-", "").lower()
    if _OPENHANDS_ID.fullmatch(bare):
        return SessionDraft(openhands.HOST, bare, source, tally, redactor)
    return SessionDraft(host, name, source, tally, redactor)


def from_messages(
    draft: SessionDraft, messages: object, start: object, end: object
) -> Session | None:
    """The session that a list of messages is; what is no message is passed over.

    The messages have no times of their own. None where nobody said a word.
    """
    for message in map(as_dict, as_list(messages)):
        _take(draft, message)
    session = draft.finish()
    if session is None:
        return None
    started, ended = instant(start), instant(end)
    return session.model_copy(update={"started": started or ended, "ended": ended or started})


def _take(draft: SessionDraft, message: Record) -> None:
    text = "\n".join(texts(message.get("content")))
    match message.get("role"):
        case "user":
            draft.user(text, None)
        case "assistant" | "agent":
            draft.agent(text, None)
        case "tool" | "function":
            draft.tool(as_str(message.get("name")), text, None)
        case _:
            pass


def _sessions(path: Path) -> list[Path]:
    """The cleaned sessions of the one person whose folder this is or holds."""
    if path.name == _SESSIONS:
        return _json(path)
    listable(path)
    people = [
        found
        for base in (path, path / "usermodeling")
        for person in (base, *_folders(base / "users"))
        if (person / _SESSIONS).is_dir() and (found := _json(person / _SESSIONS))
    ]
    if len(people) > 1:
        raise SourceError(
            f"{printable(path)} holds the sessions of {len(people)} people: give the folder "
            f"of one, such as {printable(people[0][0].parent)}."
        )
    return people[0] if people else []


def _json(folder: Path) -> list[Path]:
    wanted = walk(folder, lambda name: name.endswith(".json") and not name.startswith("."))
    return [file for file in wanted if file.parent == folder]


def _folders(path: Path) -> list[Path]:
    try:
        return sorted(Path(entry.path) for entry in os.scandir(path) if entry.is_dir())
    except OSError:
        return []


def _conversations(file: Path) -> Path | None:
    """Where the conversations would lie of which this is a cleaned session."""
    for above in file.absolute().parents:
        if above.name == "usermodeling":
            return above.parent / "conversations"
    return None


def _name_the_rest(file: Path, tally: Tally) -> None:
    person = file.parent.parent if file.parent.name == _SESSIONS else None
    if person is None:
        return
    for rest in (person / "session_models", person / "overall_user_model.json"):
        if rest.exists():
            tally.problem(rest, "has no words of the person's own; skipped")
