"""Antigravity: a folder a session, with its steps in two files, and one history of prompts."""

import json
from pathlib import Path

from tom_evals.transcripts.conversation import Conversation, Said


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """Below ``.gemini/antigravity-cli``."""
    home = folder / ".gemini" / "antigravity-cli"
    home.mkdir(parents=True, exist_ok=True)
    prompts: list[dict[str, object]] = []
    for each in conversations:
        logs = home / "brain" / each.id / ".system_generated" / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        steps = [_step(number, said) for number, said in enumerate(each.messages)]
        text = "".join(f"{json.dumps(step)}\n" for step in steps)
        for name in ("transcript_full.jsonl", "transcript.jsonl"):
            (logs / name).write_text(text)
        typed = [said for said in each.messages if said.by_person]
        for number, said in enumerate(typed):
            prompt: dict[str, object] = {
                "display": said.text,
                "timestamp": round(said.at.timestamp() * 1000),
                "workspace": each.cwd,
            }
            # The host knows no id yet when the first prompt is typed.
            prompts.append(prompt | ({"conversationId": each.id} if number else {}))
    (home / "history.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in prompts))
    return home


def _step(number: int, said: Said) -> dict[str, object]:
    at = said.at.isoformat(timespec="seconds")
    beside = f"<ADDITIONAL_METADATA>\nThe current local time is: {at}.\n</ADDITIONAL_METADATA>"
    request = f"<USER_REQUEST>\n{said.text}\n</USER_REQUEST>\n{beside}"
    return {
        "step_index": number,
        "source": "USER_EXPLICIT" if said.by_person else "MODEL",
        "type": "USER_INPUT" if said.by_person else "PLANNER_RESPONSE",
        "status": "DONE",
        "created_at": at.replace("+00:00", "Z"),
        "content": request if said.by_person else said.text,
    }
