"""What differs between then and now."""

from datetime import datetime, timedelta

from tom_swe.beliefs.changes import changes
from tom_swe.explain.history import Difference, Sign, differences
from tom_swe.model.belief import EVERYWHERE, Belief, Evidence, Kind, Reach, Scope, Source, Stance
from tom_swe.model.memory import Logged
from tom_swe.testing import START

SHOP = Scope(reach=Reach.REPOSITORY, name="acme/shop")


def said(number: int, repository: str) -> Evidence:
    return Evidence(
        observation_id=number,
        session_id=number,
        host="jsonl",
        repository=repository,
        ordinal=0,
        quote="use pnpm",
        stance=Stance.SUPPORTS,
        source=Source.INSTRUCTION,
        at=START + timedelta(days=number),
        event=f"e{number}",
    )


def logged(before: list[Belief], after: list[Belief], at: datetime) -> list[Logged]:
    return [
        Logged(
            change=each.change,
            reason=each.reason,
            status=each.belief.status,
            confidence=each.belief.confidence,
            at=at,
            session_id=each.session_id,
            belief_id=each.belief.id,
        )
        for each in changes(before, after, {})
    ]


def test_a_belief_that_was_widened_shows_where_it_held() -> None:
    """Said in a second repository it holds everywhere; the diff names the place it had before."""
    first, second = said(1, "acme/shop"), said(2, "acme/web")
    there = Belief(
        id=1,
        kind=Kind.PREFERENCE,
        statement="Use pnpm",
        scope=SHOP,
        evidence=(first,),
        first_seen=first.at,
        last_seen=first.at,
    )
    everywhere = there.model_copy(update={"scope": EVERYWHERE, "evidence": (first, second)})
    since = START + timedelta(days=1, hours=1)
    history = [*logged([], [there], first.at), *logged([there], [everywhere], second.at)]
    assert differences([everywhere], history, (), since) == [
        Difference(
            sign=Sign.CHANGED,
            belief_id=1,
            statement="Use pnpm",
            old="repository:acme/shop",
            new="everywhere",
        )
    ]
