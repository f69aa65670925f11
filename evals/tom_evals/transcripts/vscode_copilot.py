"""Copilot Chat in VS Code: a log of changes a session, beside the name of its folder."""

import hashlib
import json
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid5

from tom_evals.transcripts.conversation import Conversation


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """Below ``Code/User``; the requests of equal conversations have equal ids."""
    user = folder / "Code" / "User"
    for each in conversations:
        workspace = hashlib.sha256(each.cwd.encode()).hexdigest()[:32]
        storage = user / "workspaceStorage" / workspace
        sessions = storage / "chatSessions"
        sessions.mkdir(parents=True, exist_ok=True)
        address = {"folder": f"file://{quote(each.cwd)}"}
        (storage / "workspace.json").write_text(json.dumps(address))
        head: dict[str, object] = {
            "version": 3,
            "requesterUsername": "me",
            "responderUsername": "GitHub Copilot",
            "initialLocation": "panel",
            "creationDate": _milliseconds(each.started.timestamp()),
            "lastMessageDate": _milliseconds(each.messages[-1].at.timestamp()),
            "sessionId": each.id,
            "requests": [],
        }
        changes: list[dict[str, object]] = [{"kind": 0, "v": head}]
        last = -1
        for place, said in enumerate(each.messages):
            if said.by_person or last < 0:
                last += 1
                named = uuid5(UUID(int=0), f"{place} {said.at.isoformat()} {said.text}")
                request: dict[str, object] = {
                    "requestId": f"request_{named}",
                    "message": {"text": said.text if said.by_person else "", "parts": []},
                    "variableData": {"variables": []},
                    "response": [],
                    "isCanceled": False,
                    "timestamp": _milliseconds(said.at.timestamp()),
                }
                changes.append({"kind": 2, "k": ["requests"], "v": [request]})
            if not said.by_person:
                part = {"value": said.text, "supportThemeIcons": False}
                changes.append({"kind": 2, "k": ["requests", last, "response"], "v": [part]})
        lines = "".join(f"{json.dumps(change)}\n" for change in changes)
        (sessions / f"{each.id}.jsonl").write_text(lines)
    return user


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
