"""Sessions in which a program, not a person, spoke to the agent."""

import re

# Where other tools keep what they ask an agent.
_FOLDERS = re.compile(r"(?:^|[/\\])\.claude-mem(?:[/\\]|$)|claude-mem-observer-sessions")
# How their first message begins. Nobody writes these by hand.
_OPENINGS = re.compile(
    r"\s*(?:\[\[ ## \w+ ## \]\]|<observed_from_primary_session>|You are a Claude-Mem\b"
    r"|--- MODE SWITCH: PROGRESS SUMMARY ---|Hello memory agent\b"
    r"|Reply with exactly(?: the)?(?: following)?\b)"
)


def speaks_program(folder: str, opening: str) -> bool:
    """Whether a session held in this folder, or that begins with this, is a program's."""
    return bool(_FOLDERS.search(folder) or _OPENINGS.match(opening))
