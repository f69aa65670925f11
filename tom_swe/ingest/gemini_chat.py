"""One chat of Gemini CLI in its two forms, taken down to what a session needs.

JSON: ``{"sessionId", "projectHash", "startTime", "lastUpdated", "kind", "messages": [...]}``.
JSONL: the same without ``messages`` in the first line, then a message a line; one with a known id
replaces the earlier, ``{"$set": {...}}`` changes the head or, with ``messages``, everything, and
``{"$rewindTo": id}`` takes back that message and all after it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tom_swe.ingest.base import Tally
from tom_swe.ingest.draft import AGENT_LIMIT, TOOL_LIMIT, USER_WINDOW, GivenAnswer
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
    read_records,
    refuse_large,
    texts,
)
from tom_swe.text.safe import storable

_KEPT = {"user": USER_WINDOW, "gemini": AGENT_LIMIT * 2}
# A tool's result is kept briefly; redaction sees a little more.
_RESULT = TOOL_LIMIT * 8
_SUB_AGENT = (
    "Your task is to do a deep investigation of the codebase",
    "Your task is to answer the following question about Gemini CLI:",
)
_ANSWERED_HERE = "ask_user"
_HOST_WRITTEN = (
    "<session_context>",
    "<hook_context>",
    "System: Please continue.",
    "You have stopped calling tools without finishing",
)
_COMMANDS = ("/", "?")
_FILES = re.compile(r"^[^\S\n]*--- Content from referenced files ---", re.MULTILINE)


class ChatCall(NamedTuple):
    """A call of a tool, with its result or with the person's answers to the questions it asked."""

    name: str
    said: str
    result: str
    answers: tuple[GivenAnswer, ...]
    cancelled: bool
    at: datetime | None


class ChatMessage(NamedTuple):
    """A message of a chat; ``key`` is its id, or what tells it apart where it has none."""

    key: str
    own_id: str
    kind: str
    text: str
    at: datetime | None
    calls: tuple[ChatCall, ...]


@dataclass
class Chat:
    """What a file holds, and the ids of the messages that were taken back in it."""

    file: Path
    head: Record = field(default_factory=dict[str, object])
    messages: dict[str, ChatMessage] = field(default_factory=dict[str, ChatMessage])
    taken_back: set[str] = field(default_factory=set[str])

    @property
    def id(self) -> str:
        """The session's id; a sub-agent may carry that of its parent."""
        return as_str(self.head.get("sessionId"))

    @property
    def project_hash(self) -> str:
        """The hash of the folder of work."""
        return as_str(self.head.get("projectHash"))

    @property
    def is_by_agent(self) -> bool:
        """Whether an agent gave the orders here."""
        first = next((each for each in self.messages.values() if each.kind == "user"), None)
        opening = first.text.lstrip() if first else ""
        return self.head.get("kind") == "subagent" or opening.startswith(_SUB_AGENT)

    def take_all(self, records: Iterable[object]) -> None:
        """Start again with these messages."""
        self.messages.clear()
        for record in records:
            self.take(as_dict(record))

    def take(self, record: Record) -> None:
        """Add a message; it replaces an earlier one with its id."""
        if record:
            message = _message(record)
            self.messages[message.key] = message
            self.taken_back.discard(message.key)

    def rewind(self, to: str) -> None:
        """Take back a message and all that follow, everything where there is no such message."""
        while self.messages:
            key, _ = self.messages.popitem()
            self.taken_back.add(key)
            if key == to:
                return


def typed_part(text: str) -> tuple[str, str]:
    """What the person typed of a message, and the files it refers to; nothing of a host's text."""
    if text.lstrip().startswith((*_HOST_WRITTEN, *_COMMANDS)):
        return "", ""
    files = _FILES.search(text)
    return (text[: files.start()], text[files.start() :]) if files else (text, "")


