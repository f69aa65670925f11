"""How a conversation ended, for whoever comes back to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tom_swe.hosts.coding import AgentSaid

if TYPE_CHECKING:
    from tom_cli.code.screen import Screen

EXCHANGES = 2
LONGEST = 4000


class Said(NamedTuple):
    """What one of the two said."""

    by_person: bool
    text: str


def show_ending(screen: Screen, conversation: Path) -> None:
    """Shows the last exchanges: what the person said, and what the agent answered in the end."""
    for said in ending(conversation):
        if said.by_person:
            screen.you(said.text)
        else:
            screen.draw(AgentSaid(text=said.text, last=True))


def ending(conversation: Path) -> list[Said]:
    """The last exchanges, read without the agent. What cannot be read is left out."""
    found: list[Said] = []
    asked = 0
    for file in sorted((conversation / "events").glob("event-*.json"), reverse=True):
        try:
            said = _said(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            continue
        if said is None or (not said.by_person and found and not found[-1].by_person):
            # Of what the agent says on the way, the last words count.
            continue
        found.append(said)
        asked += said.by_person
        if asked == EXCHANGES:
            break
    return found[::-1]


def _said(event: Mapping[str, Any]) -> Said | None:
    match event.get("kind"), event.get("source"):
        case "MessageEvent", "user" | "agent" as who:
            parts = event["llm_message"]["content"]
            text = "\n".join(part["text"] for part in parts if part.get("type") == "text")
        case "ActionEvent", who if event.get("tool_name") == "finish":
            text = str(event["action"]["message"])
        case _:
            return None
    text = text.strip()
    return Said(who == "user", text[:LONGEST] + "…"[: len(text) > LONGEST]) if text else None
