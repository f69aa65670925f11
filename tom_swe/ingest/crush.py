"""Crush, and the old opencode in Go: one SQLite store a project.

``<project>/.crush/crush.db`` and ``<project>/.opencode/opencode.db``. Both have the tables
``sessions`` and ``messages``; a message's ``parts`` is a JSON list of ``{type, data}``. Times are
seconds, whatever the tables' comments say.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import cast

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
from tom_swe.ingest.projects import in_projects
from tom_swe.ingest.records import argument, as_dict, as_str, instant, parse
from tom_swe.ingest.sqlite import ForeignStore, opened, salvaged, with_log
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

# Orders that the client itself gives in the person's name.
_CLIENTS = (
    "Please analyze this codebase and create a **CRUSH.md**",
    "Please analyze this codebase and create a OpenCode.md",
    "Provide a detailed but concise summary of our conversation",
)
_STOPPED = {"canceled", "error"}


class ProjectStore:
    """Reads the stores that one of these hosts leaves in projects."""

    def __init__(self, host: str, folder: str, name: str) -> None:
        self._host = host
        self._folder = folder
        self._name = name

    @property
    def host(self) -> str:
        """The host's name."""
        return self._host

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """The host's folder in each project of home's first few levels."""
        del environ
        found = in_projects(home, [f"{self._folder}/{self._name}"])
        return present(store.parent for store in found)

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each store under a path."""
        path = existing(path)
        stores = [path]
        if path.is_dir():
            named = walk(path, lambda name: name == self._name)
            stores = [store for store in named if store.resolve().parent.name == self._folder]
        for store in stores:
            if source := source_of(self._host, with_log(store)):
                yield source

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The sessions of a store, oldest first; none of sub-agents."""
        file = source.files[0]
        place = file.resolve().parent
        cwd = printable(place.parent) if place.name == self._folder else ""
        tally.lines_read += 1
        with opened(file) as store:
            columns = store.columns("sessions")
            if not {"id", "created_at"} <= columns or not store.has("messages"):
                raise SourceError(f"{printable(file)} is no store of {self._host}.")
            parent = "parent_session_id" if "parent_session_id" in columns else "null"
            # Its parts are the names of columns, which are written here.
            query = f"select id, {parent}, created_at from sessions order by created_at, rowid"  # noqa: S608
            for name, above, created in list(salvaged(store.rows(query), file, tally)):
                if above or not as_str(name):
                    continue
                draft = SessionDraft(self._host, as_str(name), printable(file), tally, redactor)
                draft.cwd = cwd
                draft.started = instant(created)
                for role, parts, at in salvaged(_messages(store, name), file, tally):
                    _tell(draft, as_str(role), _parts(parts, tally), instant(at))
                if session := draft.finish():
                    yield session


def _messages(store: ForeignStore, session: object) -> Iterator[tuple[object, ...]]:
    return store.rows(
        "select role, parts, created_at from messages"
        " where session_id = ? order by created_at, rowid",
        (session,),
    )


def _parts(value: object, tally: Tally) -> list[tuple[str, dict[str, object]]]:
    """The type and the data of each part of a message."""
    tally.lines_read += 1
    try:
        found: object = json.loads(as_str(value))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        tally.lines_skipped += 1
        return []
    parts = (as_dict(part) for part in cast("list[object]", found))
    return [(as_str(part.get("type")), as_dict(part.get("data"))) for part in parts]


def _tell(
    draft: SessionDraft, role: str, parts: list[tuple[str, dict[str, object]]], at: datetime | None
) -> None:
    text = "\n".join(as_str(data.get("text")) for kind, data in parts if kind == "text").strip()
    if role == "user":
        if not text.lstrip("`").startswith(_CLIENTS):
            draft.user(text, at)
        return
    if role == "assistant":
        draft.agent(text, at)
    for kind, data in parts:
        name = as_str(data.get("name"))
        if kind == "tool_call":
            given = as_str(data.get("input"))
            draft.tool(name, argument(parse(given) or {}) or given, at)
        elif kind == "tool_result":
            draft.tool(name, as_str(data.get("content")), at)
        elif kind == "finish" and as_str(data.get("reason")) in _STOPPED:
            draft.interrupted()


CRUSH = ProjectStore("crush", ".crush", "crush.db")
OPENCODE_GO = ProjectStore("opencode-go", ".opencode", "opencode.db")