def read_chat(file: Path, tally: Tally) -> Chat:
    """A chat of either form. Raises SourceError where nothing of it can be read."""
    chat = Chat(file)
    if file.suffix == ".json":
        document = as_dict(read_document(file, tally))
        chat.head = {key: value for key, value in document.items() if key != "messages"}
        chat.take_all(as_list(document.get("messages")))
        return chat
    refuse_large(file)
    # One line may hold all messages of a session that was resumed.
    for record in read_records(file, tally, DOCUMENT_LIMIT):
        if "$set" in record:
            changed = as_dict(record["$set"])
            if isinstance(changed.get("messages"), list):
                chat.take_all(as_list(changed.pop("messages")))
            chat.head |= changed
        elif "$rewindTo" in record:
            chat.rewind(_id(record["$rewindTo"]))
        elif as_str(record.get("type")):
            chat.take(record)
        elif as_str(record.get("sessionId")):
            chat.head |= record
        else:
            tally.lines_skipped += 1
    return chat


def _id(value: object) -> str:
    return storable(as_str(value)[:200])


def _message(record: Record) -> ChatMessage:
    kind = as_str(record.get("type"))
    at = instant(record.get("timestamp"))
    shown = record.get("displayContent")
    # What is shown and has no text is the host's own, with results of tools.
    content = shown or record.get("content")
    text = "\n".join(_texts(content))[: _KEPT.get(kind, TOOL_LIMIT)]
    own_id = _id(record.get("id"))
    key = own_id or f"\0{kind}\0{record.get('timestamp')}\0{text}"
    calls = tuple(_call(as_dict(call), at) for call in as_list(record.get("toolCalls")))
    return ChatMessage(key, own_id, kind, text, at, calls)


def _texts(content: object) -> list[str]:
    parts = [
        {"text": part} if isinstance(part, str) else part
        for part in as_list(content)
        if as_dict(part).get("thought") is not True
    ]
    return [content] if isinstance(content, str) else texts(parts)


def _call(call: Record, at: datetime | None) -> ChatCall:
    name = as_str(call.get("name"))
    arguments = as_dict(call.get("args"))
    results = as_list(call.get("result"))
    outputs = [
        as_str(response.get("output")) or as_str(response.get("error"))
        for result in results
        for response in [as_dict(as_dict(as_dict(result).get("functionResponse")).get("response"))]
    ]
    status = as_str(call.get("status"))
    answers: tuple[GivenAnswer, ...] = ()
    if name == _ANSWERED_HERE and status == "success" and outputs:
        answers = _answers(as_list(arguments.get("questions")), outputs[0])
    return ChatCall(
        name,
        argument(arguments)[:_RESULT],
        "\n".join(outputs)[:_RESULT],
        answers,
        status == "cancelled",
        instant(call.get("timestamp")) or at,
    )


def _answers(questions: list[object], output: str) -> tuple[GivenAnswer, ...]:
    """What was answered to each question: typed where that was asked for, or not an option."""
    given = as_dict((parse(output) or {}).get("answers"))
    found: list[GivenAnswer] = []
    for place, value in given.items():
        number = int(place) if place.isdecimal() and len(place) < 4 else len(questions)
        question = as_dict(questions[number]) if number < len(questions) else {}
        text = value if isinstance(value, str) else ", ".join(map(as_str, as_list(value)))
        labels = {
            as_str(as_dict(option).get("label")) for option in as_list(question.get("options"))
        }
        kind = as_str(question.get("type")) or ("choice" if labels else "text")
        chosen = text in labels or set(text.split(", ")) <= labels
        picked = kind == "yesno" or (kind == "choice" and chosen)
        found.append(GivenAnswer(as_str(question.get("question")), text, picked))
    return tuple(found)


def entries(file: Path, tally: Tally) -> list[Record]:
    """The entries of a ``logs.json``. Raises SourceError."""
    return [as_dict(entry) for entry in as_list(read_document(file, tally))]
