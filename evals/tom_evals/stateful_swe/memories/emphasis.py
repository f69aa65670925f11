"""A flat memory file as coding agents keep today, written by a rule in place of a model.

Sentences of the person that carry a word of emphasis or of liking are noted, each once. The
file is capped as Claude Code's is when it is loaded: 200 lines, 25 kB. The newest lines stay.
The words looked for are English; no instance of a benchmark was looked at to choose them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tom_swe import Role, Session

LINES = 200
BYTES = 25_000
HEAD = "Notes on the person you work for, in their own words, oldest first:"

_CUES = re.compile(
    r"\b(?:always|never|prefer\w*|please|remember|from now on|next time|every time|in future|"
    r"don'?t|do not|must|should|instead|stop|make sure|i (?:like|want|hate|need|expect))\b",
    re.IGNORECASE,
)
_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")


def noted(sessions: Iterable[Session]) -> str:
    """The file's text; "" where nothing was noted."""
    # A line said again moves to the end: it is the newest then.
    lines: dict[str, None] = {}
    for session in sessions:
        for turn in session.by(Role.USER):
            for sentence in _ENDS.split(turn.text):
                line = " ".join(sentence.split())
                if _CUES.search(line):
                    lines.pop(line, None)
                    lines[line] = None
    kept: list[str] = []
    size = 0
    for line in reversed(lines):
        size += len(line.encode()) + 1
        if len(kept) == LINES or size > BYTES:
            break
        kept.append(f"- {line}")
    return "\n".join([HEAD, *reversed(kept)]) if kept else ""
