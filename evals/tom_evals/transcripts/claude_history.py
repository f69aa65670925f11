"""Claude Code's prompt history: one file, a line a prompt, nothing of the agent."""

import json
from pathlib import Path

from tom_evals.transcripts.conversation import Conversation


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """``.claude/history.jsonl``, in the order in which the prompts were typed."""
    home = folder / ".claude"
    home.mkdir(parents=True, exist_ok=True)
    lines = [
        {
            "display": said.text,
            "pastedContents": {},
            "timestamp": round(said.at.timestamp() * 1000),
            "project": each.cwd,
            "sessionId": each.id,
        }
        for each in conversations
        for said in each.messages
        if said.by_person
    ]
    lines.sort(key=lambda line: int(str(line["timestamp"])))
    (home / "history.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return home
