"""Stored and foreign text as a terminal may be shown it."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def safe(text: str, length: int = 0) -> str:
    """Text on one line, with nothing in it that a terminal would obey."""
    line = " ".join(_CONTROL.sub("", text).split())
    return line if not length or len(line) <= length else line[: length - 1].rstrip() + "…"


def safe_lines(text: str) -> str:
    """Text with its lines and tabs, and nothing else in it that a terminal would obey."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
