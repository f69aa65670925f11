"""A turn as a page shows it: words that beliefs rest on marked, the rest folded away. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tom_swe.model.session import Role, Turn

SHORT = 400  # characters of what an agent or a tool said, before the rest is folded away
LONGEST = 20_000  # characters of it that are shown at all


class Said(NamedTuple):
    """A turn in pieces, each with whether a belief rests on it; and what is folded away of it."""

    turn: Turn
    who: str
    pieces: list[tuple[bool, str]]
    rest: str
    left_out: int


def said(turn: Turn, quotes: Iterable[tuple[int, str]]) -> Said:
    """A turn as it is shown: the person's words whole, the start of what others said."""
    if turn.role is Role.USER:
        own = [quote for ordinal, quote in quotes if ordinal == turn.ordinal]
        text, who, rest = turn.text[:LONGEST], "You", turn.attachment
        left_out = len(turn.text) - len(text)
        pieces = marked(text, own)
    else:
        who = turn.tool or turn.role.value.capitalize()
        pieces, rest, left_out = [(False, turn.text[:SHORT])], turn.text[SHORT:], 0
    return Said(
        turn=turn,
        who=who,
        pieces=pieces,
        rest=rest[:LONGEST],
        left_out=left_out + max(len(rest) - LONGEST, 0),
    )


def marked(text: str, quotes: Sequence[str]) -> list[tuple[bool, str]]:
    """A text in pieces, each with whether a quote covers it."""
    covered = [False] * len(text)
    for quote in quotes:
        if quote and (start := text.find(quote)) >= 0:
            covered[start : start + len(quote)] = [True] * len(quote)
    pieces: list[tuple[bool, str]] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or covered[place] != covered[start]:
            pieces.append((covered[start], text[start:place]))
            start = place
    return pieces
