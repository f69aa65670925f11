"""The rates at which developers word their turns so or so, for `tom_evals.people.speech`. Pure."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tom_evals.people.asking import questions
from tom_evals.people.speech import MUSING, Rates
from tom_evals.usi.features import SHORT
from tom_evals.usi.transcripts import Patterns
from tom_swe import Role, Session

_FIRST_WORD = re.compile(r"\w+")


class Turn(NamedTuple):
    """What a developer wrote, and whether the agent had asked something before."""

    text: str
    asked: bool
    opening: bool


def turns(session: Session) -> Iterator[Turn]:
    """The developer's own turns of a session."""
    before, opening = "", True
    for each in session.turns:
        if each.role is Role.AGENT and each.text:
            before = each.text
        elif each.role is Role.USER and each.text.strip():
            yield Turn(each.text.strip(), bool(questions(before)), opening)
            before, opening = "", False


def rates(sessions: Iterable[Session], patterns: Patterns) -> Rates:
    """The shares of turns that `Rates` is of, as means over the sessions that have such turns."""
    found = [list(turns(each)) for each in sessions]

    def share(
        holds: Callable[[Turn], object], among: Callable[[Turn], object] = lambda _: True
    ) -> float:
        usable = [[each for each in one if among(each)] for one in found]
        means = [statistics.fmean(bool(holds(t)) for t in one) for one in usable if one]
        return statistics.fmean(means) if means else 0.0

    def unasked(turn: Turn) -> bool:
        return not (turn.asked or turn.opening)

    return Rates(
        lower_case=share(lambda t: t.text[0].islower(), lambda t: t.text[0].isalpha()),
        unstopped=share(lambda t: t.text[-1] not in ".!?"),
        polite=share(lambda t: patterns.politeness.search(t.text.lower())),
        emotion=share(lambda t: patterns.emotion.search(t.text.lower())),
        musing=share(
            lambda t: (word := _FIRST_WORD.search(t.text.lower())) and word[0] in MUSING,
            lambda t: not t.opening,
        ),
        short_going_on=share(lambda t: len(t.text.split()) <= SHORT, unasked),
        pivot_going_on=share(lambda t: patterns.pivot.search(t.text.lower()), unasked),
    )
