"""Sessions in which a program, not a person, spoke to the agent."""

import re

from tom_swe.text.own_questions import FOLDER, MARK

# Where tom itself and other tools keep what they ask an agent.
_FOLDERS = re.compile(
    rf"(?:^|[/\\]){FOLDER}|(?:^|[/\\])\.claude-mem(?:[/\\]|$)|claude-mem-observer-sessions"
)
# How their first message begins. Nobody writes these by hand.
_OPENINGS = re.compile(
    r"\s*(?:\[\[ ## \w+ ## \]\]|<observed_from_primary_session>|You are a Claude-Mem\b"
    r"|--- MODE SWITCH: PROGRESS SUMMARY ---|Hello memory agent\b"
    rf"|Reply with exactly(?: the)?(?: following)?\b|{re.escape(MARK)})"
)


def speaks_program(folder: str, opening: str) -> bool:
    """Whether a session held in this folder, or that begins with this, is a program's."""
    return bool(_FOLDERS.search(folder) or _OPENINGS.match(opening))
