"""Codex: one JSONL rollout a session, ``~/.codex/sessions/YYYY/MM/DD/rollout-*.jsonl``.

Two forms are read. The older has the session's data in the first line and items at
the top level; the newer wraps each as ``{"timestamp", "type", "payload"}``. Rollouts that lie
idle are packed, as ``.jsonl.zst``. Resuming and forking write the records of the other session
again, behind a second ``session_meta`` with its id.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
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
from tom_swe.ingest.codex_prompts import typed
from tom_swe.ingest.copies import longest
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.packed import SUFFIX
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
from tom_swe.model.session import Provenance, Session
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
_CWD = re.compile(r"<cwd>([^<>\n]{1,1000})</cwd>")
# The records of another session are written again within this of its ``session_meta``.
_REPLAY = timedelta(seconds=0.5)
_TEXT = ("text", "input_text", "output_text")


class Codex:
    """Reads the rollouts of Codex."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``sessions`` and ``archived_sessions`` under ``$CODEX_HOME`` or ``~/.codex``."""
        base = Path(environ.get("CODEX_HOME") or home / ".codex")
        return present([base / "sessions", base / "archived_sessions"])

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """The rollouts under a path, those of one session together."""
        path = existing(path)
        files = walk(path, _wanted) if path.is_dir() else [path]
        groups: dict[str, list[Path]] = {}
        for file in files:
            if file == path or file.name.startswith("rollout-") or _looks_like(file):
                groups.setdefault(_named(file) or printable(file), []).append(file)
        yield from sources_of(HOST, groups.values())

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session of a rollout, the longest copy of it; none where no person spoke."""
        if session := longest(_copy(file, tally, redactor) for file in source.files):
            yield session


def _copy(file: Path, tally: Tally, redactor: Redactor) -> Session | None:
    """The session as one rollout has it."""
    rollout: _Rollout | None = None
    for record in read_records(file, tally):
        if rollout is None:
            named = as_str(_meta(record).get("id")) or _named(file) or file.stem
            draft = SessionDraft(HOST, named, printable(file), tally, redactor)
            rollout = _Rollout(draft, named, tally)
        rollout.take(record)
    return rollout.finish() if rollout and not rollout.delegated else None


def _wanted(name: str) -> bool:
    return name.endswith((".jsonl", f".jsonl{SUFFIX}"))


def _named(file: Path) -> str:
    """The id of the session in the name of its rollout."""
    found = _STEM_ID.search(file.name.removesuffix(SUFFIX).removesuffix(".jsonl"))
    return found[0] if found else ""


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

    def __init__(self, draft: SessionDraft, session: str, tally: Tally) -> None:
        self.delegated = False
        self._draft = draft
        self._tally = tally
        self._tools: dict[str, str] = {}
        self._told: dict[str, Counter[int]] = {"item": Counter(), "event": Counter()}
        self._session = session
        # The start of the session of which the records at hand are, and of the one that this goes
        # on from, however many sessions lie between; and until when its records are copies.
        self._began: datetime | None = None
        self._root: datetime | None = None
        self._copied_until: datetime | None = None
        self._said = hashlib.sha256()

    def finish(self) -> Session | None:
        return self._draft.finish()

    def _user(self, text: str, at: datetime | None) -> None:
        """What the person said; its id is all that was said up to it since the very beginning.

        Copies have new times and new sessions, but the start of the oldest session stays in them.
        """
        if self._copied_until and at and at > self._copied_until:
            self._copied_until = None
        if "<environment_context>" in text and (told_cwd := _CWD.search(text)):
            self._draft.cwd = self._draft.cwd or told_cwd[1]
        typed_in = typed(text)
        words, prompt = (text, "") if typed_in is None else (typed_in, text)
        self._said.update(f"{text}\0".encode("utf-8", "surrogatepass"))
        told = self._began if self._copied_until else at or self._began
        root = self._root.isoformat() if self._root else self._session
        self._draft.user(words, told, prompt, f"{root} {self._said.hexdigest()[:32]}")

    def take(self, record: Record) -> None:
        kind = as_str(record.get("type"))
        at = instant(record.get("timestamp"))
        payload = as_dict(record.get("payload"))
        if meta := _meta(record):
            self._begin(meta, at)
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

    def _begin(self, meta: Record, at: datetime | None) -> None:
        began = instant(meta.get("timestamp"))
        another = self._began is not None and as_str(meta.get("id")) not in ("", self._session)
        self._began = began or self._began
        self._root = min((each for each in (self._root, began) if each), default=None)
        if meta.get("forked_from_id"):
            self._draft.provenance = Provenance.FORK
        if another:
            # Who drove that one says nothing of this.
            self._draft.provenance = Provenance.FORK
            self._copied_until = at + _REPLAY if at else None
            return
        origin = meta.get("source")
        # A sub-agent's rollout: its orders come from another agent.
        self.delegated = self.delegated or "subagent" in as_dict(origin) or origin == "subagent"
        if origin == "exec" or meta.get("thread_source") == "automation":
            self._draft.by_program()
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
            self._user(text, at)
        elif kind == "agent_message" and text and not self._again("event", "assistant", text):
            self._draft.agent(text, at or self._began)
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
                self._user(text, at)
            else:
                self._draft.agent(text, at or self._began)
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
