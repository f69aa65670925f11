"""Continue: one JSON document a session, as the terminal client writes it."""

# ruff: noqa: N999 -- it bears the name of the host, by which it is found

import json
from pathlib import Path

from tom_evals.transcripts.conversation import Conversation, Said


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """Below ``.continue/sessions``; no message has a time or an id that a copy would keep."""
    sessions = folder / ".continue" / "sessions"
    sessions.mkdir(parents=True, exist_ok=True)
    listed: list[dict[str, object]] = []
    for each in conversations:
        document = {
            "sessionId": each.id,
            "title": "New session",
            "workspaceDirectory": each.cwd,
            "history": [_entry(said) for said in each.messages],
        }
        (sessions / f"{each.id}.json").write_text(json.dumps(document))
        listed.append(
            {
                "sessionId": each.id,
                "title": "New session",
                "dateCreated": str(int(each.started.timestamp() * 1000)),
                "workspaceDirectory": each.cwd,
                "messageCount": len(each.messages),
            }
        )
    (sessions / "sessions.json").write_text(json.dumps(listed))
    return sessions


def _entry(said: Said) -> dict[str, object]:
    role = "user" if said.by_person else "assistant"
    entry: dict[str, object] = {
        "message": {"role": role, "content": said.text},
        "contextItems": [],
    }
    return {**entry, "editorState": said.text} if said.by_person else entry
