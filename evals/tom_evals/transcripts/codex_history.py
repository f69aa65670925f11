"""Codex's prompt history: one file, a line a prompt, nothing of the agent."""

import json
from pathlib import Path

from tom_evals.transcripts.conversation import Conversation


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """``.codex/history.jsonl``, in the order in which the prompts were typed."""
    home = folder / ".codex"
    home.mkdir(parents=True, exist_ok=True)
    lines = [
        {"session_id": each.id, "ts": int(said.at.timestamp()), "text": said.text}
        for each in conversations
        for said in each.messages
        if said.by_person
    ]
    lines.sort(key=lambda line: int(line["ts"]))
    (home / "history.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return home
