"""What is believed follows from what was said and done, not from when it was learned."""

import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tom_swe.explain import history
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Belief, Status
from tom_swe.testing import START, HashEmbedder, session_of

MakeTom = Callable[..., Tom]
SAID = (
    ("from now on use npm", "acme/shop"),
    ("from now on use npm", "acme/web"),
    ("from now on use pnpm", "acme/shop"),
    ("never commit to main", "acme/shop"),
)


def hear(tom: Tom, *numbers: int) -> None:
    """Learns some of what was said, a session each, said a day apart."""
    for number in numbers:
        text, repository = SAID[number]
        at = START + timedelta(days=number)
        tom.add_session(
            "ada", session_of(text, host_id=str(number), started=at, repository=repository)
        )
        assert tom.learn("ada").failed == ()


def live(tom: Tom) -> set[tuple[str, str, Status, float, int]]:
    return {
        (b.statement, str(b.scope), b.status, b.confidence, len(b.evidence))
        for b in tom.memory.beliefs.told("ada")
    }


def plainly(beliefs: list[Belief]) -> list[tuple[object, ...]]:
    """Beliefs without the numbers that this memory gave to them and to its rows."""
    founded = {b.id: b.founded_on for b in beliefs}
    return sorted(
        (
            b.founded_on,
            b.statement,
            str(b.scope),
            b.status,
            b.confidence,
            founded.get(b.superseded_by or 0, ""),
            tuple((e.event, e.stance) for e in b.evidence),
            tuple((d.kind, d.statement) for d in b.decisions),
        )
        for b in beliefs
    )


def logged(tom: Tom) -> list[tuple[datetime, str, str]]:
    """`tom log` without the numbers of beliefs and sessions."""
    entries = history.entries(tom.memory, "ada")
    return [(each.at, each.what, re.sub(r"\bb\d+", "b", each.reason)) for each in entries]


def test_npm_in_two_repositories_then_pnpm_in_one(make_tom: MakeTom) -> None:
    """They make npm of everywhere and pnpm of the shop, in any order of arrival."""
    found = []
    for order in itertools.permutations(range(3)):
        tom = make_tom(HashEmbedder())
        hear(tom, *order)
        found.append(live(tom))
        tom.reset("ada")
    statements = {(statement, scope) for statement, scope, *_ in found[0]}
    assert statements == {("Use npm", "everywhere"), ("Use pnpm", "repository:acme/shop")}
    assert all(each == found[0] for each in found)


def test_forgetting_one_of_two_repositories_takes_everywhere_back(make_tom: MakeTom) -> None:
    """Npm in shop, npm in web, so npm everywhere; web forgotten, it is of shop alone again."""
    tom = make_tom()
    hear(tom, 0)
    before = live(tom)
    hear(tom, 1)
    assert {scope for _, scope, *_ in live(tom)} == {"everywhere"}
    tom.forget_session("ada", 2)
    assert live(tom) == before


@pytest.mark.parametrize("gone", range(4))
def test_forgetting_a_session_is_never_having_heard_it(make_tom: MakeTom, gone: int) -> None:
    """Beliefs, evidence, scopes, briefings and log are as if the session had never been."""
    tom = make_tom()
    hear(tom, *(each for each in range(4) if each != gone))
    never = plainly(tom.memory.beliefs.all("ada"))
    log = logged(tom)
    briefed = {name: tom.brief("ada", name).text for name in ("", "acme/shop", "acme/web")}
    tom.reset("ada")
    hear(tom, *range(4))
    sessions = tom.memory.sessions.summaries("ada")
    (session,) = [each.id for each in sessions if each.started == START + timedelta(days=gone)]
    tom.forget_session("ada", session)
    assert plainly(tom.memory.beliefs.all("ada")) == never
    assert logged(tom) == log
    assert {name: tom.brief("ada", name).text for name in briefed} == briefed


def test_a_decision_stands_whatever_older_words_arrive(make_tom: MakeTom) -> None:
    """What was decided of a belief stays with its words when an older session becomes its first."""
    tom = make_tom()
    hear(tom, 1)
    (npm,) = tom.memory.beliefs.all("ada")
    tom.edit("ada", npm.id, "Use npm 11")
    hear(tom, 0)
    again = tom.memory.beliefs.get("ada", npm.id)
    assert (again.statement, str(again.scope)) == ("Use npm 11", "everywhere")
    assert len(again.evidence) == 2
