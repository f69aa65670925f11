"""What memory holds on a query: scoring, pure.

A turn's score is a weighted sum of how well its words match, how alike it is in
meaning, how recent it is and whether it was said in the same repository. Summing by
rank alone is known to do worse than full text by itself; these weights are first
values, kept in one place so that they can be fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from tom_swe.model.advice import PastTurn, Query
from tom_swe.model.belief import Belief, Kind, Reach, Status, same_repository

WORDS, MEANING, RECENT, HERE = 0.45, 0.45, 0.05, 0.05
# A turn below this has little to do with the query.
FLOOR = 0.30
RECENCY = timedelta(days=90)

# A rule holds whatever the request is about; a habit says little about any one request.
STANDING = {Kind.CONSTRAINT: 0.15, Kind.HABIT: -0.25}


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


def rank_beliefs(
    beliefs: Sequence[Belief], query: Query, alike: Callable[[Belief], float]
) -> list[Belief]:
    """The beliefs that apply, at most ``query.limit``, best first.

    Ordered by likeness to the query plus half the confidence; rules and beliefs about just
    this place are preferred, and a confirmed belief to a candidate that is as likely.
    """
    here = [b for b in beliefs if applies(b, query.repository, query.languages)]

    def score(belief: Belief) -> tuple[float, int]:
        sure = belief.confidence * (1.0 if belief.status is Status.CONFIRMED else 0.7)
        standing = STANDING.get(belief.kind, 0.0)
        local = 0.15 if belief.scope.reach is not Reach.EVERYWHERE else 0.0
        return alike(belief) + 0.5 * sure + standing + local, -belief.id

    return sorted(here, key=score, reverse=True)[: query.limit]


def rank_turns(
    turns: Sequence[PastTurn],
    words: Mapping[int, float],
    meaning: Mapping[int, float],
    query: Query,
    now: datetime,
) -> list[PastTurn]:
    """Past turns above FLOOR, best first, at most ``query.limit``; repeats of one text once.

    ``words`` holds BM25 scores and ``meaning`` cosines by turn id. BM25 is scaled by the
    best hit, since its size says nothing across queries. Without any cosine (no embedder)
    the words carry that weight too.
    """
    best = max(words.values(), default=0.0) or 1.0
    by_words = WORDS if meaning else WORDS + MEANING
    scored: list[PastTurn] = []
    for turn in turns:
        age = max(now - turn.at, timedelta()) if turn.at else RECENCY
        score = (
            by_words * words.get(turn.turn_id, 0.0) / best
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
