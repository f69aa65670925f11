"""Tom's own transcript format, for hosts which none of the other importers knows.

One JSON object a line, UTF-8::

    {"session": "review-42", "role": "user", "text": "use tabs, please",
     "at": "2026-03-01T09:30:00Z", "cwd": "/home/me/src/app"}

=============  ====================================================================
``role``       ``user``, ``agent`` (also ``assistant``) or ``tool``; required
``text``       what was said, or a tool's call or result; required
``session``    the session's name, unique for this person; lines of one session
               stand together. Left out: the file is one session, named by its path
``at``         ISO 8601, with a zone; or seconds since 1970
``cwd``        the working directory, from which the repository is told
``repository`` the repository's name where no directory tells it
``tool``       the tool's name, with role ``tool``
=============  ====================================================================

Other fields are ignored. A line without a role or text is counted and passed over.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from tom_swe.ingest.base import Tally, TranscriptSource, existing, printable, source_of, walk
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.records import Record, as_str, instant, peek, read_records
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "jsonl"

_ROLES = {"user", "agent", "assistant", "tool"}


class Jsonl:
    """Reads tom's own transcript format."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """Nowhere: these files lie where the person put them."""
        del environ, home
        return []

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each file of this format under a path."""
        path = existing(path)
        files = walk(path, lambda name: name.endswith(".jsonl")) if path.is_dir() else [path]
        for file in files:
            ours = file == path or any(_valid(record) for record in peek(file, 3))
            if ours and (source := source_of(HOST, [file])):
                yield source

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The sessions of a file, each when its last line has been read."""
        file = source.files[0]
        done: set[str] = set()
        name: str | None = None
        draft: SessionDraft | None = None
        for record in read_records(file, tally):
            if not _valid(record):
                tally.lines_skipped += 1
                continue
            named = as_str(record.get("session")) or _path_name(file)
            if named != name:
                if draft and (session := draft.finish()):
                    yield session
                if name is not None:
                    done.add(name)
                name = named
                draft = SessionDraft(HOST, named, printable(file), tally, redactor)
            if draft is None or named in done:
                tally.lines_skipped += 1
                tally.problem(file, "a session goes on after another began; put its lines together")
                continue
            _take(draft, record)
        if draft and (session := draft.finish()):
            yield session


def _valid(record: Record) -> bool:
    return as_str(record.get("role")) in _ROLES and isinstance(record.get("text"), str)


def _path_name(file: Path) -> str:
    return hashlib.sha256(printable(file.absolute()).encode()).hexdigest()[:32]


def _take(draft: SessionDraft, record: Record) -> None:
    at = instant(record.get("at"))
    text = as_str(record.get("text"))
    draft.cwd = draft.cwd or as_str(record.get("cwd"))
    draft.repository = draft.repository or as_str(record.get("repository"))
    match record.get("role"):
        case "user":
            draft.user(text, at)
        case "tool":
            draft.tool(as_str(record.get("tool")), text, at)
        case _:
            draft.agent(text, at)
