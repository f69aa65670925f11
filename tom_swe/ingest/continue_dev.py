"""Continue: one JSON document a session, ``~/.continue/sessions/<id>.json``.

An entry of ``history`` has the ``message`` as the model saw it, with files and code in it, and
beside it ``editorState``, what was typed: the document of the editor, or plain text from the
terminal client. No message has a time; the session's own stands in ``sessions.json``. A session
may begin as a copy of another, with nothing that tells so.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from tom_swe.errors import SourceError
from tom_swe.ingest.base import (
    Tally,
    TranscriptSource,
    existing,
    present,
    printable,
    source_of,
    walk,
)
from tom_swe.ingest.draft import GivenAnswer, SessionDraft
from tom_swe.ingest.editors import path_of
from tom_swe.ingest.records import (
    Record,
    argument,
    as_dict,
    as_list,
    as_str,
    instant,
    parse,
    read_document,
    texts,
)
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "continue"

_LIST = "sessions.json"
_LIST_LIMIT = 16 * 1024 * 1024
_HEAD = 8 * 1024
# Of the editor's document: what was named or attached, not typed.
_ATTACHED = {"codeblock", "mention", "promptblock", "slashcommand", "image"}
_LINES = {"paragraph", "hardbreak"}
# A first order that the client offers at a key.
_OFFERED = {"Explore this repo and provide a concise summary of it's contents"}
_ANSWERED = "User answered:"


class Continue:
    """Reads the sessions of Continue."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``sessions`` in ``$CONTINUE_GLOBAL_DIR`` or ``~/.continue``, on every system."""
        base = Path(environ.get("CONTINUE_GLOBAL_DIR") or home / ".continue")
        return present([base / "sessions"])

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each session under a path."""
        path = existing(path)
        files = walk(path, lambda name: name.endswith(".json")) if path.is_dir() else [path]
        for file in files:
            ours = file == path or (file.name != _LIST and _looks_like(file))
            if ours and (source := source_of(HOST, [file])):
                yield source

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session of a document."""
        file = source.files[0]
        told = as_dict(read_document(file, tally))
        if not isinstance(told.get("history"), list):
            raise SourceError(f"{printable(file)} is no session of {HOST}.")
        named = as_str(told.get("sessionId")) or file.stem
        listed = _listed(file.with_name(_LIST)).get(named, {})
        draft = SessionDraft(HOST, named, printable(file), tally, redactor, timed=False)
        folder = as_str(told.get("workspaceDirectory")) or as_str(listed.get("workspaceDirectory"))
        draft.cwd = path_of(folder)
        draft.started = _created(listed.get("dateCreated"))
        for entry in map(as_dict, as_list(told.get("history"))):
            _tell(draft, entry, draft.started)
        if session := draft.finish():
            yield session


def _looks_like(file: Path) -> bool:
    try:
        with file.open("rb") as handle:
            head = handle.read(_HEAD)
    except OSError:
        return False
    return file.parent.name == "sessions" and b'"history"' in head


def _listed(file: Path) -> Mapping[str, Record]:
    """What the list of sessions says of each."""
    try:
        status = file.stat()
    except OSError:
        return {}
    return _read_list(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _read_list(file: Path, changed: int, size: int) -> Mapping[str, Record]:
    # A new time or size is a new list.
    del changed
    if size > _LIST_LIMIT:
        return {}
    try:
        entries = map(as_dict, as_list(read_document(file, Tally())))
        return {as_str(entry.get("sessionId")): entry for entry in entries}
    except SourceError:
        return {}


def _created(value: object) -> datetime | None:
    text = as_str(value).strip()
    return instant(int(text) if text.isdecimal() and len(text) < 20 else value)


def _tell(draft: SessionDraft, entry: Record, at: datetime | None) -> None:
    message = as_dict(entry.get("message"))
    if message.get("role") == "user":
        words = _typed(entry).strip()
        if words not in _OFFERED and not _is_command(words):
            draft.user(words, at)
    elif message.get("role") == "assistant":
        draft.agent("\n".join(texts(message.get("content"))), at)
        for call in map(as_dict, as_list(entry.get("toolCallStates"))):
            _called(draft, call, at)


def _typed(entry: Record) -> str:
    state = entry.get("editorState")
    if isinstance(state, str) and state.strip():
        return state
    if document := as_dict(state):
        return _text_of(document)
    # Without it nothing tells the typed from the attached.
    attached = as_list(entry.get("contextItems"))
    return "" if attached else "\n".join(texts(as_dict(entry.get("message")).get("content")))


def _text_of(document: Record) -> str:
    """The text nodes of the editor's document, a line a paragraph."""
    found: list[str] = []
    left: list[object] = [document]
    while left:
        node = left.pop()
        if isinstance(node, str):
            found.append(node)
            continue
        each = as_dict(node)
        kind = as_str(each.get("type")).replace("-", "").lower()
        if kind in _ATTACHED:
            continue
        if kind == "text":
            found.append(as_str(each.get("text")))
        if kind in _LINES:
            left.append("\n")
        left += reversed(as_list(each.get("content")))
    return "".join(found).replace("\N{NO-BREAK SPACE}", " ")


def _is_command(words: str) -> bool:
    """Whether these are nothing but a command of the client's."""
    return words.startswith("/") and "/" not in words[1:] and len(words.split()) == 1


def _called(draft: SessionDraft, call: Record, at: datetime | None) -> None:
    function = as_dict(as_dict(call.get("toolCall")).get("function"))
    name = as_str(function.get("name"))
    given = as_dict(call.get("parsedArgs")) or parse(as_str(function.get("arguments"))) or {}
    results = [as_str(as_dict(each).get("content")) for each in as_list(call.get("output"))]
    if name == "AskQuestion":
        draft.answers(_answers(given, results), at)
        return
    draft.tool(name, argument(given), at)
    draft.tool(name, "\n".join(results), at)
    if call.get("status") == "canceled":
        draft.interrupted()


def _answers(given: Record, results: list[str]) -> Iterator[GivenAnswer]:
    options = [as_str(each) for each in as_list(given.get("options"))]
    for result in results:
        if result.startswith(_ANSWERED):
            answer = result.removeprefix(_ANSWERED).strip()
            answer = answer.removeprefix('"').removesuffix('"')
            yield GivenAnswer(as_str(given.get("question")), answer, picked=answer in options)
