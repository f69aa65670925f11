"""opencode: three stores of one form, a session, its messages, and the parts of these.

- ``opencode.db`` in ``~/.local/share/opencode``: the tables ``session``, ``message`` and ``part``;
- older, ``storage`` beside it: ``session/<project>/ses_*.json``, ``message/<session>/msg_*.json``
  and ``part/<message>/prt_*.json``;
- what ``opencode export`` writes, one JSON document a session.

A session may stand in several of them and in several exports; its longest copy counts. A fork
has new ids for the messages it repeats, and their old times.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tom_swe.errors import SourceError
from tom_swe.ingest.base import (
    Tally,
    TranscriptSource,
    existing,
    present,
    printable,
    sources_of,
    walk,
)
from tom_swe.ingest.copies import longest
from tom_swe.ingest.draft import GivenAnswer, SessionDraft
from tom_swe.ingest.records import (
    Record,
    argument,
    as_dict,
    as_list,
    as_str,
    instant,
    parse,
    read_document,
    read_object,
)
from tom_swe.ingest.sqlite import ForeignStore, is_sqlite, opened, salvaged, with_log
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "opencode"

_STORE = re.compile(r"opencode[\w.-]{0,40}\.db")
_HEAD = 64 * 1024
_EXPORT = re.compile(rb'\s*\{\s*"info"\s*:\s*\{')
_ID = re.compile(rb'"id"\s*:\s*"([^"]{1,200})"')
_CREATED = re.compile(rb'"created"\s*:\s*(\d{1,20})')
# What another program makes of ids that it takes for keys.
_REDACTED = "REDACTED"


class _Told(NamedTuple):
    info: Record
    parts: Iterable[Record]


class _Copy(NamedTuple):
    """One copy of a session, its messages not yet read."""

    info: Record
    messages: Iterable[_Told]
    file: Path


class Opencode:
    """Reads the stores and exports of opencode."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``opencode`` in ``$XDG_DATA_HOME`` or ``~/.local/share``, on every system."""
        base = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
        return present([base / "opencode"])

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each store, and the exports of each session together."""
        path = existing(path)
        if not path.is_dir():
            groups = [_of_file(path)]
        elif stores := _stores(path):
            groups = _of_folder(stores, path)
        elif path.name == "storage":
            groups = _of_folder([], path.parent)
        elif (path / "storage" / "session").is_dir():
            groups = _of_folder([], path)
        else:
            groups = _below(path)
        yield from sources_of(HOST, groups)

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The sessions of these files, none of sub-agents."""
        documents: defaultdict[str, list[Path]] = defaultdict(list)
        stores: list[Path] = []
        for file in source.files:
            if is_sqlite(file):
                stores.append(file)
            elif file.suffix == ".json" and file.parent.parent.name != "message":
                name = _id_of(file)
                if source.only in ("", name):
                    documents[name].append(file)
        if not (stores or documents or source.only):
            raise SourceError(f"{printable(source.files[0])} is no store of {HOST}.")
        read = False
        failed: SourceError | None = None
        for file in stores:
            try:
                with opened(file) as store:
                    sessions = list(_sessions(store, file, tally))
                    read = True
                    for name, info in sessions:
                        if source.only not in ("", name):
                            continue
                        copies = [_Copy(info, _messages(store, name, file, tally), file)]
                        copies += _copies(documents.pop(name, []), tally)
                        if session := longest(_session(each, tally, redactor) for each in copies):
                            yield session
            except SourceError as error:
                tally.problem(file, str(error))
                failed = error
        for files in documents.values():
            copies = _copies(files, tally)
            read = read or bool(copies)
            if session := longest(_session(each, tally, redactor) for each in copies):
                yield session
        if not read and not source.only:
            raise failed or SourceError(f"{printable(source.files[0])} is no JSON document.")


def _stores(folder: Path) -> list[Path]:
    try:
        return sorted(each for each in folder.iterdir() if _STORE.fullmatch(each.name))
    except OSError:
        return []


