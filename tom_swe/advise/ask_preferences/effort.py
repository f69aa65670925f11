"""Which questions cost the person much: those after what the agent can find. Pure."""

import re

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


def asks_for_file(question: str) -> bool:
    """Whether a question is after the place to change, which is the agent's to find."""
    return _FILE.search(question) is not None


def asks_for_symbol(question: str) -> bool:
    """Whether a question is after the function or class to change."""
    return _SYMBOL.search(question) is not None
