"""Codex's prompt history: one file, a line a prompt, nothing of the agent."""

import json
from pathlib import Path

from tom_evals.transcripts.conversation import Conversation


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """``.codex/history.jsonl``, in the order in which the prompts were typed."""
    home = folder / ".codex"
    home.mkdir(parents=True, exist_ok=True)
    typed = [(said, each) for each in conversations for said in each.messages if said.by_person]
    typed.sort(key=lambda prompt: prompt[0].at)
    lines = [
        json.dumps({"session_id": each.id, "ts": int(said.at.timestamp()), "text": said.text})
        for said, each in typed
    ]
    (home / "history.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return home
