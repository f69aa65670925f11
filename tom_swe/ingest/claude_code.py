"""Claude Code: one JSONL file a session, ``~/.claude/projects/<slug>/<session>.jsonl``.

Resuming and forking copy earlier lines into a new file. Files that begin with the
same message or belong to the same session are one source, and a line's ``uuid``
counts once in it, for the file that came first.
"""

import re
from collections import deque
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
from tom_swe.ingest.draft import GivenAnswer, SessionDraft
from tom_swe.ingest.records import (
    Record,
    argument,
    as_dict,
    as_list,
    as_str,
    instant,
    peek,
    read_records,
    texts,
)
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "claude-code"

_KNOWN = {"user", "assistant", "system", "summary", "progress", "attachment", "queue-operation"}
_REJECTED = "The user doesn't want to "
_SAID = re.compile(r"the user (?:said|provided the following[^:\n]*):\s*\n?", re.IGNORECASE)
# Newer hosts add advice to the model after the person's words.
_AFTER_SAID = re.compile(r"\n\s*\nNote: The user's next message.*\Z", re.DOTALL)
_PLAN = "Implement the following plan:"
_AFTER_PLAN = re.compile(
    r"^If you need specific details from before exiting plan mode.*\Z", re.DOTALL | re.MULTILINE
)
_INTERRUPTED = "[Request interrupted by user"
_VERSION = re.compile(r"[\w.+-]{1,40}")


