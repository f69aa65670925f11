"""Qwen Code: one JSONL file a session."""

import json
from pathlib import Path
from uuid import UUID, uuid5

from tom_evals.transcripts.conversation import Conversation


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """Below ``.qwen/projects``; the messages of equal conversations have equal uuids."""
    projects = folder / ".qwen" / "projects"
    for each in conversations:
        chats = projects / _sanitised(each.cwd) / "chats"
        chats.mkdir(parents=True, exist_ok=True)
        parent: str | None = None
        lines: list[str] = []
        for said in each.messages:
            uuid = str(uuid5(UUID(int=0), f"{said.at.isoformat()} {said.text}"))
            record = {
                "uuid": uuid,
                "parentUuid": parent,
                "sessionId": each.id,
                "timestamp": said.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "type": "user" if said.by_person else "assistant",
                "cwd": each.cwd,
                "version": "0.25.0",
                "message": {
                    "role": "user" if said.by_person else "model",
                    "parts": [{"text": said.text}],
                },
            }
            lines.append(json.dumps(record))
            parent = uuid
        (chats / f"{each.id}.jsonl").write_text("\n".join(lines) + "\n")
    return projects


def _sanitised(cwd: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in cwd)
