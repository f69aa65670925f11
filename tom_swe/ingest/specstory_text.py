"""What stands below a mark of SpecStory's: whose words they are, and what the agent did. Pure."""

import re
from collections.abc import Iterator

# Messages that a host writes in the person's name, by how they begin.
_HOST_WRITTEN = (
    # Claude Code
    "Implement the following plan:",
    "The user just ran /insights",
    "## Context\n\n- Current git status:",
    # Cursor's buttons
    "For the code present, we get this error:",
    "Verify this issue exists and fix it:",
    "Implement the plan as specified, it is attached",
    "Implement the following to-dos from the plan",
    "Briefly inform the user about the task result",
    # Copilot's buttons
    '@agent Continue: "Continue to iterate?"',
    "@agent Try Again",
    # Gemini CLI
    "<session_context>",
    "<hook_context>",
    "System: Please continue.",
    "You have stopped calling tools without finishing",
)
# Copilot's saved prompts stand in a file; the person's words follow.
_PROMPT_FILE = re.compile(r"Follow instructions in \[[^\]\n]{0,300}\]\([^)\n]{0,1000}\)\.?")
_REFERENCED = "\n--- Content from referenced files ---"

ORDER_LENGTH = 300
_FIRST_PERSON = re.compile(r"\bI\b|\b(?:[Mm]y|[Mm]e|[Mm]ine|[Ww]e|[Oo]ur|[Uu]s|[Ll]et's)\b")
_TO_RETURN = re.compile(r"\bReturn\b|\bReport back\b")

_BLOCK = re.compile(r"<(think|tool-use|details)\b([^>\n]{0,300})>")
_TOOL = re.compile(r'data-tool-name="([^"\n]{0,100})"')
_TAGS = re.compile(r"</?(?:details|summary|tool-use)\b[^>\n]{0,300}>")
TOOL_TEXT = 4_000


def said(text: str) -> str:
    """The text of a message of the person's; "" where a host wrote all of it."""
    if text.startswith(_HOST_WRITTEN) or _is_command(text):
        return ""
    if found := _PROMPT_FILE.match(text):
        text = text[found.end() :].strip()
    return text.partition(_REFERENCED)[0]


def is_order_to_sub_agent(text: str) -> bool:
    """Whether the only message of a session reads like an agent's order to another agent.

    Cursor keeps its sub-agents' sessions without a mark: the order is long, nobody in it says
    "I", and it ends in what to return.
    """
    if len(text) <= ORDER_LENGTH or _FIRST_PERSON.search(text):
        return False
    paragraphs = [each for each in text.split("\n\n") if each.strip()]
    return any(_TO_RETURN.search(each) for each in paragraphs[-2:])


def agent_parts(text: str) -> Iterator[tuple[str, str]]:
    """What the agent said and did, in order: a tool's name, "" for words, and the text.

    Thoughts are left out. A block that is never closed reaches to the end.
    """
    last = 0
    while block := _BLOCK.search(text, last):
        yield "", text[last : block.start()]
        end = text.find(f"</{block[1]}>", block.end())
        if block[1] != "think":
            inner = text[block.end() : end if end >= 0 else None][:TOOL_TEXT]
            named = _TOOL.search(block[2])
            yield (named[1] if named else "") or "tool", _TAGS.sub("", inner)
        if end < 0:
            return
        last = end + len(block[1]) + 3
    yield "", text[last:]


def _is_command(text: str) -> bool:
    """A slash command with what it printed, as older files have it."""
    first, _, rest = text.partition("\n")
    return first.startswith("/") and rest.lstrip().startswith("⎿")
