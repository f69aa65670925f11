"""Amp: one JSON document a thread, ``~/.local/share/amp/threads/T-<uuid>.json``.

``env.initial.trees`` names the folder and the repository. Results of tools come in messages of
role user, without the ``meta`` that a message of the person has.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
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
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.editors import path_of
from tom_swe.ingest.records import (
    Record,
    argument,
    as_dict,
    as_list,
    as_str,
    instant,
    read_document,
    texts,
)
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "amp"

_STOPPED = {"cancelled", "error"}


class Amp:
    """Reads the threads of Amp."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``amp/threads`` in ``$XDG_DATA_HOME`` or ``~/.local/share``, on every system."""
        base = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
        return present([base / "amp" / "threads"])

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each thread under a path."""
        path = existing(path)
        files = walk(path, _wanted) if path.is_dir() else [path]
        for file in files:
            if source := source_of(HOST, [file]):
                yield source

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session of a thread."""
        file = source.files[0]
        thread = as_dict(read_document(file, tally))
        if not isinstance(thread.get("messages"), list):
            raise SourceError(f"{printable(file)} is no thread of {HOST}.")
        named = as_str(thread.get("id")) or file.stem
        draft = SessionDraft(HOST, named, printable(file), tally, redactor)
        draft.started = instant(thread.get("created"))
        trees = as_list(as_dict(as_dict(thread.get("env")).get("initial")).get("trees"))
        for tree in map(as_dict, trees):
            draft.cwd = draft.cwd or path_of(as_str(tree.get("uri")))
            draft.remote = draft.remote or as_str(as_dict(tree.get("repository")).get("url"))
        for message in map(as_dict, as_list(thread.get("messages"))):
            _tell(draft, message)
        if session := draft.finish():
            yield session


def _wanted(name: str) -> bool:
    return name.startswith("T-") and name.endswith(".json")


def _tell(draft: SessionDraft, message: Record) -> None:
    blocks = [as_dict(block) for block in as_list(message.get("content"))]
    at = instant(as_dict(message.get("meta")).get("sentAt"))
    results = [block for block in blocks if block.get("type") == "tool_result"]
    for block in results:
        draft.tool("", _result(as_dict(block.get("run")).get("result")), at)
    text = "\n".join(texts(message.get("content")))
    if message.get("role") == "user":
        if message.get("meta") or not results:
            draft.user(text, at)
        return
    if message.get("role") != "assistant":
        return
    draft.agent(text, at)
    _called(draft, blocks, at)
    if as_str(as_dict(message.get("state")).get("type")) in _STOPPED:
        draft.interrupted()


def _called(draft: SessionDraft, blocks: list[Record], at: datetime | None) -> None:
    for block in blocks:
        if block.get("type") == "tool_use":
            draft.tool(as_str(block.get("name")), argument(as_dict(block.get("input"))), at)


def _result(value: object) -> str:
    return as_str(value) or argument(as_dict(value))
