"""Amp: one JSON document a thread."""

import json
from pathlib import Path
from urllib.parse import quote

from tom_evals.transcripts.conversation import Conversation, Said


def write(folder: Path, conversations: list[Conversation]) -> Path:
    """Below ``.local/share/amp/threads``; messages are numbered anew in each thread."""
    threads = folder / ".local" / "share" / "amp" / "threads"
    threads.mkdir(parents=True, exist_ok=True)
    for each in conversations:
        tree = {"displayName": Path(each.cwd).name, "uri": f"file://{quote(each.cwd)}"}
        document = {
            "v": len(each.messages),
            "id": f"T-{each.id}",
            "created": int(each.started.timestamp() * 1000),
            "nextMessageId": len(each.messages),
            "env": {"initial": {"trees": [tree], "platform": {"os": "linux", "client": "CLI"}}},
            "title": "New thread",
            "messages": [_message(number, said) for number, said in enumerate(each.messages)],
        }
        (threads / f"T-{each.id}.json").write_text(json.dumps(document, indent=2))
    return threads


def _message(number: int, said: Said) -> dict[str, object]:
    content = [{"type": "text", "text": said.text}]
    if said.by_person:
        return {
            "role": "user",
            "messageId": number,
            "content": content,
            "userState": {"currentlyVisibleFiles": []},
            "meta": {"sentAt": int(said.at.timestamp() * 1000)},
        }
    state = {"type": "complete", "stopReason": "end_turn"}
    return {"role": "assistant", "content": content, "state": state, "messageId": number}
