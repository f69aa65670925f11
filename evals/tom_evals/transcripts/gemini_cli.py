"""Gemini CLI: one JSONL file a session."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

from tom_evals.transcripts.conversation import Conversation


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """Below ``.gemini/tmp``; the messages of equal conversations have equal ids."""
    home = folder / ".gemini"
    slugs: dict[str, str] = {}
    for each in conversations:
        slug = slugs.setdefault(each.cwd, _slug(each.cwd, slugs))
        chats = home / "tmp" / slug / "chats"
        chats.mkdir(parents=True, exist_ok=True)
        (chats.parent / ".project_root").write_text(each.cwd)
        started = _stamp(each.started)
        head = {
            "sessionId": each.id,
            "projectHash": hashlib.sha256(each.cwd.encode()).hexdigest(),
            "startTime": started,
            "lastUpdated": started,
            "kind": "main",
        }
        lines = [json.dumps(head)]
        for said in each.messages:
            record = {
                "id": str(uuid5(UUID(int=0), f"{said.at.isoformat()} {said.text}")),
                "timestamp": _stamp(said.at),
                "type": "user" if said.by_person else "gemini",
                "content": [{"text": said.text}] if said.by_person else said.text,
            }
            if not said.by_person:
                record |= {"thoughts": [], "model": "gemini-2.5-pro"}
            lines += (json.dumps(record), json.dumps({"$set": {"lastUpdated": _stamp(said.at)}}))
        opened = f"session-{each.started:%Y-%m-%dT%H-%M}"
        file = chats / f"{opened}-{each.id[:8]}.jsonl"
        # Two sessions of one minute may have ids that begin alike.
        file = chats / f"{opened}-{each.id}.jsonl" if file.exists() else file
        file.write_text("\n".join(lines) + "\n")
    home.mkdir(parents=True, exist_ok=True)
    (home / "projects.json").write_text(json.dumps({"projects": slugs}))
    return home / "tmp"


def _slug(cwd: str, slugs: dict[str, str]) -> str:
    name = "".join(letter if letter.isalnum() else "-" for letter in cwd.rpartition("/")[2].lower())
    taken = sum(slug == name or slug.startswith(f"{name}-") for slug in slugs.values())
    return f"{name or 'root'}-{taken}" if taken else name or "root"


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