def _of_file(path: Path) -> list[Path]:
    """A file with what belongs to it: a store's log, a session's messages, a session's exports."""
    if is_sqlite(path):
        return with_log(path)
    if path.parent.parent.name == "session":
        return _of_session(path)
    return next((group for group in _exports(path.parent.glob("*.json")) if path in group), [path])


def _of_session(file: Path) -> list[Path]:
    # The parts of a message are written before the message is done.
    messages = file.parents[2] / "message" / file.stem
    return [file, *sorted(messages.glob("*.json"))]


def _of_folder(stores: list[Path], folder: Path) -> list[list[Path]]:
    """What is in opencode's own folder: a store holds the sessions of the files beside it too."""
    told: defaultdict[str, list[Path]] = defaultdict(list)
    for file in sorted((folder / "storage" / "session").glob("*/ses_*.json")):
        told[file.stem] += _of_session(file)
    if not stores:
        return list(told.values())
    beside = [file for files in told.values() for file in files]
    first, *others = [with_log(store) for store in stores]
    return [[*first, *beside], *others]


def _below(path: Path) -> list[list[Path]]:
    """What lies anywhere below a folder."""
    homes: dict[Path, list[Path]] = {}
    exports: list[Path] = []
    for file in walk(path, lambda name: name.endswith((".json", ".db"))):
        if _STORE.fullmatch(file.name):
            # The old opencode in Go, another host, keeps its store in there.
            if file.parent.name != ".opencode":
                homes.setdefault(file.parent, []).append(file)
        elif file.name.startswith("ses_") and file.parent.parent.name == "session":
            homes.setdefault(file.parents[3], [])
        elif not file.name.startswith(("msg_", "prt_")):
            exports.append(file)
    groups = [group for home, stores in homes.items() for group in _of_folder(stores, home)]
    return [*groups, *_exports(exports)]


def _exports(files: Iterable[Path]) -> list[list[Path]]:
    """The files that are exports, those of one session together."""
    groups: defaultdict[str, list[Path]] = defaultdict(list)
    for file in sorted(files):
        head = _head(file)
        if _EXPORT.match(head):
            groups[_named(head) or str(file)].append(file)
    return list(groups.values())


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as handle:
            return handle.read(_HEAD)
    except OSError:
        return b""


def _named(head: bytes) -> str:
    """What the session at the beginning of a document is called."""
    found = _ID.search(head)
    if found and found[1] != _REDACTED.encode():
        return found[1].decode(errors="replace")
    created = _CREATED.search(head)
    return created[1].decode() if created else ""


def _id_of(file: Path) -> str:
    return _named(_head(file)) or file.stem


def _copies(files: Iterable[Path], tally: Tally) -> list[_Copy]:
    """The copies of a session in these files, those that can be read."""
    found: list[_Copy] = []
    for file in files:
        try:
            document = as_dict(read_document(file, tally))
        except SourceError as error:
            tally.problem(file, str(error))
            continue
        if file.parent.parent.name == "session":
            found.append(_Copy(document, _stored(file, tally), file))
        else:
            messages = [as_dict(each) for each in as_list(document.get("messages"))]
            told = [_Told(as_dict(each.get("info")), _records(each)) for each in messages]
            found.append(_Copy(as_dict(document.get("info")), told, file))
    return found


def _records(message: Record) -> list[Record]:
    return [as_dict(part) for part in as_list(message.get("parts"))]


def _stored(file: Path, tally: Tally) -> Iterator[_Told]:
    """The messages of a session in ``storage``, in the order of their ids."""
    storage = file.parents[2]
    for path in sorted((storage / "message" / file.stem).glob("*.json")):
        info = _object(path, tally)
        parts = sorted((storage / "part" / path.stem).glob("*.json"))
        yield _Told(info, (_object(part, tally) for part in parts))


def _object(path: Path, tally: Tally) -> Record:
    tally.lines_read += 1
    found = read_object(path)
    if found is None:
        tally.lines_skipped += 1
    return found or {}


