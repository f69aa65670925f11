"""A session as a language model sees it: JSON lines around the person's turns. Pure."""

from itertools import zip_longest
from typing import NamedTuple

from tom_swe.model.session import Role, Session, Turn
from tom_swe.text.safe import json_line
from tom_swe.text.tokens import count_tokens

CUT = " … "


class _Window(NamedTuple):
    """How many characters are shown of a turn of the person and of the agent's before it."""

    said: int
    before: int


# The first that fits is taken. What the agent did is context, what the person said is the matter.
_WINDOWS = (
    _Window(4_000, 240),
    _Window(4_000, 160),
    _Window(1_500, 160),
    _Window(1_500, 0),
    _Window(600, 0),
    _Window(250, 0),
)


_SPEAKERS = (Role.USER, Role.AGENT)


def transcript(session: Session, most_tokens: int) -> str:
    """The person's turns, and what the agent said last before each, within so many tokens.

    Where not even little of every turn fits, the newest are shown. Long turns are shown by
    their beginning and their end.
    """
    turns = [turn for turn in session.turns if turn.role in _SPEAKERS and turn.text.strip()]
    lines: list[str] = []
    for window in _WINDOWS:
        lines = _lines(turns, window)
        if count_tokens("\n".join(lines)) <= most_tokens:
            return "\n".join(lines)
    newest: list[str] = []
    left = most_tokens
    for line in reversed(lines):
        left -= count_tokens(line)
        if left < 0:
            break
        newest.append(line)
    return "\n".join(reversed(newest))


def _lines(turns: list[Turn], window: _Window) -> list[str]:
    lines: list[str] = []
    for turn, following in zip_longest(turns, turns[1:]):
        if turn.role is Role.USER:
            lines.append(_line(turn, _ends(turn.text, window.said)))
        elif window.before and following is not None and following.role is Role.USER:
            lines.append(_line(turn, _ends(turn.text, window.before)))
    return lines


def _line(turn: Turn, text: str) -> str:
    by = "developer" if turn.role is Role.USER else "agent"
    return json_line(turn=turn.ordinal, by=by, text=text)


def _ends(text: str, most: int) -> str:
    text = text.strip()
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half].rstrip()}{CUT}{text[-half:].lstrip()}"
