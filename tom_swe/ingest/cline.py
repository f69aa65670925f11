"""Cline and its forks Roo Code and Kilo Code: a folder a task, ``<editor's storage>/tasks/<id>``.

``ui_messages.json`` is what the person saw, with times: the order that the task began with, then
what the agent said and did and what the person answered to it. ``api_conversation_history.json``
is what the model was given, without times in most versions: the person's words are there in a few
tags among the host's. It is read where the former is missing, and for the folder of work.

Cline's newer programs keep ``sessions/<id>/<id>.messages.json`` and ``<id>.json`` in their place.
"""

import json
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
from tom_swe.ingest.cline_text import folder_in, offered_in, typed_in, typed_in_session
from tom_swe.ingest.draft import GivenAnswer, SessionDraft
from tom_swe.ingest.editors import user_folders
from tom_swe.ingest.records import (
    DOCUMENT_LIMIT,
    Record,
    argument,
    as_dict,
    as_list,
    as_str,
    instant,
    parse,
    read_document,
    read_object,
    texts,
)
from tom_swe.model.session import Role, Session
from tom_swe.redact.redactor import Redactor

SHOWN = "ui_messages.json"
GIVEN = "api_conversation_history.json"
MESSAGES = ".messages.json"
_BESIDE = (SHOWN, GIVEN, "history_item.json", "task_metadata.json")

_EXTENSIONS = {
    "cline": "saoudrizwan.claude-dev",
    "roo-code": "rooveterinaryinc.roo-cline",
    "kilo-code": "kilocode.kilo-code",
}


class ClineTasks:
    """Reads the tasks of one host of this family."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._extension = _EXTENSIONS[host]

    @property
    def host(self) -> str:
        """The host's name."""
        return self._host

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """The extension's storage in every editor, and where Cline's other programs keep theirs."""
        found = [user / "globalStorage" / self._extension for user in user_folders(environ, home)]
        if self._host == "cline":
            base = Path(environ.get("CLINE_DIR") or home / ".cline")
            found.append(Path(environ.get("CLINE_DATA_DIR") or base / "data"))
            if sessions := environ.get("CLINE_SESSION_DATA_DIR"):
                found.append(Path(sessions))
        return present(found)

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each task or session under a path, with the copies of it."""
        path = existing(path)
        files = walk(path, self._wanted) if path.is_dir() else [path]
        others = {name for host, name in _EXTENSIONS.items() if host != self._host}
        found: dict[str, dict[Path, None]] = {}
        for file in files:
            if file != path and others.intersection(file.absolute().parts):
                continue
            if file.name.endswith(MESSAGES):
                named = file.name.removesuffix(MESSAGES)
                beside = [file, file.with_name(f"{named}.json")]
            else:
                named = file.absolute().parent.name
                beside = [file.with_name(name) for name in _BESIDE]
                beside = beside if file.name in _BESIDE else [file]
            found.setdefault(named, {}).update(dict.fromkeys(beside))
        for _, copies in sorted(found.items()):
            if source := source_of(self._host, copies):
                yield source

    def _wanted(self, name: str) -> bool:
        if name.endswith(MESSAGES):
            return self._host == "cline"
        return name in {SHOWN, GIVEN}

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session of a task; where several files hold it, the one with most messages."""
        found: list[Session] = []
        failed: SourceError | None = None
        done: set[Path] = set()
        for file in source.files:
            given_too = file.name == GIVEN and file.parent in done
            if given_too or (len(source.files) > 1 and file.name in _BESIDE[2:]):
                continue
            if file.suffix == ".json" and file.with_name(f"{file.stem}{MESSAGES}") in source.files:
                continue
            try:
                session = self._session(file, tally, redactor)
            except SourceError as error:
                # What is broken was read; what is locked may be read later.
                failed = failed if _opens(file) else error
                tally.problem(file, str(error))
                continue
            if session:
                done.add(file.parent)
                found.append(session)
        if failed and not found:
            raise failed
        if found:
            yield max(found, key=lambda each: (_said(each), len(each.turns), each.source))

    def _session(self, file: Path, tally: Tally, redactor: Redactor) -> Session | None:
        document = read_document(file, tally)
        source = printable(file)
        told = as_dict(document)
        if told or file.name.endswith(MESSAGES):
            head = read_object(file.with_name(file.name.replace(MESSAGES, ".json"))) or {}
            named = as_str(told.get("sessionId")) or file.name.removesuffix(MESSAGES)
            draft = SessionDraft(self._host, named, source, tally, redactor)
            return _modern(draft, told, head)
        # What is broken keeps its place: the first tells person and agent apart.
        records = [as_dict(each) for each in as_list(document)]
        tally.lines_skipped += sum(1 for record in records if not record)
        shown = any("say" in record or "ask" in record for record in records)
        task = _Task(file.absolute().parent)
        started = task.started or next((at for each in records if (at := _at(each))), None)
        timed = shown or all(_at(record) for record in records if record)
        draft = SessionDraft(self._host, task.name, source, tally, redactor, timed=timed)
        draft.started = started or task.last
        draft.cwd = task.folder(records)
        if shown:
            _Shown(draft, delegated=task.delegated).take(records)
        else:
            _take_given(draft, records, draft.started if not timed else None, task.delegated)
        return draft.finish()


def _opens(file: Path) -> bool:
    """Whether a file can be read, whatever is in it."""
    try:
        with file.open("rb"):
            return True
    except OSError:
        return False


def _said(session: Session) -> int:
    return sum(1 for turn in session.by(Role.USER) if turn.text)


def _at(record: Record) -> datetime | None:
    return instant(record.get("ts"))


