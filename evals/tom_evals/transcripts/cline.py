"""Cline and its forks: JSON files in a folder a session."""

import json
from datetime import datetime
from pathlib import Path

from tom_evals.transcripts.conversation import Conversation


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """Below ``.cline/data/sessions``, as Cline's terminal program does."""
    sessions = folder / ".cline" / "data" / "sessions"
    for each in conversations:
        place = sessions / each.id
        place.mkdir(parents=True, exist_ok=True)
        messages = [
            {
                "id": f"msg_{number}",
                "role": "user" if said.by_person else "assistant",
                "content": [{"type": "text", "text": _given(said.text, said.by_person)}],
                "ts": _milliseconds(said.at),
            }
            for number, said in enumerate(each.messages)
        ]
        started = each.started.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        head = {
            "session_id": each.id,
            "created_at": started,
            "interactive": True,
            "cwd": each.cwd,
            "workspace_root": each.cwd,
            "prompt": each.messages[0].text,
        }
        document = {"version": 1, "agent": "lead", "sessionId": each.id, "messages": messages}
        (place / f"{each.id}.json").write_text(json.dumps(head))
        (place / f"{each.id}.messages.json").write_text(json.dumps(document))
    return folder / ".cline"


def write_tasks(extension: Path, conversations: list[Conversation]) -> Path:
    """Below ``tasks`` in the storage of an editor's extension, as the forks do.

    A task begins with what the person wants: what the agent says before that has no place.
    """
    for each in conversations:
        place = extension / "tasks" / each.id
        place.mkdir(parents=True, exist_ok=True)
        shown: list[dict[str, object]] = []
        given: list[dict[str, object]] = []
        for said in each.messages:
            if not (shown or said.by_person):
                continue
            tag = "feedback" if shown else "task"
            kind = "user_feedback" if shown and said.by_person else "text"
            at = _milliseconds(said.at)
            shown.append({"ts": at, "type": "say", "say": kind, "text": said.text})
            role = "user" if said.by_person else "assistant"
            text = f"<{tag}>\n{said.text}\n</{tag}>" if said.by_person else said.text
            given.append({"role": role, "content": [{"type": "text", "text": text}], "ts": at})
        item = {
            "id": each.id,
            "number": 1,
            "ts": _milliseconds(each.messages[-1].at),
            "task": each.messages[0].text,
            "workspace": each.cwd,
        }
        (place / "ui_messages.json").write_text(json.dumps(shown))
        (place / "api_conversation_history.json").write_text(json.dumps(given))
        (place / "history_item.json").write_text(json.dumps(item))
    return extension


def _given(text: str, by_person: bool) -> str:
    return f'<user_input mode="act">{text}</user_input>' if by_person else text


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
