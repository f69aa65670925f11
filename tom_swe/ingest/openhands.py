"""OpenHands: a folder a conversation, ``~/.openhands/conversations/<id>/events/event-*.json``.

Read as plain JSON, so that no version of the SDK and no unknown tool matters. What
was put beside a message (``extended_content``) is left out: it holds the host's and
our own additions, never the person's words.
"""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from tom_swe.errors import SourceError
from tom_swe.ingest.base import (
    PRUNED,
    Tally,
    TranscriptSource,
    existing,
    listable,
    present,
    printable,
    reason,
    source_of,
)
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.records import (
    Record,
    argument,
    as_dict,
    as_str,
    instant,
    parse,
    peek,
    read_object,
    read_records,
    texts,
)
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor
from tom_swe.settings import load_settings

HOST = "openhands"

_EVENT = re.compile(r"^event-(\d+)-[0-9a-fA-F-]{8,}\.json$")
_KIND = re.compile(r"[\w.-]{1,60}")
# What a host says in the person's name when they refuse without giving a reason.
_NO_REASON = {"", "User rejected the action", "User rejected the action.", "Rejected by user"}
_THINKING = re.compile(r"<think>.*?</think>", re.DOTALL)


class OpenHands:
    """Reads the conversations that the OpenHands SDK keeps."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """Where the environment keeps conversations, else ``~/.openhands/conversations``.

        Beside them those of the coding sessions that ``tom`` itself holds.
        """
        named = [
            Path(environ[key])
            for key in ("OPENHANDS_CONVERSATIONS_DIR", "OH_CONVERSATIONS_PATH")
            if environ.get(key)
        ]
        named += [
            Path(environ[key]) / "conversations"
            for key in ("OPENHANDS_PERSISTENCE_DIR", "OH_PERSISTENCE_DIR")
            if environ.get(key)
        ]
        own = load_settings(environ).conversations
        return present([*(named or [home / ".openhands" / "conversations"]), own])

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each conversation under a path; a file holds one event a line."""
        path = existing(path)
        if not path.is_dir():
            if source := source_of(HOST, [path]):
                yield source
            return
        listable(path)
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if name not in PRUNED)
            events = [Path(folder) / name for name in files if _EVENT.match(name)]
            if events:
                yield _folder(Path(folder), events)
            for name in sorted(files):
                file = Path(folder) / name
                if (
                    name.endswith(".jsonl")
                    and _looks_like(file)
                    and (source := source_of(HOST, [file]))
                ):
                    yield source

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session of one conversation."""
        place = source.files[0]
        if not place.is_dir():
            conversation = _Conversation(
                SessionDraft(HOST, place.stem, printable(place), tally, redactor)
            )
            for record in read_records(place, tally):
                conversation.take(record, tally)
        else:
            home = place.parent if place.name == "events" else place
            state = read_object(home / "base_state.json") or {}
            named = as_str(state.get("id")).replace("-", "") or home.name
            draft = SessionDraft(HOST, named, printable(place), tally, redactor)
            draft.cwd = as_str(as_dict(state.get("workspace")).get("working_dir"))
            conversation = _Conversation(draft)
            for file in _ordered(place):
                tally.lines_read += 1
                record = read_object(file)
                if record is None:
                    tally.lines_skipped += 1
                    tally.problem(file, "not a readable JSON object; skipped")
                else:
                    conversation.take(record, tally)
        if session := conversation.finish():
            yield session


def _folder(folder: Path, events: list[Path]) -> TranscriptSource:
    size, newest = 0, 0
    for event in events:
        try:
            status = event.stat()
        except OSError:
            continue
        size += status.st_size
        newest = max(newest, status.st_mtime_ns)
    return TranscriptSource(HOST, (folder,), size, newest)


def _ordered(folder: Path) -> list[Path]:
    try:
        found = [
            (match, entry) for entry in folder.iterdir() if (match := _EVENT.match(entry.name))
        ]
    except OSError as error:
        raise SourceError(
            f"{printable(folder)} cannot be listed: {reason(error)}. Check its permissions."
        ) from error
    ordered = sorted(
        (len(match[1].lstrip("0")), match[1].lstrip("0"), entry) for match, entry in found
    )
    return [entry for _, _, entry in ordered]


def _looks_like(file: Path) -> bool:
    head = peek(file, 2)
    return bool(head) and all("kind" in record and "source" in record for record in head)


class _Conversation:
    """One conversation being read."""

    def __init__(self, draft: SessionDraft) -> None:
        self._draft = draft

    def finish(self) -> Session | None:
        return self._draft.finish()

    def take(self, event: Record, tally: Tally) -> None:
        kind = as_str(event.get("kind"))
        at = instant(event.get("timestamp"))
        if kind == "MessageEvent":
            self._message(event, at)
        elif kind == "ActionEvent":
            self._action(event, at)
        elif kind == "UserRejectObservation":
            self._draft.interrupted()
            said = as_str(event.get("rejection_reason")).strip()
            if event.get("rejection_source", "user") == "user" and said not in _NO_REASON:
                self._draft.user(said, at)
        elif kind in {"PauseEvent", "InterruptEvent"}:
            self._draft.interrupted()
        elif "observation" in event:
            seen = as_dict(event.get("observation"))
            text = "\n".join(texts(seen.get("content"))) or as_str(seen.get("content"))
            self._draft.tool(as_str(event.get("tool_name")), text, at)
        elif not kind:
            named = "old" if "action" in event or "message" in event else "unnamed"
            tally.unknown_versions.add(f"{HOST}: {named} events without a kind")
            tally.lines_skipped += 1
        elif not kind.endswith(("Event", "Observation", "Condensation")):
            named = kind if _KIND.fullmatch(kind) else "unnamed"
            tally.unknown_versions.add(f"{HOST}: events of kind {named}")

    def _message(self, event: Record, at: datetime | None) -> None:
        message = as_dict(event.get("llm_message"))
        text = "\n".join(texts(message.get("content")))
        # A sender is another agent that speaks in the person's place.
        if event.get("source") == "user" and not event.get("sender"):
            self._draft.user(text, at, message=as_str(event.get("id")))
        elif event.get("source") == "agent" and message.get("role") == "assistant":
            self._draft.agent(_THINKING.sub("", text), at)

    def _action(self, event: Record, at: datetime | None) -> None:
        self._draft.agent(_THINKING.sub("", "\n".join(texts(event.get("thought")))), at)
        call = as_dict(event.get("tool_call"))
        arguments = parse(as_str(call.get("arguments"))) or as_dict(event.get("action"))
        text = as_str(event.get("summary")) or argument(arguments)
        for key in ("command", "path", "url"):
            if as_str(arguments.get(key)):
                text = " ".join(as_str(arguments.get(part)) for part in ("command", "path", "url"))
                break
        if as_str(arguments.get("message")) and event.get("tool_name") == "finish":
            self._draft.agent(as_str(arguments.get("message")), at)
            return
        self._draft.tool(as_str(event.get("tool_name")), text.strip(), at)
