"""What a person wrote, apart from what came along with it.

Only whole lines and marked passages are taken away, so the words that stay are
always the person's, in their order. Where it is unclear who wrote a line, it
stays when it reads like prose and goes when it reads like output or code.
"""

import re
from typing import NamedTuple

from tom_swe.text.safe import ADVICE, BRIEFING, CHECK, EARLIER


class Separated(NamedTuple):
    """A message taken apart: the person's words, and everything else that was in it."""

    words: str
    attachment: str


def without_injections(text: str) -> str:
    """The text without what tom itself put into it: neither words nor context."""
    return _INJECTED.sub("\n", text) if "<tom-" in text else text


def separate(text: str) -> Separated:
    """Split a message into what the person wrote and what came along."""
    for opening in _HOST_WRITTEN:
        if text.lstrip().startswith(opening):
            return Separated("", text.strip())
    if all(line.lstrip().startswith(">") for line in text.split("\n") if line.strip()):
        # Nothing stands beside it that it could be quoted for.
        return Separated(text.strip(), "")
    beside: list[str] = []
    if request := _IDE_REQUEST.search(text):
        beside.append(request[0].strip())
        text = text[request.end() :]
    if "<" in text:
        text = _without_tags(text, beside)
    if "[" in text:
        text = _take(_BRACKETED, text, beside)
    # Its patterns take a while to compile, and a request to tom has no pastes to look for.
    from tom_swe.text.pastes import without_pastes

    words = without_pastes(text, beside)
    return Separated(
        re.sub(r"\n[^\S\n]*(?:\n[^\S\n]*){2,}", "\n\n", words).strip(),
        "\n\n".join(part for part in beside if part),
    )


_INJECTED = re.compile(
    rf"<({BRIEFING}|{ADVICE}|{EARLIER}|{CHECK})\b[^>]*>(?:.*?</\1>|.*)", re.DOTALL
)

# Messages which the host puts in the person's mouth, whole.
_HOST_WRITTEN = (
    "<task-notification>",
    "<subagent_notification>",
    "<system-notification>",
    "# AGENTS.md instructions",
    "Base directory for this skill:",
    "Caveat: The messages below were generated",
    "This session is being continued from a previous conversation",
    "Stop hook feedback:",
    "Operation stopped by hook:",
    "The task appears incomplete (iteration ",
    "The user wants to clarify these questions.",
    "Unknown command:",
    "Unknown slash command:",
    "Unknown skill:",
    "Your questions have been answered:",
)
# The Codex app and its extensions of editors put what is open before the person's request.
_IDE_REQUEST = re.compile(
    r"\A\s*# (?:Context from my IDE setup|Files mentioned by the user|In app browser):.*?"
    r"^## My request(?: for Codex)?:\s*$",
    re.DOTALL | re.MULTILINE,
)

# Named, not guessed: a person writes about HTML tags all day.
_TAGS = (
    "agent-notification|ci-monitor-event|bash-input|bash-stderr|bash-stdout|collaboration_mode|command-args"
    "|command-contents|command-message|command-name|environment_context|EXTRA_INFO"
    "|editor_context|function_results|git_diff|ide_diagnostics|ide_opened_file|ide_selection"
    "|INSTRUCTIONS|local-command-caveat|local-command-stderr|local-command-stdout"
    "|model_switch|new-diagnostics|personality_spec|post-tool-use-hook|session-start-hook"
    "|skill|subagent_notification|system-notification|system-reminder|system_reminder"
    "|system_instruction|task-notification|teammate-message|tool_use_error|turn_aborted"
    "|user-memory-input|user-prompt-submit-hook|user_action|user_instructions|user_shell_command"
)
_OPENING = re.compile(rf"<({_TAGS})\b[^<>\n]*>")
# Tags round what the person typed.
_TYPED = {"command-args", "user-memory-input"}
_BRACKETED = re.compile(
    r"\[(?:Pasted text #\d+[^\]\n]{0,200}"
    r"|Image(?: #\d+|: source:[^\]\n]{0,200}|[^\]\n]{0,20}original[^\]\n]{0,200})"
    r"|Request interrupted by user[^\]\n]{0,200}|\.\.\.Truncated text #\d+[^\]\n]{0,200})\]"
)


def _without_tags(text: str, beside: list[str]) -> str:
    """The text without host tags; the arguments of a slash command are words and stay."""
    kept: list[str] = []
    unclosed: set[str] = set()
    last = 0
    while opening := _OPENING.search(text, last):
        tag = opening[1]
        # A tag that is never closed is looked for once, not at each of its openings.
        end = -1 if tag in unclosed else text.find(f"</{tag}>", opening.end())
        if end < 0:
            unclosed.add(tag)
            if not "".join(kept).strip() and not text[last : opening.start()].strip():
                beside.append(text[opening.start() :].strip())
                return ""
            kept.append(text[last : opening.end()])
            last = opening.end()
            continue
        inner = text[opening.end() : end]
        kept += (text[last : opening.start()], "\n")
        if tag in _TYPED:
            kept += (inner, "\n")
        elif inner.strip() and tag != "command-message":
            beside.append(inner.strip())
        last = end + len(tag) + 3
    return "".join((*kept, text[last:]))


def _take(pattern: re.Pattern[str], text: str, beside: list[str]) -> str:
    def replaced(match: re.Match[str]) -> str:
        beside.append(match[0])
        return " "

    return pattern.sub(replaced, text)
