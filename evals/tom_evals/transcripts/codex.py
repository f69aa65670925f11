"""Codex: a rollout a session; a fork writes the records of the other session again."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from tom_evals.transcripts.conversation import Conversation, Said


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """Below ``.codex/sessions``."""
    sessions = folder / ".codex" / "sessions"
    for each in conversations:
        lines = [_meta(each, each.started)]
        for said in each.messages:
            lines += _message(said, said.at)
        _put(sessions, each, lines)
    return sessions


def fork(folder: Path, original: Conversation, conversation: Conversation) -> Path:
    """A conversation that goes on from another, whose records are written again before it."""
    sessions = folder / ".codex" / "sessions"
    at = conversation.messages[-1].at
    lines = [_meta(conversation, at), _meta(original, at)]
    for said in conversation.messages:
        if said in original.messages:
            lines += _message(said, at)
    for said in conversation.messages:
        if said not in original.messages:
            lines += _message(said, max(said.at, at) + timedelta(minutes=1))
    _put(sessions, conversation, lines)
    return sessions


def _put(sessions: Path, conversation: Conversation, lines: list[str]) -> None:
    at = conversation.started
    day = sessions / f"{at:%Y/%m/%d}"
    day.mkdir(parents=True, exist_ok=True)
    name = f"rollout-{at:%Y-%m-%dT%H-%M-%S}-{conversation.id}.jsonl"
    (day / name).write_text("".join(lines))


def _meta(conversation: Conversation, at: datetime) -> str:
    meta = {
        "id": conversation.id,
        "timestamp": _time(conversation.started),
        "cwd": conversation.cwd,
        "originator": "codex_cli_rs",
        "cli_version": "0.140.0",
        "source": "cli",
    }
    return _line(at, "session_meta", meta)


def _message(said: Said, at: datetime) -> list[str]:
    kind = "user_message" if said.by_person else "agent_message"
    return [_line(at, "event_msg", {"type": kind, "message": said.text})]


def _line(at: datetime, kind: str, payload: object) -> str:
    return json.dumps({"timestamp": _time(at), "type": kind, "payload": payload}) + "\n"


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
