"""What the person adds to a request of this kind again and again, and did not add this time. Pure.

"open a *draft* PR" in eleven sessions bears on "push and open a PR": the same verb is said of the
same thing, and the word that always comes with it is missing.
"""

from collections.abc import Iterable

from tom_swe.advise.relevance import named
from tom_swe.model.advice import PastTurn, Query
from tom_swe.model.belief import Reach
from tom_swe.model.recurring import Recurring, RequestKind


def asked_again(proposals: Iterable[Recurring], query: Query) -> list[PastTurn]:
    """The newest words of each proposal that bears on the query."""
    asked = frozenset(named(query.text))
    return [
        PastTurn(
            turn_id=newest.turn_id,
            session_id=newest.session_id,
            ordinal=newest.ordinal,
            repository=newest.repository,
            at=newest.at,
            text=newest.quote,
            score=1.0,
        )
        for each in proposals
        if each.kind is RequestKind.TWIST and _holds(each, query) and _bears(each, asked)
        for newest in each.requests[-1:]
    ]


def _holds(found: Recurring, query: Query) -> bool:
    if found.scope.reach is not Reach.REPOSITORY:
        return True
    return found.scope.name in (query.names or {query.repository})


def _bears(found: Recurring, asked: frozenset[str]) -> bool:
    """Whether the same is asked for, by one of the verbs used before, without the words that come
    with it.
    """
    head, twists = found.twist
    verbs = {term for each in found.requests for term in named(each.words)[:1]}
    missing = asked.isdisjoint(term for word in twists for term in named(word))
    return set(named(head)) <= asked and bool(verbs & asked) and missing
