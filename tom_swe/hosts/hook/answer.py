"""What the hook answers, in the form that each host reads.

Where a form is from stands on the host's page in docs/hosts.
"""

from collections.abc import Callable, Mapping

from tom_swe.hosts.hook.event import (
    AFTER,
    CLAUDE_CODE,
    CODEX,
    COMPACTED,
    COPILOT_CLI,
    CURSOR,
    GEMINI_CLI,
    OPENCODE,
    OPENHANDS,
    PROMPT,
    START,
    STOP,
    TOOL,
    VSCODE,
    Event,
)
from tom_swe.hosts.inbox import member_text

ASK, DENY, AGAIN = "ask", "deny", "again"
# These get the briefing when a session begins, since they ignore what a hook adds to a prompt, or
# some versions do. The others get it with the first prompt.
_TOLD_AT_START = frozenset({COPILOT_CLI, CURSOR, VSCODE})
_DEAF_TO_PROMPTS = frozenset({CURSOR, VSCODE})
_DEAF_BEFORE_TOOLS = frozenset({CURSOR, GEMINI_CLI})
_ASKS = frozenset({CLAUDE_CODE, COPILOT_CLI, GEMINI_CLI, VSCODE})
# These read the answer to a session's start as context once they have compacted the session.
_TOLD_WHEN_COMPACTED = frozenset({CLAUDE_CODE, CODEX}) | _TOLD_AT_START

type Fields = dict[str, str | Mapping[str, str]]


class HookAnswer:
    """The context for a session, and a decision on what the agent wants to do.

    ``decision`` is ASK or DENY for a tool call, AGAIN for an agent that is to go on in the
    place of stopping, or "" for whatever the host does by itself; ``reason`` is said with it.
    """

    def __init__(self, context: str = "", decision: str = "", reason: str = "") -> None:
        self.context = context
        self.decision = decision
        self.reason = reason


def can_be_told(event: Event) -> bool:
    """Whether a host reads context at this event, and it is the time to give it."""
    if event.name == PROMPT:
        return event.host not in _DEAF_TO_PROMPTS
    if event.name != START:
        return False
    if event.source == COMPACTED:
        return event.host in _TOLD_WHEN_COMPACTED
    return event.host in _TOLD_AT_START


def hears_before_tools(event: Event) -> bool:
    """Whether a host reads context before a tool runs."""
    return event.host not in _DEAF_BEFORE_TOOLS


def asks(event: Event) -> bool:
    """Whether a host asks its person where a hook wants it to; elsewhere the call is denied."""
    return event.host in _ASKS


def written(event: Event, answer: HookAnswer) -> bytes:
    """The answer as the host of an event reads it; empty where there is nothing to say."""
    if not answer.context and not answer.decision:
        return b""
    fields = _FORMS.get(event.host, _for_claude_code)(event, answer)
    return f"{member_text(fields)}\n".encode() if fields else b""


def _for_claude_code(event: Event, answer: HookAnswer) -> Fields:
    """Codex has the same form, and refuses a field that it does not know."""
    if event.name == STOP:
        return {"decision": "block", "reason": answer.reason} if answer.decision else {}
    inner: dict[str, str] = {}
    if answer.context and event.name in {PROMPT, START, TOOL}:
        inner["additionalContext"] = answer.context
    if answer.decision and event.name == TOOL:
        # A hook cannot have Codex ask the person, so the reason tells the agent to ask.
        inner["permissionDecision"] = DENY if event.host == CODEX else answer.decision
        inner["permissionDecisionReason"] = answer.reason
    return {"hookSpecificOutput": {"hookEventName": event.name, **inner}} if inner else {}


def _for_openhands(event: Event, answer: HookAnswer) -> Fields:
    """A hook cannot have it ask the person, so the reason tells the agent to ask."""
    fields: Fields = {}
    if answer.context and event.name in {PROMPT, TOOL}:
        fields["additionalContext"] = answer.context
    if answer.decision and event.name in {TOOL, STOP}:
        fields |= {"decision": DENY, "reason": answer.reason}
    return fields


def _for_gemini(event: Event, answer: HookAnswer) -> Fields:
    fields: Fields = {}
    if answer.context and event.name in {PROMPT, AFTER}:
        name = "BeforeAgent" if event.name == PROMPT else "AfterTool"
        inner = {"hookEventName": name, "additionalContext": answer.context}
        fields["hookSpecificOutput"] = inner
    if answer.decision and event.name in {TOOL, STOP}:
        fields |= {"decision": ASK if answer.decision == ASK else DENY, "reason": answer.reason}
    return fields


def _for_copilot(event: Event, answer: HookAnswer) -> Fields:
    """The flat fields are the CLI's, the nested ones those of VS Code."""
    fields: dict[str, str] = {}
    if answer.context and event.name in {PROMPT, START, TOOL}:
        fields["additionalContext"] = answer.context
    if answer.decision and event.name == TOOL:
        fields["permissionDecision"] = answer.decision
        fields["permissionDecisionReason"] = answer.reason
    if answer.decision and event.name == STOP:
        fields |= {"decision": "block", "reason": answer.reason}
    return {**fields, "hookSpecificOutput": {"hookEventName": event.name, **fields}}


def _for_cursor(event: Event, answer: HookAnswer) -> Fields:
    """Before a tool it reads only a refusal, and a hook cannot have it ask the person."""
    if event.name in {START, AFTER} and answer.context:
        return {"additional_context": answer.context}
    if event.name == TOOL and answer.decision:
        said = answer.reason
        return {"permission": DENY, "user_message": said, "agent_message": said}
    if event.name == STOP and answer.decision:
        return {"followup_message": answer.reason}
    return {}


def _for_opencode(_: Event, answer: HookAnswer) -> Fields:
    """The form of tom's own module there, which cannot ask the person."""
    decision = DENY if answer.decision == ASK else answer.decision
    told = {"context": answer.context, "decision": decision, "reason": answer.reason}
    return {name: text for name, text in told.items() if text}


_FORMS: Mapping[str, Callable[[Event, HookAnswer], Fields]] = {
    OPENHANDS: _for_openhands,
    GEMINI_CLI: _for_gemini,
    COPILOT_CLI: _for_copilot,
    VSCODE: _for_copilot,
    CURSOR: _for_cursor,
    OPENCODE: _for_opencode,
}
