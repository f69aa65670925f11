"""What an answer costs the person. Pure.

The levels and the efforts are UserVille's (Sun et al., "Training Proactive and Personalized LLM
Agents", arXiv 2511.02208): its paper knows three efforts, its released code five levels.
"""

import re
from enum import IntEnum

_FILE = re.compile(
    r"\b(?:which|what)\b[^?]*\b(?:files?|modules?|place|location|path|package)\b"
    r"|\bwhere\b[^?]*\b(?:code|bug|change|fix|defined|implemented|located|look|live)\b"
    r"|\w\.(?:py|js|ts|go|rs|java|c|h|cpp)\b",
    re.IGNORECASE,
)
_SYMBOL = re.compile(
    r"\b(?:which|what)\b[^?]*\b(?:functions?|method|class(?:es)?|symbols?|lines?)\b[^?]*"
    r"\b(?:chang|edit|fix|modif|touch|look|start|responsible|wrong|bug|need|should|about)\w*"
    r"|\b(?:name|tell me) the (?:function|method|class)\b",
    re.IGNORECASE,
)


class Level(IntEnum):
    """The most sensitive thing that a reply gave away, as the released code numbers it."""

    REQUEST = 1  # the request in full, and no more
    HINT = 2  # what is known beyond it
    REFUSED = 3  # it could not or would not be answered
    FILE = 4  # the file to change
    SYMBOL = 5  # the function or class to change


class Effort(IntEnum):
    """What a question costs the person who is asked."""

    LOW = 1  # they only have to say what they meant
    MEDIUM = 2  # they cannot or will not answer
    HIGH = 3  # they have to know, or find out, what goes beyond their request


_EFFORTS = {
    Level.REQUEST: Effort.LOW,
    Level.HINT: Effort.HIGH,
    Level.REFUSED: Effort.MEDIUM,
    Level.FILE: Effort.HIGH,
    Level.SYMBOL: Effort.HIGH,
}


def effort_of(level: Level | None) -> Effort:
    """The paper's effort of a level; of a reply that was given none, medium."""
    return Effort.MEDIUM if level is None else _EFFORTS[level]


def asks_for_file(question: str) -> bool:
    """Whether a question is after the place to change, which is the agent's to find."""
    return _FILE.search(question) is not None


def asks_for_symbol(question: str) -> bool:
    """Whether a question is after the function or class to change."""
    return _SYMBOL.search(question) is not None
