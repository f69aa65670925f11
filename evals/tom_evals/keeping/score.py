"""What is kept against what was planted. Pure.

A belief means a preference or its opposite: by the value it has in the catalogue; where it has
none, by what the turns that it quotes were planted with. It is right if that is what the person
wants in the end. Habits and facts about the person are not judged: none were planted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tom_evals.common.stats import brier, reliability
from tom_evals.keeping.material import meanings
from tom_evals.keeping.planted import LASTING, History, Kind, Planting, Wish
from tom_swe import Belief
from tom_swe.model.belief import Kind as BeliefKind
from tom_swe.model.belief import Polarity, Status

type Place = tuple[str, int]
type Meaning = tuple[str, bool]

JUDGED = frozenset({BeliefKind.PREFERENCE, BeliefKind.CONSTRAINT})
# What was said in one session only, and longer ago, is not expected to be told any more.
RECENT = timedelta(days=180)


class Told(NamedTuple):
    """A belief that is told. ``again``: another one that is told says the same."""

    user: str
    right: bool
    again: bool
    confirmed: bool
    confidence: float


class Sought(NamedTuple):
    """A wish. ``told`` and ``confirmed``: whether a belief says so; ``opposite``: one denies it.

    ``due``: said in two sessions, or lately. ``read``: whether the reader saw any of the words
    for it. ``scope_right`` is None where nothing is told.
    """

    user: str
    sessions: int
    reversed: bool
    due: bool
    read: bool
    told: bool
    confirmed: bool
    opposite: bool
    scope_right: bool | None


class Trap(NamedTuple):
    """A planting that states nothing lasting: whether a wrong belief came of it."""

    user: str
    kind: Kind
    told: bool
    confirmed: bool


class Judgement(NamedTuple):
    """One person's beliefs, judged."""

    user: str
    sessions: int
    beliefs: tuple[Told, ...]
    wishes: tuple[Sought, ...]
    traps: tuple[Trap, ...]


def judge(
    history: History,
    told: Sequence[Belief],
    kept: Sequence[Belief],
    sessions: Mapping[int, str],
) -> Judgement:
    """What is told of a person against what they want.

    ``kept`` are all beliefs, retired ones too; ``sessions`` names the host's id of each session.
    """
    planted: dict[Place, list[Planting]] = {}
    for each in history.log:
        planted.setdefault((each.session, each.turn), []).append(each)
    wanted = {(wish.preference, wish.held): wish for wish in history.wishes}
    end = max(session.ended for session in history.sessions if session.ended)
    ranked = sorted(
        (belief for belief in told if belief.kind in JUDGED),
        key=lambda b: (b.status is not Status.CONFIRMED, -b.confidence, b.id),
    )
    means = {b.id: meaning(b, planted, sessions) for b in ranked}
    taken: dict[Meaning, set[str]] = {}
    beliefs: list[Told] = []
    for belief in ranked:
        right = [each for each in sorted(means[belief.id]) if each in wanted]
        # One preference may be two choices: pnpm and Poetry. The same choice twice is one too many.
        on = belief.dimension if belief.value else ""
        again = any(on in taken[w] or not on for w in right if w in taken)
        for each in right:
            taken.setdefault(each, set()).add(on)
        beliefs.append(
            Told(
                user=history.user,
                right=bool(right),
                again=again,
                confirmed=belief.status is Status.CONFIRMED,
                confidence=belief.confidence,
            )
        )
    read = {p for b in kept for p in _places(b, sessions)}
    return Judgement(
        user=history.user,
        sessions=len(history.sessions),
        beliefs=tuple(beliefs),
        wishes=tuple(_sought(w, ranked, means, history.log, read, end) for w in history.wishes),
        traps=tuple(
            _trap(each, ranked, means, set(wanted), sessions)
            for each in history.log
            if each.kind not in LASTING
        ),
    )


def meaning(
    belief: Belief, planted: Mapping[Place, Sequence[Planting]], sessions: Mapping[int, str]
) -> frozenset[Meaning]:
    """The preferences, or their opposites (False), that a belief may be the statement of."""
    if belief.value:
        said = f"{belief.dimension}={belief.value}"
        for_it = belief.polarity is Polarity.FOR
        return frozenset(
            (preference, held is for_it)
            for (preference, held), values in meanings().items()
            if said in values
        )
    votes = Counter(
        (each.preference, each.held)
        for place in _places(belief, sessions)
        for each in planted.get(place, ())
        if each.kind in LASTING
    )
    most = max(votes.values(), default=0)
    return frozenset(each for each, count in votes.items() if count == most)


