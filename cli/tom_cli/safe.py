"""Stored and foreign text as a terminal may be shown it."""

import re

# Whole sequences first (CSI, OSC), so that nothing of them is left standing as text.
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def safe(text: str, length: int = 0) -> str:
    """Text on one line, with nothing in it that a terminal would obey."""
    line = " ".join(_plain(text).split())
    return line if not length or len(line) <= length else line[: length - 1].rstrip() + "…"


def safe_lines(text: str) -> str:
    """Text with its lines and tabs, and nothing else in it that a terminal would obey."""
    return _plain(text.replace("\r\n", "\n").replace("\r", "\n"))


def _plain(text: str) -> str:
    return _CONTROL.sub("", _SEQUENCE.sub("", text))