class ClaudeCode:
    """Reads the histories of Claude Code."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``projects`` in ``$CLAUDE_CONFIG_DIR``, or in ``~/.claude`` and ``~/.config/claude``."""
        if configured := environ.get("CLAUDE_CONFIG_DIR"):
            folders = [Path(part) for part in configured.split(",") if part]
        else:
            folders = [home / ".claude", home / ".config" / "claude"]
        return present(folder / "projects" for folder in folders)

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """The transcripts under a path, those that share history together."""
        path = existing(path)
        if path.is_dir():
            folder = path / "projects" if (path / "projects").is_dir() else path
            files = [file for file in walk(folder, _wanted) if "subagents" not in file.parts]
            groups = _groups(files)
        else:
            # Its neighbours may hold the history that it repeats.
            groups = [group for group in _groups(_beside(path)) if path in group] or [[path]]
        for group in groups:
            if source := source_of(HOST, group):
                yield source

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The sessions of these files, in the order in which they begin there."""
        sessions: dict[str, _OpenSession] = {}
        seen: set[str] = set()
        failed: SourceError | None = None
        for file in source.files:
            try:
                _read_file(file, sessions, seen, tally, redactor)
            except SourceError as error:
                if len(source.files) == 1:
                    raise
                failed = error
                tally.problem(file, "cannot be read")
        if failed and not sessions:
            raise failed
        for conversation in sessions.values():
            if session := conversation.finish():
                yield session


def _wanted(name: str) -> bool:
    # Files of sub-agents hold what the agent told another agent.
    return name.endswith(".jsonl") and not name.startswith("agent-")


def _beside(file: Path) -> list[Path]:
    try:
        return sorted(other for other in file.parent.iterdir() if _wanted(other.name))
    except OSError:
        return []


def _groups(files: list[Path]) -> list[list[Path]]:
    """The files of this host by shared history, the older before the copies of it."""
    groups: dict[str, list[tuple[tuple[object, ...], Path]]] = {}
    alias: dict[str, str] = {}
    for file in files:
        head = [record for record in peek(file) if record.get("type") or record.get("sessionId")]
        told = [record for record in head if as_str(record.get("uuid"))]
        named = [as_str(record.get("sessionId")) for record in head if record.get("sessionId")]
        if not (named or any(record.get("type") == "summary" for record in head)):
            continue
        keys = [f"session {named[0] if named else file.stem}"]
        if told:
            keys.append(f"message {told[0]['uuid']}")
        known = [alias[key] for key in keys if key in alias]
        home = known[0] if known else keys[0]
        for other in known[1:]:
            if other != home:
                groups[home] += groups.pop(other)
                alias.update({key: home for key, value in alias.items() if value == other})
        alias.update(dict.fromkeys(keys, home))
        copied = any("forkedFrom" in record for record in told)
        foreign = bool(named) and named[0] != file.stem
        try:
            age = file.stat().st_mtime_ns
        except OSError:
            age = 0
        groups.setdefault(home, []).append(((copied, foreign, age, file.name), file))
    return [[file for _, file in sorted(group)] for group in groups.values()]


def _read_file(
    file: Path,
    sessions: dict[str, "_OpenSession"],
    seen: set[str],
    tally: Tally,
    redactor: Redactor,
) -> None:
    first = ""
    known = False
    for record in read_records(file, tally):
        kind = as_str(record.get("type"))
        first = first or kind or "none"
        known = known or kind in _KNOWN or bool(record.get("sessionId"))
        identity = as_str(record.get("uuid"))
        if kind == "queue-operation":
            identity = (
                f"{record.get('timestamp')} {record.get('operation')} {record.get('content')}"
            )
        if identity:
            if identity in seen:
                continue
            seen.add(identity)
        session = as_str(record.get("sessionId")) or file.stem
        if session not in sessions:
            draft = SessionDraft(HOST, session, printable(file), tally, redactor)
            sessions[session] = _OpenSession(draft)
        sessions[session].take(kind, record)
    if first and not known:
        named = first if _VERSION.fullmatch(first) else "unnamed"
        tally.unknown_versions.add(f"{HOST}: records of type {named}")


class _OpenSession:
    """One session being read: which call a result answers, and what waits in the queue."""

    def __init__(self, draft: SessionDraft) -> None:
        self._draft = draft
        self._tools: dict[str, str] = {}
        self._queue: deque[tuple[str, datetime | None]] = deque()

    def finish(self) -> Session | None:
        return self._draft.finish()

    def take(self, kind: str, record: Record) -> None:
        if record.get("isSidechain") is True:
            return
        at = instant(record.get("timestamp"))
        if not self._draft.cwd:
            self._draft.cwd = as_str(record.get("cwd"))
        if kind == "queue-operation":
            self._queued(as_str(record.get("operation")), as_str(record.get("content")), at)
        elif kind == "attachment":
            attached = as_dict(record.get("attachment"))
            if attached.get("type") == "queued_command" and attached.get("commandMode") in (
                None,
                "prompt",
            ):
                self._said(texts(attached.get("prompt")), at)
        elif kind == "assistant" and record.get("isApiErrorMessage") is not True:
            self._agent(as_dict(record.get("message")), at)
        elif kind == "user" and record.get("isCompactSummary") is not True:
            self._user(record, at)

    def _queued(self, operation: str, content: str, at: datetime | None) -> None:
        """What the person typed while the agent worked.

        A message taken out by ``dequeue`` comes again as a line of its own; one that
        is removed was handed to the agent at once and stands nowhere else.
        """
        if operation == "enqueue":
            self._queue.append((content, at))
        elif operation == "popAll":
            self._queue.clear()
        elif self._queue:
            text, written = self._queue.popleft()
            if operation == "remove" and not text.startswith("/"):
                self._said([text], written)

    def _said(self, parts: list[str], at: datetime | None) -> None:
        text = "\n".join(part for part in parts if part.strip())
        if text:
            self._draft.user(text, at)

    def _agent(self, message: Record, at: datetime | None) -> None:
        content = message.get("content")
        if isinstance(content, str):
            self._draft.agent(content, at)
        for item in as_list(content):
            block = as_dict(item)
            if block.get("type") == "text":
                self._draft.agent(as_str(block.get("text")), at)
            elif block.get("type") == "tool_use":
                name = as_str(block.get("name"))
                self._tools[as_str(block.get("id"))] = name
                self._draft.tool(name, argument(as_dict(block.get("input"))), at)

    def _user(self, record: Record, at: datetime | None) -> None:
        content = as_dict(record.get("message")).get("content")
        for item in as_list(content):
            block = as_dict(item)
            if block.get("type") == "tool_result":
                self._result(block, record.get("toolUseResult"), at)
        parts = texts(content)
        text = "\n".join(part for part in parts if part.strip())
        if not text:
            return
        if record.get("isMeta") is True:
            # The text of a skill or command, or a warning to the agent.
            if "<local-command-caveat>" not in text:
                self._draft.user("", at, attachment=text)
            return
        if text.lstrip().startswith(_INTERRUPTED):
            self._draft.interrupted()
        if text.startswith(_PLAN):
            words, plan = _plan(text, as_str(record.get("planContent")))
            self._draft.user(words, at, attachment=plan)
        else:
            self._draft.user(text, at)

    def _result(self, block: Record, detail: object, at: datetime | None) -> None:
        name = self._tools.get(as_str(block.get("tool_use_id")), "")
        text = "\n".join(texts(block.get("content")))
        if text.startswith(_REJECTED):
            said = _SAID.search(text)
            self._draft.interrupted()
            self._draft.tool(name, text[: said.start()] if said else text, at)
            if said:
                self._draft.user(_AFTER_SAID.sub("", text[said.end() :]), at)
            return
        if answers := as_dict(as_dict(detail).get("answers")):
            self._answered(as_dict(detail), answers, at)
            return
        self._draft.tool(name, text, at)

    def _answered(self, detail: Record, answers: Record, at: datetime | None) -> None:
        """Answers to the agent's questions: those typed are words, those picked are not."""
        offered = {
            as_str(as_dict(option).get("label"))
            for question in as_list(detail.get("questions"))
            for option in as_list(as_dict(question).get("options"))
        }
        given = [(question, as_str(value)) for question, value in answers.items()]
        self._draft.answers(
            [
                GivenAnswer(question, text, text in offered or set(text.split(", ")) <= offered)
                for question, text in given
            ],
            at,
        )


def _plan(text: str, plan: str) -> tuple[str, str]:
    """What the person added to the order to carry out a plan, and the rest."""
    rest = text.removeprefix(_PLAN)
    if plan and plan.strip() in rest:
        before, _, after = rest.partition(plan.strip())
        return f"{before}\n{_AFTER_PLAN.sub('', after)}".strip(), f"{_PLAN}\n\n{plan}"
    return "", text
