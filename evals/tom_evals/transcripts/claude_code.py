"""Claude Code: one JSONL file a session."""

import json
from pathlib import Path
from uuid import UUID, uuid5

from tom_evals.transcripts.conversation import Conversation


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """Below ``.claude/projects``; the messages of equal conversations have equal uuids."""
    projects = folder / ".claude" / "projects"
    for each in conversations:
        project = projects / each.cwd.replace("/", "-")
        project.mkdir(parents=True, exist_ok=True)
        parent: str | None = None
        lines: list[str] = []
        for said in each.messages:
            uuid = str(uuid5(UUID(int=0), f"{said.at.isoformat()} {said.text}"))
            kind = "user" if said.by_person else "assistant"
            record = {
                "parentUuid": parent,
                "isSidechain": False,
                "userType": "external",
                "cwd": each.cwd,
                "sessionId": each.id,
                "version": "2.1.100",
                "type": kind,
                "message": {"role": kind, "content": [{"type": "text", "text": said.text}]},
                "uuid": uuid,
                "timestamp": said.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            }
            lines.append(json.dumps(record))
            parent = uuid
        (project / f"{each.id}.jsonl").write_text("\n".join(lines) + "\n")
    return projects
