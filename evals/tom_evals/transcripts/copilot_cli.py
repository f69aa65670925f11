"""Copilot CLI: a folder a session, with one file of events."""

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

from tom_evals.transcripts.conversation import Conversation, Said


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """Below ``.copilot/session-state``; the events of equal conversations have equal ids."""
    state = folder / ".copilot" / "session-state"
    for each in conversations:
        session = state / each.id
        session.mkdir(parents=True, exist_ok=True)
        context = {"cwd": each.cwd, "gitRoot": each.cwd, "branch": "main"}
        start: dict[str, object] = {
            "sessionId": each.id,
            "version": 1,
            "producer": "copilot-agent",
            "copilotVersion": "1.0.68",
            "startTime": _time(each.started),
            "context": context,
        }
        events = [("session.start", start, each.started, f"start {each.id}")]
        for place, said in enumerate(each.messages):
            kind = "user.message" if said.by_person else "assistant.message"
            named = f"{place} {said.at.isoformat()} {said.text}"
            events.append((kind, _data(said), said.at, named))
        parent: str | None = None
        lines: list[str] = []
        for kind, data, at, named in events:
            uuid = str(uuid5(UUID(int=0), named))
            record = {
                "type": kind,
                "data": data,
                "id": uuid,
                "timestamp": _time(at),
                "parentId": parent,
            }
            lines.append(json.dumps(record))
            parent = uuid
        (session / "events.jsonl").write_text("\n".join(lines) + "\n")
    return state


def _data(said: Said) -> dict[str, object]:
    if not said.by_person:
        return {"messageId": "m", "model": "gpt-5", "content": said.text, "toolRequests": []}
    now = f"<current_datetime>{_time(said.at)}</current_datetime>"
    return {
        "content": said.text,
        "transformedContent": f"{now}\n\n{said.text}",
        "attachments": [],
    }


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
