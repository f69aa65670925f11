"""Goose: ``~/.local/share/goose/sessions``, an SQLite store, and older a JSONL file a session.

``sessions.db`` has the tables ``sessions`` and ``messages``; times of messages are seconds. The
first line of an older file is the session's own, the rest are messages. A newer Goose takes the
older files over into its store and leaves them where they are: the longer copy counts.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path

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
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.records import (
    Record,
    argument,
    as_dict,
    as_list,
    as_str,
    instant,
    parse,
    peek,
    read_records,
    texts,
)
from tom_swe.ingest.sqlite import ForeignStore, is_sqlite, opened, salvaged, with_log
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "goose"
STORE = "sessions.db"

# Sessions of other kinds are an agent's or a schedule's.
_PERSONS = {"user", ""}
# The host's word on time and folder before the person's own.
_TOLD, _TOLD_END = "<info-msg>", "</info-msg>"
_WITHOUT_ZONE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,9})?")


class Goose:
    """Reads the sessions of Goose."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """Under ``$GOOSE_PATH_ROOT``, or the folder for data on Linux, macOS and Windows."""
        if root := environ.get("GOOSE_PATH_ROOT"):
            return present([Path(root) / "data" / "sessions"])
        share = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
        roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
        block = roaming / "Block" / "goose"
        return present(
            [
                share / "goose" / "sessions",
                home / "Library" / "Application Support" / "goose" / "sessions",
                block / "data" / "sessions",
                block / "sessions",
            ]
        )

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each store with the older files beside it, else each older file."""
        path = existing(path)
        if not path.is_dir():
            files = [with_log(path) if is_sqlite(path) else [path]]
        else:
            files = _groups(walk(path, lambda name: name == STORE or name.endswith(".jsonl")))
        yield from sources_of(HOST, files)

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The sessions of a store and of the older files beside it, none of programs."""
        first = source.files[0]
        in_store = is_sqlite(first)
        lines = (file for file in source.files if not in_store or file.suffix == ".jsonl")
        older = {_name_of(file): file for file in lines}
        try:
            if in_store:
                yield from _stored(first, older, tally, redactor)
        except SourceError as error:
            if not older:
                raise
            tally.problem(first, str(error))
        for name, file in older.items():
            if session := _older(name, file, tally, redactor):
                yield session


def _stored(
    file: Path, older: dict[str, Path], tally: Tally, redactor: Redactor
) -> Iterator[Session]:
    """The sessions of a store; taken out of the older files, which may hold more of them."""
    with opened(file) as store:
        for name, info in list(_sessions(store, file, tally)):
            same = older.pop(name, None)
            if as_str(info.get("session_type")) not in _PERSONS:
                continue
            rows = _rows(store, name, file, tally)
            copies = [_session(name, file, info, rows, tally, redactor)]
            if same:
                copies.append(_older(name, same, tally, redactor))
            if session := longest(copies):
                yield session


def _groups(files: Iterable[Path]) -> list[list[Path]]:
    """The stores, each with the older files beside it, and the older files where is no store."""
    folders: defaultdict[Path, list[Path]] = defaultdict(list)
    for file in files:
        if file.name == STORE or _looks_like(file):
            folders[file.parent].append(file)
    groups: list[list[Path]] = []
    for folder, found in folders.items():
        older = [file for file in found if file.name != STORE]
        if len(older) < len(found):
            groups.append([*with_log(folder / STORE), *older])
        else:
            groups += [[file] for file in older]
    return groups


def _looks_like(file: Path) -> bool:
    head = peek(file, 1)
    return bool(head) and "working_dir" in head[0]


def _name_of(file: Path) -> str:
    head = peek(file, 1)
    return (as_str(head[0].get("id")) if head else "") or file.stem


def _sessions(store: ForeignStore, file: Path, tally: Tally) -> Iterator[tuple[str, Record]]:
    columns = store.columns("sessions")
    if not {"id", "working_dir", "created_at"} <= columns or not store.has("messages"):
        raise SourceError(f"{printable(file)} is no store of {HOST}.")
    kind = "session_type" if "session_type" in columns else "null"
    # Its parts are the names of columns, which are written here.
    query = f"select id, working_dir, created_at, {kind} from sessions order by created_at, id"  # noqa: S608
    for name, folder, created, of_kind in salvaged(store.rows(query), file, tally):
        info = {"working_dir": folder, "created_at": created, "session_type": of_kind}
        yield as_str(name), info


def _rows(store: ForeignStore, name: str, file: Path, tally: Tally) -> Iterator[Record]:
    shown = "metadata_json" if "metadata_json" in store.columns("messages") else "null"
    # Its parts are the names of columns, which are written here.
    query = f"select role, content_json, created_timestamp, {shown} from messages"  # noqa: S608
    rows = store.rows(f"{query} where session_id = ? order by created_timestamp, rowid", (name,))
    for role, content, created, metadata in salvaged(rows, file, tally):
        tally.lines_read += 1
        found = parse(f'{{"content": {as_str(content)}}}')
        if found is None:
            tally.lines_skipped += 1
            continue
        about = parse(as_str(metadata)) or {}
        yield {**found, "role": role, "created": created, "metadata": about}


def _older(name: str, file: Path, tally: Tally, redactor: Redactor) -> Session | None:
    """The session of an older file, whose first line is the session's own."""
    records = read_records(file, tally)
    head = next(records, None) or {}
    rest = chain([head], records) if "role" in head else records
    return _session(name, file, head, rest, tally, redactor)


def _session(
    name: str,
    file: Path,
    info: Record,
    messages: Iterable[Record],
    tally: Tally,
    redactor: Redactor,
) -> Session | None:
    draft = SessionDraft(HOST, name, printable(file), tally, redactor)
    draft.cwd = as_str(info.get("working_dir"))
    draft.started = _utc(info.get("created_at"))
    for message in messages:
        _tell(draft, message)
    return draft.finish()


def _utc(value: object) -> datetime | None:
    text = as_str(value).strip()
    return instant(f"{text}+00:00" if _WITHOUT_ZONE.fullmatch(text) else value)


def _tell(draft: SessionDraft, message: Record) -> None:
    at = instant(message.get("created"))
    text = "\n".join(texts(message.get("content")))
    hidden = as_dict(message.get("metadata")).get("userVisible") is False
    if message.get("role") == "user" and not hidden:
        draft.user(_without_told(text), at)
    elif message.get("role") == "assistant":
        draft.agent(text, at)
    for block in map(as_dict, as_list(message.get("content"))):
        if block.get("type") == "toolRequest":
            call = as_dict(as_dict(block.get("toolCall")).get("value"))
            draft.tool(as_str(call.get("name")), argument(as_dict(call.get("arguments"))), at)
        elif block.get("type") == "toolResponse":
            value = as_dict(block.get("toolResult")).get("value")
            draft.tool("", "\n".join(texts(as_dict(value).get("content") or value)), at)


def _without_told(text: str) -> str:
    kept: list[str] = []
    last = 0
    while (start := text.find(_TOLD, last)) >= 0 and (end := text.find(_TOLD_END, start)) >= 0:
        kept.append(text[last:start])
        last = end + len(_TOLD_END)
    return "".join((*kept, text[last:])).strip()
