"""What memory holds on a query: scoring, pure.

A turn's score is a weighted sum of how well its words match, how alike it is in
meaning, how recent it is and whether it was said in the same repository. Summing by
rank alone is known to do worse than full text by itself; these weights are first
values, kept in one place so that they can be fitted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from tom_swe.model.advice import PastTurn, Query
from tom_swe.model.belief import Belief, Kind, Polarity, Reach, Status, same_repository

WORDS, MEANING, RECENT, HERE = 0.45, 0.45, 0.05, 0.05
# The BM25 score that counts half: about that of one rare word or of two less rare ones.
HALF_BM25 = 4.0
# A turn below this has little to do with the query.
FLOOR = 0.35
RECENCY = timedelta(days=90)

# A rule holds whatever the request is about.
STANDING = 0.15
# One about just this place is worth more than one about any.
LOCAL = 0.15
# A habit says little about a request unless it is as much like it as this.
HABIT_ON_TOPIC = 0.35
# What hours somebody keeps changes nothing about how to work for them.
IDLE = frozenset({"habit.hours"})
# How much a belief gains, at most, by sharing words with the query.
SHARED_WORDS = 0.2


def applies(belief: Belief, repository: str, languages: Sequence[str] = ()) -> bool:
    """Whether a belief holds where a request was made.

    One about a language applies unless other languages are known to be the ones at hand.
    """
    if belief.status is Status.RETIRED:
        return False
    match belief.scope.reach:
        case Reach.EVERYWHERE:
            return True
        case Reach.REPOSITORY:
            return bool(repository) and same_repository(belief.scope.name, repository)
        case Reach.LANGUAGE:
            return not languages or belief.scope.name in languages
        case Reach.TASK:
            return False


def in_force(
    beliefs: Iterable[Belief], repository: str, languages: Sequence[str] = ()
) -> list[Belief]:
    """The beliefs that hold where a request was made; the narrower rule goes before the wider."""
    here = [b for b in beliefs if applies(b, repository, languages)]
    narrow = [b for b in here if b.scope.reach is not Reach.EVERYWHERE]
    return [
        b
        for b in here
        if b.scope.reach is not Reach.EVERYWHERE or not any(_differs(b, other) for other in narrow)
    ]


def _differs(one: Belief, other: Belief) -> bool:
    """Whether two beliefs give different answers on one dimension."""
    if not one.dimension or one.dimension != other.dimension:
        return False
    if one.polarity is other.polarity:
        return one.polarity is Polarity.FOR and one.value != other.value
    return one.value == other.value


def rank_beliefs(
    beliefs: Sequence[Belief],
    words: Mapping[int, float],
    meaning: Mapping[int, float],
    query: Query,
) -> list[Belief]:
    """The beliefs that apply, at most ``query.limit``, best first.

    ``words`` holds BM25 scores and ``meaning`` cosines by belief id. Ordered by likeness to
    the query plus half the confidence; rules and beliefs about just this place are preferred,
    and a confirmed belief to a candidate that is as likely. Habits are left out unless they
    are on the topic.
    """
    best = max(words.values(), default=0.0) or 1.0

    def alike(belief: Belief) -> float:
        shared = SHARED_WORDS * words.get(belief.id, 0.0) / best
        return max(meaning.get(belief.id, 0.0), 0.0) + shared

    def score(belief: Belief) -> tuple[float, int]:
        sure = belief.confidence * (1.0 if belief.status is Status.CONFIRMED else 0.7)
        standing = STANDING if belief.kind is Kind.CONSTRAINT else 0.0
        local = LOCAL if belief.scope.reach is not Reach.EVERYWHERE else 0.0
        return alike(belief) + 0.5 * sure + standing + local, -belief.id

    here = (
        b
        for b in in_force(beliefs, query.repository, query.languages)
        if b.dimension not in IDLE and (b.kind is not Kind.HABIT or alike(b) >= HABIT_ON_TOPIC)
    )
    return sorted(here, key=score, reverse=True)[: query.limit]


def rank_turns(
    turns: Sequence[PastTurn],
    words: Mapping[int, float],
    meaning: Mapping[int, float],
    query: Query,
    now: datetime,
) -> list[PastTurn]:
    """Past turns above FLOOR, best first, at most ``query.limit``; repeats of one text once.

    ``words`` holds BM25 scores and ``meaning`` cosines by turn id. A BM25 score s counts as
    s / (s + HALF_BM25), so that the best of a bad lot does not look good. Without any cosine
    (no embedder) the words carry that weight too.
    """
    by_words = WORDS if meaning else WORDS + MEANING
    scored: list[PastTurn] = []
    for turn in turns:
        age = max(now - turn.at, timedelta()) if turn.at else RECENCY
        score = (
            by_words * _share(words.get(turn.turn_id, 0.0))
            + (MEANING * max(meaning.get(turn.turn_id, 0.0), 0.0) if meaning else 0.0)
            + RECENT * 0.5 ** (age / RECENCY)
            + HERE * (bool(query.repository) and same_repository(turn.repository, query.repository))
        )
        if score >= FLOOR:
            scored.append(turn.model_copy(update={"score": round(score, 4)}))
    scored.sort(key=lambda turn: (-turn.score, turn.session_id, turn.ordinal))
    seen: set[str] = set()
    distinct = [t for t in scored if not (t.text in seen or seen.add(t.text))]
    return distinct[: query.limit]


def _share(bm25: float) -> float:
    return max(bm25, 0.0) / (max(bm25, 0.0) + HALF_BM25)
