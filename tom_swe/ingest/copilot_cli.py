"""GitHub Copilot CLI: ``~/.copilot/session-state/<session>/events.jsonl``, one event a line.

An event is ``{"type", "data", "id", "timestamp", "parentId"}``. ``user.message`` has what was
typed in ``content``, beside what the model was sent. What was typed in answer to a question of
the agent's stands in the result of the tool ``ask_user``. A backup holds the same session again,
often shorter: of the files of one session the longest is read.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from tom_swe.ingest.base import (
    Tally,
    TranscriptSource,
    existing,
    present,
    printable,
    sources_of,
    walk,
)
from tom_swe.ingest.draft import GivenAnswer, SessionDraft
from tom_swe.ingest.records import (
    Record,
    argument,
    as_dict,
    as_str,
    instant,
    parse,
    peek,
    read_records,
)
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "copilot-cli"

_EVENTS = "events.jsonl"
_START = "session.start"
_TYPED = "User responded: "
_PICKED = "User selected: "


class CopilotCli:
    """Reads the sessions of Copilot CLI."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``session-state`` under ``$COPILOT_HOME`` or ``~/.copilot``, on every system."""
        base = Path(environ.get("COPILOT_HOME") or home / ".copilot")
        return present([base / "session-state"])

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each session under a path, with all the copies of it that are there."""
        path = existing(path)
        files = walk(path, lambda name: name == _EVENTS) if path.is_dir() else [path]
        sessions: dict[str, list[Path]] = {}
        for file in files:
            head = peek(file, 3)
            if file == path or any("type" in each and "data" in each for each in head):
                sessions.setdefault(_session_id(file, head), []).append(file)
        yield from sources_of(HOST, sessions.values())

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session, from the longest of its files."""
        file = _longest(source.files)
        draft = SessionDraft(
            HOST, _session_id(file, peek(file, 3)), printable(file), tally, redactor
        )
        events = _Events(draft)
        for record in read_records(file, tally):
            events.take(record)
        if session := draft.finish():
            yield session


def _session_id(file: Path, head: list[Record]) -> str:
    for record in head:
        if record.get("type") == _START and (
            named := as_str(as_dict(record.get("data")).get("sessionId"))
        ):
            return named
    return file.parent.name if file.name == _EVENTS else file.stem


def _longest(files: tuple[Path, ...]) -> Path:
    """The file with the most messages of the person, then the latest event."""
    if len(files) == 1:
        return files[0]
    uncounted = Tally()

    def length(file: Path) -> tuple[int, str, str]:
        said, last = set[str](), ""
        for record in read_records(file, uncounted):
            if record.get("type") == "user.message":
                said.add(as_str(record.get("id")))
            last = max(last, as_str(record.get("timestamp")))
        return len(said), last, printable(file)

    return max(files, key=length)


class _Events:
    """The events of one session being read; an event that is written twice counts once."""

    def __init__(self, draft: SessionDraft) -> None:
        self._draft = draft
        self._seen: set[str] = set()
        self._calls: dict[str, tuple[str, Record]] = {}

    def take(self, event: Record) -> None:
        kind = as_str(event.get("type"))
        data = as_dict(event.get("data"))
        at = instant(event.get("timestamp"))
        named = as_str(event.get("id"))
        if named in self._seen:
            return
        if named:
            self._seen.add(named)
        match kind:
            case "session.start" | "session.resume":
                self._begin(data)
            case "user.message":
                self._user(event, data, at)
            case "assistant.message" if not _of_sub_agent(event, data):
                self._draft.agent(as_str(data.get("content")), at)
            case "tool.execution_start":
                self._call(event, data, at)
            case "tool.execution_complete":
                self._result(event, data, at)
            case "abort" | "session.error":
                self._draft.interrupted()
            case _:
                pass

    def _begin(self, data: Record) -> None:
        draft, context = self._draft, as_dict(data.get("context"))
        draft.started = draft.started or instant(data.get("startTime"))
        draft.cwd = draft.cwd or as_str(context.get("cwd"))
        draft.repository = draft.repository or as_str(context.get("repository"))

    def _user(self, event: Record, data: Record, at: datetime | None) -> None:
        # Skills and the agent's own continuations come as messages of the user, with a source.
        by_person = data.get("source") in (None, "", "user")
        if by_person and not data.get("isAutopilotContinuation") and not event.get("agentId"):
            content = as_str(data.get("content"))
            self._draft.user(content, at, message=as_str(event.get("id")))

    def _call(self, event: Record, data: Record, at: datetime | None) -> None:
        name, values = as_str(data.get("toolName")), as_dict(data.get("arguments"))
        self._calls[as_str(data.get("toolCallId"))] = (name, values)
        if name == "ask_user":
            self._draft.agent(as_str(values.get("question")), at)
        elif not _of_sub_agent(event, data):
            told = as_str(data.get("arguments"))
            self._draft.tool(name, argument(values or parse(told) or {}) or told, at)

    def _result(self, event: Record, data: Record, at: datetime | None) -> None:
        name, values = self._calls.pop(as_str(data.get("toolCallId")), ("", {}))
        result = as_str(as_dict(data.get("result")).get("content"))
        if name != "ask_user":
            if not _of_sub_agent(event, data):
                self._draft.tool(name, result, at)
            return
        for opening in (_TYPED, _PICKED):
            if result.startswith(opening):
                text = result.removeprefix(opening)
                question = as_str(values.get("question"))
                self._draft.answers([GivenAnswer(question, text, opening == _PICKED)], at)


def _of_sub_agent(event: Record, data: Record) -> bool:
    return bool(event.get("agentId") or data.get("parentToolCallId"))