class _Task:
    """What stands beside the messages of a task."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self._folder = folder
        self._item = read_object(folder / "history_item.json") or _listed(folder)
        # Its orders come from another task, whose agent made it.
        self.delegated = bool(as_str(self._item.get("parentTaskId")))
        digits = self.name.isascii() and self.name.isdecimal() and len(self.name) < 16
        self.started = instant(int(self.name)) if digits else None
        self.last = instant(self._item.get("ts"))

    def folder(self, records: list[Record]) -> str:
        """The folder of work."""
        for key in ("workspace", "cwdOnTaskInitialization"):
            if found := as_str(self._item.get(key)):
                return found
        given = self._folder / GIVEN
        try:
            asked = [*records[:8], *map(as_dict, as_list(read_document(given, Tally()))[:8])]
        except SourceError:
            asked = records[:8]
        for record in asked:
            request: Record | None = (
                parse(as_str(record.get("text"))) if "say" in record else record
            )
            if not request:
                continue
            for text in texts(request.get("content") or request.get("request")):
                if found := folder_in(text):
                    return found
        return ""


def _listed(task: Path) -> Record:
    """What the host's list of tasks says of one."""
    listing = task.parent.parent / "state" / "taskHistory.json"
    try:
        status = listing.stat()
    except OSError:
        return {}
    return _listing(listing, status.st_mtime_ns, status.st_size).get(task.name, {})


@lru_cache(maxsize=2)
def _listing(file: Path, changed: int, size: int) -> Mapping[str, Record]:
    del changed
    if size > DOCUMENT_LIMIT:
        return {}
    try:
        items = map(as_dict, as_list(read_document(file, Tally())))
    except SourceError:
        return {}
    return {as_str(item.get("id")): item for item in items}


class _Shown:
    """Reads what the person saw."""

    def __init__(self, draft: SessionDraft, *, delegated: bool) -> None:
        self._draft = draft
        self._delegated = delegated
        self._question = ""
        self._offered: set[str] = set()

    def take(self, records: list[Record]) -> None:
        """Person and agent both ``say: text``: the first is the person's order."""
        for place, record in enumerate(records):
            at, text = _at(record), as_str(record.get("text"))
            if "ask" in record and record.get("type") != "say":
                self._asked(as_str(record.get("ask")), text, at)
                continue
            said = as_str(record.get("say"))
            if place == 0 and said in {"text", "task"}:
                if self._delegated:
                    self._draft.user("", at, attachment=text)
                else:
                    self._draft.user(text, at)
            elif said == "user_feedback":
                self._answered(text, at)
            elif said in {"text", "completion_result"}:
                self._draft.agent(text, at)
            elif said in {"tool", "command", "command_output"}:
                self._tool(said, text, at)

    def _asked(self, kind: str, text: str, at: datetime | None) -> None:
        if kind in {"followup", "plan_mode_respond"}:
            told = parse(text) or {}
            self._question = as_str(told.get("question") or told.get("response")) or text
            self._offered = offered_in(told)
            self._draft.agent(self._question, at)
            if picked := as_str(told.get("selected")):
                self._draft.answers([GivenAnswer(self._question, picked, picked=True)], at)
                self._question, self._offered = "", set()
        elif kind == "completion_result":
            self._draft.agent(text, at)
        elif kind in {"tool", "command"}:
            self._tool(kind, text, at)
        elif kind in {"resume_task", "api_req_failed"}:
            self._draft.interrupted()

    def _answered(self, text: str, at: datetime | None) -> None:
        if text.strip() in self._offered:
            self._draft.answers([GivenAnswer(self._question, text, picked=True)], at)
        elif self._question:
            self._draft.answers([GivenAnswer(self._question, text, picked=False)], at)
        else:
            self._draft.user(text, at)
        self._question, self._offered = "", set()

    def _tool(self, kind: str, text: str, at: datetime | None) -> None:
        call = parse(text) or {}
        name = as_str(call.get("tool")) or kind
        self._draft.tool(name, argument(call) if call else text, at)


def _take_given(
    draft: SessionDraft, records: list[Record], at: datetime | None, delegated: bool
) -> None:
    """Reads what the model was given."""
    offered: set[str] = set()
    first = True
    for record in records:
        when = at or _at(record)
        content = record.get("content")
        if record.get("role") == "user":
            for tag, text in typed_in(content):
                if delegated and first:
                    draft.user("", when, attachment=text)
                elif tag == "answer":
                    draft.answers([GivenAnswer("", text, text in offered)], when)
                else:
                    draft.user(text, when)
                first = False
            offered = set()
        elif record.get("role") == "assistant":
            _take_agent(draft, content, when)
            offered = offered_in(content)


def _take_agent(draft: SessionDraft, content: object, at: datetime | None) -> None:
    for text in texts(content):
        draft.agent(text, at)
    for block in map(as_dict, as_list(content)):
        if block.get("type") == "tool_use":
            values = as_dict(block.get("input"))
            draft.tool(as_str(block.get("name")), argument(values) or json.dumps(values)[:400], at)


def _modern(draft: SessionDraft, document: Record, head: Record) -> Session | None:
    if as_str(document.get("agent")) not in {"", "lead"}:
        return None
    draft.cwd = as_str(head.get("cwd")) or as_str(head.get("workspace_root"))
    draft.started = instant(head.get("created_at")) or instant(head.get("started_at"))
    for record in map(as_dict, as_list(document.get("messages"))):
        content = record.get("content")
        if record.get("role") == "user":
            words = [typed_in_session(text) for text in texts(content)]
            draft.user("\n".join(each for each in words if each), _at(record))
        elif record.get("role") == "assistant":
            _take_agent(draft, content, _at(record))
    return draft.finish()


CLINE_FAMILY = tuple(ClineTasks(host) for host in _EXTENSIONS)
