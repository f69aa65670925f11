"""What memory holds on a query: scoring, pure.

A turn is scored by how well its words match and how alike it is in meaning, and borrows
from the turns it was recalled with: an answer often stands beside the words that were
asked for, and a session about the topic holds more on it. Scores are
summed, not ranks, which find less.

The weights of these were fitted on the evidence turns of LoCoMo's questions; with any of its
ten dialogues left out the others choose the same, or 0.3 for the words (``python -m tom_evals
recall``). RECENT and HERE could not be fitted there; they decide between turns that match
alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import NamedTuple

from tom_swe.checkout import same_repository
from tom_swe.model.advice import PastTurn, Query
from tom_swe.model.belief import Belief, Kind, Observation, Polarity, Reach, Status
from tom_swe.model.user import Tellable


class Weights(NamedTuple):
    """What a turn's score is made of.

    ``words`` is the share of its words in its own match, of which its meaning has the rest;
    ``near`` and ``session`` are what it borrows of the recalled turns right before and after
    it in its session, and of the best one in the session.
    """

    words: float = 0.4
    near: float = 0.2
    session: float = 1.0


WEIGHTS = Weights()
RECENT, HERE = 0.02, 0.02
# The BM25 score that counts half: about that of one rare word or of two less rare ones.
HALF_BM25 = 4.0
# A turn or a belief with no more in common with the query than this has little to do with it.
FLOOR = 0.35
RECENCY = timedelta(days=90)

# A rule holds whatever the request is about.
STANDING = 0.15
# One about just this place is worth more than one about any.
LOCAL = 0.15
# True of the person, and changes nothing about how to work for them.
_IDLE = frozenset({"habit.hours", "habit.message_length"})
# How much a belief gains, at most, by sharing words with the query.
SHARED_WORDS = 0.2


class Matches(NamedTuple):
    """How past turns and beliefs match a text, by their ids.

    ``words`` are BM25 scores, and ``meaning`` are cosines: none of them where there is no
    embedder.
    """

    turns: Sequence[PastTurn]
    turn_words: Mapping[int, float]
    turn_meaning: Mapping[int, float]
    belief_words: Mapping[int, float]
    belief_meaning: Mapping[int, float]


def on_topic(beliefs: Iterable[Belief], matches: Matches) -> list[Belief]:
    """The beliefs that say something on what was asked, wherever they hold, the nearest first."""
    near = (belief for belief in beliefs if _is_on_topic(belief, matches))
    return sorted(near, key=lambda belief: _similarity(belief, matches), reverse=True)


def _is_on_topic(belief: Belief, matches: Matches) -> bool:
    if not matches.belief_meaning:
        return belief.id in matches.belief_words
    return _similarity(belief, matches) >= FLOOR


def _similarity(belief: Belief, matches: Matches) -> float:
    best = max(matches.belief_words.values(), default=0.0) or 1.0
    shared = SHARED_WORDS * matches.belief_words.get(belief.id, 0.0) / best
    return max(matches.belief_meaning.get(belief.id, 0.0), 0.0) + shared


def applies(
    belief: Belief,
    repository: str,
    languages: Sequence[str] = (),
    names: Collection[str] | None = None,
) -> bool:
    """Whether a belief holds where a request was made.

    One about a language applies unless other languages are known to be the ones at hand.
    ``names`` are all that the repository goes by, where that is known.
    """
    if belief.status is Status.RETIRED:
        return False
    match belief.scope.reach:
        case Reach.EVERYWHERE:
            return True
        case Reach.REPOSITORY:
            if names is not None:
                return belief.scope.name in names
            return bool(repository) and same_repository(belief.scope.name, repository)
        case Reach.LANGUAGE:
            return not languages or belief.scope.name in languages
        case Reach.TASK:
            return False


def is_idle(belief: Tellable) -> bool:
    """Whether a belief tells an agent nothing to do; what the person pinned never is.

    A language matters where it is not the one that agents answer in anyway.
    """
    if belief.is_pinned:
        return False
    written = belief.dimension, belief.value
    return belief.dimension in _IDLE or written == ("habit.written_language", "en")


def in_force(
    beliefs: Iterable[Belief],
    repository: str,
    languages: Sequence[str] = (),
    names: Collection[str] | None = None,
) -> list[Belief]:
    """The beliefs that hold where a request was made, without those that give way to others."""
    here = [b for b in beliefs if applies(b, repository, languages, names)]
    return [b for b in here if not any(yields(b, other) for other in here)]


def yields(one: Belief, other: Belief) -> bool:
    """Whether a belief gives way to another one, which says otherwise.

    The wider gives way, unless the person said it to tom itself after the narrower was last
    said: they would look for that in what the next session is told.
    """
    is_wide = one.scope.reach is Reach.EVERYWHERE
    if is_wide is (other.scope.reach is Reach.EVERYWHERE) or not differs(one, other):
        return False
    wide, narrow = (one, other) if is_wide else (other, one)
    is_newer = wide.is_stated and wide.last_word > narrow.last_word
    decided = narrow.is_stated or narrow.is_upheld
    return is_wide is not (is_newer and not decided)


def differs(one: Belief, other: Belief | Observation) -> bool:
    """Whether two give different answers on one dimension."""
    if not one.dimension or one.dimension != other.dimension:
        return False
    if one.polarity is other.polarity:
        return one.polarity is Polarity.FOR and one.value != other.value
    return one.value == other.value


def rank_beliefs(beliefs: Sequence[Belief], matches: Matches, query: Query) -> list[Belief]:
    """The beliefs that apply, at most ``query.limit``, what the person pinned first, then the best.

    Ordered by similarity to the query plus half the confidence; rules and beliefs about just
    this place are preferred, and a confirmed belief to a candidate that is as likely. A habit
    says little about a request that is on something else, so it is left out then.
    """

    def score(belief: Belief) -> tuple[bool, float, int]:
        sure = belief.confidence * (1.0 if belief.status is Status.CONFIRMED else 0.7)
        standing = STANDING if belief.kind is Kind.CONSTRAINT else 0.0
        local = LOCAL if belief.scope.reach is not Reach.EVERYWHERE else 0.0
        similarity = _similarity(belief, matches)
        return belief.is_pinned, similarity + 0.5 * sure + standing + local, -belief.id

    here = (
        b
        for b in in_force(beliefs, query.repository, query.languages, query.names)
        if b.is_pinned
        or (not is_idle(b) and (b.kind is not Kind.HABIT or _is_on_topic(b, matches)))
    )
    return sorted(here, key=score, reverse=True)[: query.limit]


def rank_turns(
    turns: Sequence[PastTurn],
    words: Mapping[int, float],
    meaning: Mapping[int, float],
    query: Query,
    now: datetime,
    weights: Weights = WEIGHTS,
) -> list[PastTurn]:
    """Past turns that bear on a query, best first, at most ``query.limit``; a text only once.

    ``words`` holds BM25 scores and ``meaning`` cosines by turn id. A turn's own match is
    ``words * bm25 / best bm25 + (1 - words) * cosine``, of the words alone where there is no
    cosine at all (no embedder). To it come ``near`` times the matches right before and after
    it in its session and ``session`` times the best match there. What does not reach FLOOR
    by its own words or its own meaning is left out, whatever stands beside it.
    """
    # So that the best of a bad lot does not look good.
    best = max(HALF_BM25, *words.values()) if words else HALF_BM25
    # What the index did not bring is less alike than what it did, or not embedded yet.
    least = max(min(FLOOR, *meaning.values()), 0.0) if meaning else 0.0

    def own(turn: PastTurn) -> float:
        shared = max(words.get(turn.turn_id, 0.0), 0.0) / best
        if not meaning:
            return shared
        similarity = max(meaning.get(turn.turn_id, least), 0.0)
        return weights.words * shared + (1.0 - weights.words) * similarity

    scored: list[tuple[float, PastTurn]] = []
    for turn, match in _in_context(turns, own, weights):
        by_words = _share(words.get(turn.turn_id, 0.0))
        if max(by_words, meaning.get(turn.turn_id, 0.0)) < FLOOR:
            continue
        age = max(now - turn.at, timedelta()) if turn.at else RECENCY
        score = (
            match
            + RECENT * 0.5 ** (age / RECENCY)
            + HERE * (bool(query.repository) and same_repository(turn.repository, query.repository))
        )
        scored.append((round(score, 4), turn))
    scored.sort(key=lambda each: (-each[0], each[1].session_id, each[1].ordinal))
    seen: set[str] = set()
    distinct = (each for each in scored if not (each[1].text in seen or seen.add(each[1].text)))
    return [
        turn.model_copy(update={"score": score}) for score, turn in islice(distinct, query.limit)
    ]


def _in_context(
    turns: Iterable[PastTurn], own: Callable[[PastTurn], float], weights: Weights
) -> Iterator[tuple[PastTurn, float]]:
    """Each turn with its match and what it borrows, as a share of the most that can be."""
    ordered = sorted(turns, key=lambda turn: (turn.session_id, turn.ordinal))
    for _, session in groupby(ordered, key=lambda turn: turn.session_id):
        together = list(session)
        matches = [own(turn) for turn in together]
        lent = weights.session * max(matches)
        sides = zip([0.0, *matches], [*matches[1:], 0.0], strict=False)
        for turn, match, (before, after) in zip(together, matches, sides, strict=False):
            total = match + weights.near * (before + after) + lent
            yield turn, total / (1.0 + 2 * weights.near + weights.session)


def _share(bm25: float) -> float:
    return max(bm25, 0.0) / (max(bm25, 0.0) + HALF_BM25)
