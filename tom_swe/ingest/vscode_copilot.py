"""Copilot Chat in VS Code and its kin: a file a session, in the workspace's ``chatSessions``.

``<User>/workspaceStorage/<workspace>/chatSessions/<session>.json`` holds the whole session,
``.jsonl`` the same as a log: its first line is a state, each further line changes a part of it,
and only the last state counts. Sessions of a window without a folder lie in
``<User>/globalStorage/emptyWindowChatSessions``. ``chat.json``, exported by hand, has no id and no
folder.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from tom_swe.errors import SourceError
from tom_swe.ingest.base import (
    Tally,
    TranscriptSource,
    existing,
    printable,
    sources_of,
    walk,
)
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.editors import sent_again, user_folders, workspace_of
from tom_swe.ingest.records import (
    DOCUMENT_LIMIT,
    Record,
    as_dict,
    as_list,
    as_str,
    instant,
    read_document,
    read_records,
    refuse_large,
)
from tom_swe.model.session import Provenance, Session
from tom_swe.redact.redactor import Redactor

HOST = "vscode-copilot"

_EDITORS = ("Code", "Code - Insiders", "VSCodium")
_FOLDERS = ("chatSessions", "emptyWindowChatSessions")
# What an export begins with: few other files of JSON name a responder.
_EXPORTED = b'"responderUsername"'
_HEAD = 4096
_BUTTONS = (
    '@agent Continue: "Continue to iterate?"',
    'Continue: "Continue to iterate?"',
    "@agent Try Again",
    "Try Again",
)


class VscodeCopilot:
    """Reads the sessions of Copilot Chat."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """The ``User`` folders of VS Code, Insiders, VSCodium and their servers with sessions."""
        folders = user_folders(environ, home, _EDITORS)
        return [folder for folder in folders if any(_kept(folder))]

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each session under a path; an export is known by how it begins."""
        path = existing(path)
        sessions: dict[str, list[Path]] = {}
        for file in _files(path):
            name = file.stem if file.parent.name in _FOLDERS else printable(file)
            sessions.setdefault(name, []).append(file)
        yield from sources_of(HOST, sessions.values())

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session, from the newest of its files."""
        newest: tuple[tuple[str, int], Path, Record] | None = None
        failed: SourceError | None = None
        for file in source.files:
            try:
                state = _state(file, tally)
            except SourceError as error:
                failed = error
                tally.problem(file, str(error))
                continue
            age = _age(state)
            if newest is None or age > newest[0]:
                newest = (age, file, state)
        if newest is None:
            raise failed or SourceError(f"{source.key} has no file left. Give a transcript.")
        _, file, state = newest
        if session := _session(file, state, tally, redactor):
            yield session


def _kept(folder: Path) -> Iterator[Path]:
    """The folders of sessions in a ``User`` folder."""
    yield from folder.glob("workspaceStorage/*/chatSessions")
    yield from folder.glob("globalStorage/emptyWindowChatSessions")


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    # A whole ``User`` folder holds much else: no walk through all of it.
    kept = sorted(_kept(path)) or [path]
    for folder in kept:
        for file in walk(folder, lambda name: name.endswith((".json", ".jsonl"))):
            if file.parent.name in _FOLDERS or (file.suffix == ".json" and _exported(file)):
                yield file


def _exported(file: Path) -> bool:
    try:
        with file.open("rb") as handle:
            return _EXPORTED in handle.read(_HEAD)
    except OSError:
        return False


def _state(file: Path, tally: Tally) -> Record:
    """What a file says of its session in the end. Raises SourceError."""
    if file.suffix != ".jsonl":
        return as_dict(read_document(file, tally))
    refuse_large(file)
    state: Record = {}
    for change in read_records(file, tally, DOCUMENT_LIMIT):
        value = change.get("v")
        if change.get("kind") == 0:
            state = as_dict(value)
        elif not _changed(state, change):
            tally.lines_skipped += 1
    return state


def _changed(state: Record, change: Record) -> bool:
    """Apply one line of the log; False where it fits nothing of the state."""
    *way, last = as_list(change.get("k")) or [None]
    at: object = state
    for step in way:
        at = _part(at, step)
    value = change.get("v")
    match change.get("kind"):
        case 1 if isinstance(last, str):
            as_dict(at)[last] = value
            return isinstance(at, dict)
        case 1 if isinstance(last, int) and 0 <= last <= len(as_list(at)):
            as_list(at)[last : last + 1] = [value]
            return isinstance(at, list)
        case 2:
            if isinstance(last, str):
                as_dict(at).setdefault(last, [])
            held = _part(at, last)
            cut = change.get("i")
            if isinstance(cut, int) and cut >= 0:
                del as_list(held)[cut:]
            as_list(held).extend(as_list(value))
            return isinstance(held, list)
        case _:
            return False


def _part(whole: object, step: object) -> object:
    if isinstance(step, str):
        return as_dict(whole).get(step)
    held = as_list(whole)
    return held[step] if isinstance(step, int) and 0 <= step < len(held) else None


def _requests(state: Record) -> list[Record]:
    return [as_dict(each) for each in as_list(state.get("requests"))]


def _age(state: Record) -> tuple[str, int]:
    """When its last request was sent, and how many there are."""
    requests = _requests(state)
    times = [at.isoformat() for each in requests if (at := instant(each.get("timestamp")))]
    return max(times, default=""), len(requests)


def _session(file: Path, state: Record, tally: Tally, redactor: Redactor) -> Session | None:
    requests = _requests(state)
    first = next((as_str(each.get("requestId")) for each in requests), "")
    named = as_str(state.get("sessionId"))
    kept = file.parent.name in _FOLDERS
    timed = any(instant(each.get("timestamp")) for each in requests)
    draft = SessionDraft(
        HOST,
        named or (file.stem if kept else f"{file.name} {first}".strip()),
        printable(file),
        tally,
        redactor,
        timed=timed,
    )
    draft.started = instant(state.get("creationDate"))
    draft.ended = instant(state.get("lastMessageDate"))
    if kept:
        draft.cwd = workspace_of(file.parent.parent)
    elif not named:
        # The session itself, which knows its folder, holds the words where it is there too.
        draft.provenance = Provenance.FORK
    before = ""
    for request in requests:
        before = _request(draft, request, before)
    return draft.finish()


def _request(draft: SessionDraft, request: Record, before: str) -> str:
    """Add a request and what came of it; returns its text."""
    at = instant(request.get("timestamp"))
    message = request.get("message")
    text = as_str(as_dict(message).get("text")) or as_str(message)
    if text.strip() in _BUTTONS:
        draft.user("", at, attachment=text)
    elif text:
        if sent_again(text, before):
            draft.interrupted()
        draft.user(text, at, message=as_str(request.get("requestId")))
    _response(draft, as_list(request.get("response")), at)
    if request.get("isCanceled") or as_dict(request.get("result")).get("errorDetails"):
        draft.interrupted()
    return text or before


def _response(draft: SessionDraft, parts: list[object], at: datetime | None) -> None:
    said: list[str] = []
    for each in parts:
        part = as_dict(each)
        kind = part.get("kind")
        if kind is None or kind == "markdownContent":
            said.append(_shown(part.get("value")) or _shown(part.get("content")))
        elif tool := as_str(part.get("toolId")):
            draft.agent("\n".join(said), at)
            said = []
            told = _shown(part.get("pastTenseMessage")) or _shown(part.get("invocationMessage"))
            draft.tool(tool, told, at)
    draft.agent("\n".join(said), at)


def _shown(value: object) -> str:
    return as_str(value) or as_str(as_dict(value).get("value"))
