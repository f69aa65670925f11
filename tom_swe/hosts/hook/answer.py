"""What the hook answers, in the form that each host reads."""

from collections.abc import Mapping

from tom_swe.hosts.hook.event import OPENHANDS, PROMPT, START, STOP, TOOL, Event
from tom_swe.hosts.inbox import member_text

ASK, DENY, AGAIN = "ask", "deny", "again"


class HookAnswer:
    """What a session is told, and what is to become of what it wanted to do.

    ``decision`` is ASK or DENY for a tool call, AGAIN for an agent that is to go on in the
    place of stopping, or "" for whatever the host does by itself; ``reason`` is said with it.
    """

    def __init__(self, context: str = "", decision: str = "", reason: str = "") -> None:
        self.context = context
        self.decision = decision
        self.reason = reason


def written(event: Event, answer: HookAnswer) -> bytes:
    """The answer as the host of an event reads it; empty where there is nothing to say."""
    if not answer.context and not answer.decision:
        return b""
    # The nested form is Claude Code's and Codex's, the flat one OpenHands'; the two do not clash.
    flat: dict[str, str | Mapping[str, str]] = {}
    nested = {"hookEventName": event.name}
    if answer.context and event.name in {PROMPT, START, TOOL}:
        flat["additionalContext"] = nested["additionalContext"] = answer.context
    if answer.decision and event.name == TOOL:
        if event.host == OPENHANDS:
            # It cannot ask the person, so the agent is told to.
            flat |= {"decision": "deny", "reason": answer.reason}
        else:
            nested |= {
                "permissionDecision": answer.decision,
                "permissionDecisionReason": answer.reason,
            }
    if answer.decision and event.name == STOP:
        flat |= {"decision": "deny" if event.host == OPENHANDS else "block"}
        flat |= {"reason": answer.reason}
    if len(nested) > 1:
        flat["hookSpecificOutput"] = nested
    return f"{member_text(flat)}\n".encode() if flat else b""