def _places(belief: Belief, sessions: Mapping[int, str]) -> set[Place]:
    return {(sessions[each.session_id], each.ordinal) for each in belief.supporting}


def _sought(
    wish: Wish,
    ranked: Sequence[Belief],
    means: Mapping[int, frozenset[Meaning]],
    log: Sequence[Planting],
    read: set[Place],
    end: datetime,
) -> Sought:
    mine = [b for b in ranked if (wish.preference, wish.held) in means[b.id]]
    return Sought(
        user=wish.user,
        sessions=wish.sessions,
        reversed=wish.reversed,
        due=wish.sessions > 1 or end - wish.last_said <= RECENT,
        read=any(
            (p.session, p.turn) in read
            for p in log
            if p.kind in LASTING and (p.preference, p.held) == (wish.preference, wish.held)
        ),
        told=bool(mine),
        confirmed=any(b.status is Status.CONFIRMED for b in mine),
        opposite=any((wish.preference, not wish.held) in means[b.id] for b in ranked),
        scope_right=mine[0].scope.same_as(wish.scope) if mine else None,
    )


def _trap(
    planting: Planting,
    ranked: Sequence[Belief],
    means: Mapping[int, frozenset[Meaning]],
    wanted: set[Meaning],
    sessions: Mapping[int, str],
) -> Trap:
    place = (planting.session, planting.turn)
    wrong = [b for b in ranked if place in _places(b, sessions) and not means[b.id] & wanted]
    return Trap(
        user=planting.user,
        kind=planting.kind,
        told=bool(wrong),
        confirmed=any(b.status is Status.CONFIRMED for b in wrong),
    )


# Figures over people; nan where there is nothing to count


def precision(people: Sequence[Judgement], *, confirmed: bool) -> float:
    """The share of beliefs that are right and say what no other one says."""
    shown = [b for each in people for b in each.beliefs if b.confirmed or not confirmed]
    return _share([b.right and not b.again for b in shown])


def recall(people: Sequence[Judgement], *, confirmed: bool) -> float:
    """The share of wishes that are told.

    Of confirmed beliefs, those said in two sessions are asked for; of all, those due.
    """
    if confirmed:
        return _share([w.confirmed for each in people for w in each.wishes if w.sessions > 1])
    return _share([w.told for each in people for w in each.wishes if w.due])


def f1(people: Sequence[Judgement], *, confirmed: bool) -> float:
    """The harmonic mean of precision and recall."""
    found, right = recall(people, confirmed=confirmed), precision(people, confirmed=confirmed)
    return 2 * found * right / (found + right) if found + right else 0.0


def now_right(people: Sequence[Judgement], *, read: bool) -> float:
    """Of the wishes that were reversed, the share of which only the new one is told.

    With ``read``, of those whose reversal the reader saw.
    """
    turned = [w for each in people for w in each.wishes if w.reversed and (w.read or not read)]
    return _share([w.told and not w.opposite for w in turned])


def in_place(people: Sequence[Judgement]) -> float:
    """Of the wishes that are told, the share whose scope is right."""
    scopes = [w.scope_right for each in people for w in each.wishes]
    return _share([right for right in scopes if right is not None])


def kept_out(people: Sequence[Judgement], kind: Kind, *, confirmed: bool) -> float:
    """The share of traps of a kind from which no wrong belief is told."""
    traps = [t for each in people for t in each.traps if t.kind is kind]
    return _share([not (t.confirmed if confirmed else t.told) for t in traps])


def false_per_hundred(people: Sequence[Judgement], *, confirmed: bool) -> float:
    """Beliefs told that the person does not hold, a hundred sessions."""
    wrong = sum(
        not b.right for each in people for b in each.beliefs if b.confirmed or not confirmed
    )
    sessions = sum(each.sessions for each in people)
    return 100 * wrong / sessions if sessions else float("nan")


def squared_error(people: Sequence[Judgement]) -> float:
    """The Brier score of the confidence of what is told."""
    shown = [b for each in people for b in each.beliefs]
    if not shown:
        return float("nan")
    return brier([b.right for b in shown], [b.confidence for b in shown])


def reliable(people: Sequence[Judgement]) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, how many) of the beliefs told, by fifths of confidence."""
    shown = [b for each in people for b in each.beliefs]
    return reliability([b.right for b in shown], [b.confidence for b in shown]) if shown else []


def _share(held: Sequence[bool]) -> float:
    return sum(held) / len(held) if held else float("nan")
