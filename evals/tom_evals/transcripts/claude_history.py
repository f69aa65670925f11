"""Claude Code's prompt history: one file, a line a prompt, nothing of the agent."""

import json
from pathlib import Path

from tom_evals.transcripts.conversation import Conversation


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """``.claude/history.jsonl``, in the order in which the prompts were typed."""
    home = folder / ".claude"
    home.mkdir(parents=True, exist_ok=True)
    typed = [(said, each) for each in conversations for said in each.messages if said.by_person]
    typed.sort(key=lambda prompt: prompt[0].at)
    lines = [
        json.dumps(
            {
                "display": said.text,
                "pastedContents": dict[str, object](),
                "timestamp": round(said.at.timestamp() * 1000),
                "project": each.cwd,
                "sessionId": each.id,
            }
        )
        for said, each in typed
    ]
    (home / "history.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return home
