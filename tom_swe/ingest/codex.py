"""Codex: one JSONL rollout a session, ``~/.codex/sessions/YYYY/MM/DD/rollout-*.jsonl``.

Two forms are read. The older has the session's data in the first line and items at
the top level; the newer wraps each as ``{"timestamp", "type", "payload"}``.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

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
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "codex"

_WRAPPED = {"session_meta", "response_item", "event_msg", "turn_context", "compacted"}
_ITEMS = {
    "message",
    "reasoning",
    "function_call",
    "function_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
    "local_shell_call",
    "local_shell_call_output",
    "web_search_call",
    "tool_search_call",
    "tool_search_output",
    "image_generation_call",
    "ghost_snapshot",
    "compaction",
}
_TYPE = re.compile(r"[\w.-]{1,40}")
_STEM_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_TEXT = ("text", "input_text", "output_text")


class Codex:
    """Reads the rollouts of Codex."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``sessions`` and ``archived_sessions`` under ``$CODEX_HOME`` or ``~/.codex``."""
        base = Path(environ.get("CODEX_HOME") or home / ".codex")
        return present([base / "sessions", base / "archived_sessions"])

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each rollout under a path."""
        path = existing(path)
        files = walk(path, lambda name: name.endswith(".jsonl")) if path.is_dir() else [path]
        for file in files:
            ours = file == path or file.name.startswith("rollout-") or _looks_like(file)
            if ours and (source := source_of(HOST, [file])):
                yield source

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session of a rollout; none where an agent, not a person, gave the orders."""
        file = source.files[0]
        stem = _STEM_ID.search(file.stem)
        rollout: _Rollout | None = None
        for record in read_records(file, tally):
            if rollout is None:
                named = as_str(_meta(record).get("id")) or (stem[0] if stem else file.stem)
                draft = SessionDraft(HOST, named, printable(file), tally, redactor)
                rollout = _Rollout(draft, tally)
            rollout.take(record)
        if rollout and not rollout.delegated and (session := rollout.finish()):
            yield session


def _looks_like(file: Path) -> bool:
    head = peek(file, 3)
    return any(record.get("type") in _WRAPPED and "payload" in record for record in head)


def _meta(record: Record) -> Record:
    """The session's data, if this record is what a rollout begins with."""
    if record.get("type") == "session_meta":
        return as_dict(record.get("payload"))
    return record if "type" not in record and "id" in record and "timestamp" in record else {}


class _Rollout:
    """One rollout being read; a message told twice in different records counts once."""

    def __init__(self, draft: SessionDraft, tally: Tally) -> None:
        self.delegated = False
        self._draft = draft
        self._tally = tally
        self._tools: dict[str, str] = {}
        self._told: dict[str, Counter[int]] = {"item": Counter(), "event": Counter()}

    def finish(self) -> Session | None:
        return self._draft.finish()

    def take(self, record: Record) -> None:
        kind = as_str(record.get("type"))
        at = instant(record.get("timestamp"))
        payload = as_dict(record.get("payload"))
        if meta := _meta(record):
            self._begin(meta)
        elif kind == "turn_context":
            self._draft.cwd = self._draft.cwd or as_str(payload.get("cwd"))
        elif kind == "event_msg":
            self._event(payload, at)
        elif kind == "response_item":
            self._item(payload, at)
        elif kind in _ITEMS:
            self._item(record, at)
        elif kind not in _WRAPPED and "record_type" not in record:
            named = kind if _TYPE.fullmatch(kind) else "unnamed"
            self._tally.unknown_versions.add(f"{HOST}: records of type {named}")
            self._tally.lines_skipped += 1

    def _begin(self, meta: Record) -> None:
        origin = meta.get("source")
        # A sub-agent's rollout: its orders come from another agent.
        self.delegated = self.delegated or "subagent" in as_dict(origin) or origin == "subagent"
        self._draft.cwd = self._draft.cwd or as_str(meta.get("cwd"))
        git = as_dict(meta.get("git"))
        self._draft.remote = self._draft.remote or as_str(git.get("repository_url"))

    def _again(self, stream: str, role: str, text: str) -> bool:
        """Whether the other stream of records has told this message already."""
        other = self._told["event" if stream == "item" else "item"]
        key = hash((role, " ".join(text.split())))
        if other[key] > 0:
            other[key] -= 1
            return True
        self._told[stream][key] += 1
        return False

    def _event(self, payload: Record, at: datetime | None) -> None:
        kind = as_str(payload.get("type"))
        text = as_str(payload.get("message"))
        if kind == "user_message" and text and not self._again("event", "user", text):
            self._draft.user(text, at)
        elif kind == "agent_message" and text and not self._again("event", "assistant", text):
            self._draft.agent(text, at)
        elif kind == "turn_aborted":
            self._draft.interrupted()

    def _item(self, item: Record, at: datetime | None) -> None:
        kind = as_str(item.get("type"))
        call = as_str(item.get("call_id"))
        if kind == "message":
            role = as_str(item.get("role"))
            text = "\n".join(texts(item.get("content"), _TEXT))
            if role not in {"user", "assistant"} or not text or self._again("item", role, text):
                return
            if role == "user":
                self._draft.user(text, at)
            else:
                self._draft.agent(text, at)
        elif kind.endswith("_output"):
            name = self._tools.get(call, "")
            self._draft.tool(name, _output(item.get("output")), at)
        elif kind.endswith("_call"):
            name = as_str(item.get("name")) or kind.removesuffix("_call")
            self._tools[call] = name
            self._draft.tool(name, _call(item), at)


def _call(item: Record) -> str:
    for key in ("arguments", "input", "action"):
        value = item.get(key)
        if isinstance(value, str):
            return argument(parse(value) or {}) or value
        if values := as_dict(value):
            return argument(values)
    return ""


def _output(value: object) -> str:
    """The text of a tool's result: plain, in JSON, or in blocks."""
    if isinstance(value, str):
        inner = parse(value) if value.startswith("{") else None
        return as_str(inner.get("output")) or value if inner else value
    if inner := as_dict(value):
        content = inner.get("content") or inner.get("output")
        return "\n".join(texts(content, _TEXT)) or json.dumps(inner, default=str)[:1000]
    return "\n".join(texts(as_list(value), _TEXT))
