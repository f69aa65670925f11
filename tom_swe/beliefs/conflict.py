"""Which beliefs say the same, which cannot hold together, and which of two is kept. Pure."""

from __future__ import annotations

from typing import NamedTuple

from tom_swe.beliefs.draft import Draft
from tom_swe.embed.similarity import SAME, Similarity
from tom_swe.model.belief import Belief, Kind, Observation, Polarity, Relation
from tom_swe.text.contrast import covers, differ, forbids

_ABOUT_THEM = frozenset({Kind.HABIT, Kind.EXPERTISE, Kind.GOAL})


class Claim(NamedTuple):
    """What is said on what: by an observation, or by a belief in one of its wordings."""

    dimension: str
    value: str
    polarity: Polarity
    wordings: tuple[str, ...]


def claim_of(said: Observation | Belief | Draft) -> Claim:
    """What an observation or a belief claims."""
    if isinstance(said, Draft):
        return Claim(said.dimension, said.choice, said.polarity, said.wordings)
    wordings = said.wordings if isinstance(said, Belief) else (said.statement,)
    return Claim(said.dimension, said.value, said.polarity, wordings)


def agreement(draft: Draft, said: Observation, similarity: Similarity) -> float:
    """How well an observation says what a belief says; 0 where it says something else.

    The dimension and value decide where both have them, else how similar the statements are.
    """
    if draft.polarity is not said.polarity:
        return 0.0
    if (draft.kind in _ABOUT_THEM) != (said.kind in _ABOUT_THEM):
        return 0.0
    if draft.dimension and said.dimension:
        if (draft.dimension, draft.choice) != (said.dimension, said.value):
            return 0.0
        if draft.choice:
            return 1.0
    found = max(similarity.of_one_wish(wording, said.statement) for wording in draft.wordings)
    return found if found >= SAME else 0.0


def conflicts(one: Claim, other: Claim, similarity: Similarity) -> bool:
    """Whether both cannot hold in one place. The values of one dimension exclude each other."""
    opposed = one.polarity is not other.polarity
    if one.dimension and one.dimension == other.dimension:
        if one.value and one.value == other.value:
            return opposed
        if one.value and other.value:
            return not opposed and one.polarity is Polarity.FOR
    pairs = [(mine, theirs) for mine in one.wordings for theirs in other.wordings]
    if opposed:
        return any(_deny_each_other(one, *pair, similarity) for pair in pairs)
    if one.polarity is Polarity.FOR:
        return any(similarity.contradict(*pair) for pair in pairs)
    # Two things that are forbidden do not exclude each other, however unlike they are.
    return any(similarity.relation(*pair) is Relation.CONTRADICT for pair in pairs)


def lifts(said: Observation, draft: Draft, similarity: Similarity) -> bool:
    """Whether what the person takes back is what a belief says, or what that is about."""
    if draft.polarity is not said.polarity or draft.kind in _ABOUT_THEM:
        return False
    if said.value and draft.choice:
        return (said.dimension, said.value) == (draft.dimension, draft.choice)
    quotes = (each.quote for each in draft.supporting())
    return any(
        similarity.of_one_wish(wording, said.statement) >= SAME for wording in draft.wordings
    ) or any(covers(wording, said.statement) for wording in (*draft.wordings, *quotes))


def _deny_each_other(one: Claim, mine: str, theirs: str, similarity: Similarity) -> bool:
    """Whether what the one statement asks for is what the other forbids."""
    if similarity.relation(mine, theirs) is Relation.CONTRADICT:
        return True
    if similarity(mine, theirs) < SAME or differ(mine, theirs):
        return False
    against = mine if one.polarity is Polarity.AGAINST else theirs
    return forbids(against)


def outweighs(one: Draft, other: Draft) -> bool:
    """Whether the first of two beliefs that exclude each other is the one to keep.

    A hint of one session outweighs only its like. What was said outweighs what was only seen.
    Of two things said the later one holds, stated outright or not; of two things seen the one
    seen in more sessions, then the later. What the person took up with their own hands was said
    when they did.
    """
    if one.is_hint != other.is_hint:
        return other.is_hint
    if one.is_only_seen != other.is_only_seen:
        return other.is_only_seen
    if one.is_only_seen:
        mine, theirs = len(one.sessions), len(other.sessions)
        return (mine, one.last_seen) >= (theirs, other.last_seen)
    return one.last_word >= other.last_word