def _sessions(store: ForeignStore, file: Path, tally: Tally) -> Iterator[tuple[str, Record]]:
    columns = store.columns("session")
    if not {"id", "directory", "time_created"} <= columns:
        raise SourceError(f"{printable(file)} is no store of {HOST}.")
    parent = "parent_id" if "parent_id" in columns else "null"
    # Its parts are the names of columns, which are written here.
    query = f"select id, {parent}, directory, time_created from session order by time_created, id"  # noqa: S608
    for name, above, directory, created in salvaged(store.rows(query), file, tally):
        info: Record = {"id": name, "directory": directory, "time": {"created": created}}
        yield as_str(name), {**info, "parentID": above}


def _messages(store: ForeignStore, name: str, file: Path, tally: Tally) -> Iterator[_Told]:
    query = "select id, time_created, data from message where session_id = ?"
    rows = store.rows(f"{query} order by time_created, id", (name,))
    for message, created, data in salvaged(rows, file, tally):
        info = _parsed(data, tally)
        found = store.rows("select data from part where message_id = ? order by id", (message,))
        parts = (_parsed(part, tally) for (part,) in salvaged(found, file, tally))
        yield _Told({"time": {"created": created}, **info}, parts)


def _parsed(data: object, tally: Tally) -> Record:
    tally.lines_read += 1
    found = parse(as_str(data))
    if found is None:
        tally.lines_skipped += 1
    return found or {}


def _session(copy: _Copy, tally: Tally, redactor: Redactor) -> Session | None:
    """What a copy says; None where another agent gave the orders."""
    if copy.info.get("parentID"):
        return None
    created = as_dict(copy.info.get("time")).get("created")
    named = as_str(copy.info.get("id"))
    name = str(created) if named == _REDACTED else named or copy.file.stem
    draft = SessionDraft(HOST, name, printable(copy.file), tally, redactor)
    draft.cwd = as_str(copy.info.get("directory"))
    draft.started = instant(created)
    for info, parts in copy.messages:
        at = instant(as_dict(info.get("time")).get("created"))
        if info.get("role") == "user":
            draft.user(_typed(parts), at)
        elif info.get("role") == "assistant":
            for part in parts:
                _done(draft, part, at)
            if info.get("error"):
                draft.interrupted()
    return draft.finish()


def _typed(parts: Iterable[Record]) -> str:
    """The words of a user message: not what the host or a command wrote into it."""
    texts = (part for part in parts if part.get("type") == "text" and not part.get("synthetic"))
    return "\n".join(as_str(part.get("text")) for part in texts)


def _done(draft: SessionDraft, part: Record, at: datetime | None) -> None:
    if part.get("type") == "text":
        draft.agent(as_str(part.get("text")), at)
    elif part.get("type") == "tool":
        name, state = as_str(part.get("tool")), as_dict(part.get("state"))
        at = instant(as_dict(state.get("time")).get("end")) or at
        if name == "question" and state.get("status") == "completed":
            draft.answers(_answers(state), at)
        else:
            draft.tool(name, argument(as_dict(state.get("input"))), at)
            draft.tool(name, as_str(state.get("output")), at)


def _answers(state: Record) -> Iterator[GivenAnswer]:
    """The answers to the agent's questions; what is no option's label was typed."""
    given = as_list(as_dict(state.get("metadata")).get("answers"))
    questions = [as_dict(each) for each in as_list(as_dict(state.get("input")).get("questions"))]
    for number, question in enumerate(questions):
        labels = {
            as_str(as_dict(option).get("label")) for option in as_list(question.get("options"))
        }
        asked = as_str(question.get("question"))
        answers = as_list(given[number]) if number < len(given) else []
        for answer in filter(None, map(as_str, answers or _printed(state, asked))):
            yield GivenAnswer(asked, answer, picked=answer in labels)


def _printed(state: Record, asked: str) -> list[object]:
    """The answer to a question as the agent reads it, ``"question"="answer"``."""
    _, _, rest = as_str(state.get("output")).partition(f'"{asked}"="')
    answer = re.split(r'", "|"\. You can now continue', rest, maxsplit=1)[0]
    return [] if answer == "Unanswered" else [answer]
