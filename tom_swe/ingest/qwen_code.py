"""Qwen Code: a JSONL file a session, ``~/.qwen/projects/<folder>/chats/<session>.jsonl``.

A record is ``{"uuid", "parentUuid", "sessionId", "timestamp", "type", "subtype", "cwd", "message":
{"role", "parts"}, "systemPayload"}``. A branch of a session copies its records with their uuids;
a ``rewind`` record goes on from an earlier one, and what came after that was taken back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
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
from tom_swe.ingest.draft import AGENT_LIMIT, TOOL_LIMIT, USER_WINDOW, SessionDraft
from tom_swe.ingest.gemini_chat import typed_part
from tom_swe.ingest.records import (
    Record,
    argument,
    as_dict,
    as_list,
    as_str,
    instant,
    peek,
    read_records,
    refuse_large,
)
from tom_swe.model.session import Provenance, Session
from tom_swe.redact.redactor import Redactor
from tom_swe.text.safe import storable

HOST = "qwen-code"

_TYPES = {"user", "assistant", "tool_result", "system"}
# Other subtypes of user records are timers, notices and goals of the host.
_TYPED = {"", "mid_turn_user_message"}
_PERSON = {"", "real_user"}
_MID_TURN = "[User message received during tool execution]:"
# Containers hold one project at this place, so that here the name of its folder tells the path.
_CONTAINER = "-workspace-"
_RESULT = TOOL_LIMIT * 8


class QwenCode:
    """Reads the sessions of Qwen Code."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``projects`` in ``$QWEN_RUNTIME_DIR``, ``$QWEN_HOME`` or ``~/.qwen``, on every system."""
        named = (environ.get(name) for name in ("QWEN_RUNTIME_DIR", "QWEN_HOME"))
        bases = [Path(name) for name in named if name] or [home / ".qwen"]
        return present(base / "projects" for base in bases)

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """The sessions under a path, the files of one together."""
        path = existing(path)
        groups: defaultdict[str, list[Path]] = defaultdict(list)
        if path.is_dir():
            for file in walk(path, lambda name: name.endswith(".jsonl")):
                if file.parent.name == "chats" and _looks_like(file):
                    groups[file.stem].append(file)
        else:
            groups[path.stem].append(path)
        yield from sources_of(HOST, groups.values())

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session in these files; none where an agent, not a person, gave the orders."""
        sessions: dict[str, _QwenSession] = {}
        failed: SourceError | None = None
        for file in source.files:
            try:
                # Which branch was gone on with is known at the end.
                refuse_large(file)
                for record in read_records(file, tally):
                    if as_str(record.get("type")) not in _TYPES:
                        tally.lines_skipped += 1
                        continue
                    named = as_str(record.get("sessionId")) or file.stem
                    sessions.setdefault(named, _QwenSession(file)).take(record, file)
            except SourceError as error:
                failed = error
                tally.problem(file, str(error))
        if failed and not sessions:
            raise failed
        for named, conversation in sessions.items():
            draft = SessionDraft(HOST, named, printable(conversation.file), tally, redactor)
            if session := conversation.told(draft):
                yield session


def _looks_like(file: Path) -> bool:
    return any(as_str(each.get("type")) in _TYPES and "sessionId" in each for each in peek(file))


class _QwenSession:
    """The records of a session, each once; those of sub-agents are left out."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._cwd = ""
        self._forked = False
        self._records: dict[str, Record] = {}
        self._places: dict[Path, dict[str, None]] = defaultdict(dict[str, None])
        self._taken_back: set[str] = set()

    def take(self, record: Record, file: Path) -> None:
        if record.get("isSidechain") is True or record.get("agentId"):
            return
        self._cwd = self._cwd or as_str(record.get("cwd"))
        self._forked = self._forked or bool(as_dict(record.get("forkedFrom")))
        places = self._places[file]
        if record.get("subtype") == "rewind" and "parentUuid" in record:
            parent = record["parentUuid"]
            if parent is None or (isinstance(parent, str) and parent in places):
                while places and next(reversed(places)) != parent:
                    self._taken_back.add(places.popitem()[0])
            return
        key = storable(as_str(record.get("uuid"))[:200]) or f"\0{len(self._records)}"
        if key not in self._records:
            self._records[key] = _shortened(record)
        places[key] = None

    def told(self, draft: SessionDraft) -> Session | None:
        draft.cwd = self._cwd or _container(self.file)
        if self._forked:
            draft.provenance = Provenance.FORK
        records = [
            (key, record) for key, record in self._records.items() if key not in self._taken_back
        ]
        if len(self._places) > 1:
            records.sort(key=lambda each: as_str(each[1].get("timestamp")))
        for key, record in records:
            _tell(draft, record, "" if key.startswith("\0") else key)
        return draft.finish()


def _container(file: Path) -> str:
    name = file.parent.parent.name
    return f"/workspace/{name.removeprefix(_CONTAINER)}" if name.startswith(_CONTAINER) else ""


def _shortened(record: Record) -> Record:
    """What of a record is told, without pictures and long results."""
    payload = as_dict(record.get("systemPayload"))
    parts = [_part(as_dict(part)) for part in as_list(as_dict(record.get("message")).get("parts"))]
    kept = ("type", "subtype", "provenance", "timestamp")
    return {
        **{key: as_str(record.get(key)) for key in kept},
        "shown": as_str(payload.get("displayText"))[:USER_WINDOW],
        "parts": [part for part in parts if part],
    }


def _part(part: Record) -> Record:
    if part.get("thought"):
        return {}
    call, response = as_dict(part.get("functionCall")), as_dict(part.get("functionResponse"))
    if call:
        said = argument(as_dict(call.get("args")))
        return {"tool": as_str(call.get("name")), "text": said[:_RESULT]}
    if response:
        result = as_dict(response.get("response"))
        said = as_str(result.get("output")) or as_str(result.get("error"))
        return {"tool": as_str(response.get("name")), "text": said[:_RESULT]}
    return {"text": as_str(part.get("text"))[:USER_WINDOW]}


def _tell(draft: SessionDraft, record: Record, message: str) -> None:
    at = instant(record["timestamp"])
    parts = [as_dict(part) for part in as_list(record["parts"])]
    for part in parts:
        if "tool" in part:
            draft.tool(as_str(part["tool"]), as_str(part["text"]), at)
    text = "\n".join(_texts(parts))
    if record["type"] == "assistant":
        draft.agent(text[: AGENT_LIMIT * 2], at)
    elif _is_typed(record):
        _say(draft, as_str(record["shown"]) or text, at, message)


def _is_typed(record: Record) -> bool:
    typed = record["type"] == "user" and record["subtype"] in _TYPED
    return typed and record["provenance"] in _PERSON


def _texts(parts: Iterable[Record]) -> Iterator[str]:
    for part in parts:
        if "tool" not in part and part.get("text"):
            yield as_str(part["text"])


def _say(draft: SessionDraft, text: str, at: datetime | None, message: str) -> None:
    # This host comes from Gemini CLI and says the same in the person's name.
    words, beside = typed_part(text.lstrip().removeprefix(_MID_TURN))
    if words or beside:
        draft.user(words, at, attachment=beside, message=message)
