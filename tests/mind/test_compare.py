"""Statements that neither catalogue nor likeness decides are compared by the model."""

import json
from typing import Any

import pytest
from with_a_model import note, opened, reading, tell

from tom_swe.embed.similarity import Similarity
from tom_swe.mind.compare import doubtful
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Kind, Relation, Stance, Status
from tom_swe.model.calls import Purpose
from tom_swe.ports import Pair
from tom_swe.settings import Settings
from tom_swe.testing.scripted import AT_ONCE, ScriptedFault, ScriptedModel

FIRST = "put helper functions below the code that calls them"
SECOND = "put helper functions above the code that calls them"


@pytest.fixture
def said() -> list[str]:
    return []


def compared(verdict: str) -> str:
    return json.dumps({"verdicts": [{"pair": 1, "reason": "so", "verdict": verdict}]})


def after_both(
    settings: Settings, said: list[str], *turns: Any
) -> tuple[Tom, list[dict[str, Any]]]:
    """Tom after two sessions that say what is alike in words, the second one compared."""
    one = reading(note(FIRST, "Order helper functions below their callers"))
    two = reading(note(SECOND, "Order helper functions above their callers"))
    with ScriptedModel(one, two, *turns) as server:
        tom = opened(settings, server, said, calls_at_once=1)
        for name, words in (("one", FIRST), ("two", SECOND)):
            tell(tom, f"next task: {words}", host_id=name)
            assert tom.learn("ada").failed == ()
        requests = server.requests
    return tom, requests


def wishes(tom: Tom):
    return [b for b in tom.memory.beliefs.all("ada") if b.kind is Kind.PREFERENCE]


def test_what_contradicts_supersedes_with_both_quotes_kept(
    settings: Settings, said: list[str]
) -> None:
    """The later one holds, the earlier one is retired for it with the words against it."""
    tom, requests = after_both(settings, said, compared("contradict"))
    old, new = wishes(tom)
    assert (old.status, old.superseded_by) == (Status.RETIRED, new.id)
    assert [(e.quote, e.stance) for e in old.evidence] == [
        (FIRST, Stance.SUPPORTS),
        (SECOND, Stance.CONTRADICTS),
    ]
    assert new.status is Status.CANDIDATE
    asked = json.loads(requests[2]["messages"][1]["content"])
    assert asked == {"pair": 1, "held": old.statement, "heard": new.statement}
    assert [c.purpose for c in tom.memory.ledger.calls()][2] is Purpose.COMPARING
    tom.close()


def test_what_agrees_is_one_belief(settings: Settings, said: list[str]) -> None:
    """Two wordings of one wish in two sessions confirm it."""
    tom, _ = after_both(settings, said, compared("agree"))
    (belief,) = wishes(tom)
    assert (belief.status, len(belief.evidence)) == (Status.CONFIRMED, 2)
    tom.close()


def test_what_is_different_stays_apart(settings: Settings, said: list[str]) -> None:
    """However alike the words are, two wishes are two beliefs, each said once."""
    tom, _ = after_both(settings, said, compared("different"))
    assert [b.status for b in wishes(tom)] == [Status.CANDIDATE] * 2
    tom.close()


@pytest.mark.parametrize(
    "turns",
    [
        [ScriptedFault(500, AT_ONCE)] * 3,
        ["no idea"] * 2,
        [json.dumps({"verdicts": []})],
        [json.dumps({"verdicts": [{"pair": 7, "reason": "", "verdict": "agree"}]})],
    ],
    ids=["500", "prose", "nothing", "another pair"],
)
def test_without_an_answer_the_words_decide(
    settings: Settings, said: list[str], turns: list[Any]
) -> None:
    """A model that cannot tell, or cannot be asked, keeps no session from being learned."""
    tom, _ = after_both(settings, said, *turns)
    one, other = wishes(tom)  # as alike as these are, one word turns them
    assert one.superseded_by == other.id
    assert [len(each.supporting) for each in (one, other)] == [1, 1]
    assert tom.memory.queue.pending("ada") == 0
    tom.close()


def test_what_is_clear_is_not_asked(settings: Settings, said: list[str]) -> None:
    """Not what the catalogue decides, what is the same, and what has nothing in common."""
    one = reading(note("use pnpm", "Use pnpm"), note("keep diffs small", "Keep diffs small"))
    two = reading(note("use npm", "Use npm"), note("keep diffs small", "Keep diffs small"))
    with ScriptedModel(one, two) as server:
        tom = opened(settings, server, said, calls_at_once=1)
        tell(tom, "use pnpm and keep diffs small")
        tom.learn("ada")
        tell(tom, "use npm and keep diffs small", host_id="two")
        tom.learn("ada")
        assert len(server.requests) == 2
        tom.close()


def test_told_relations_go_before_likeness() -> None:
    """Whatever the words have in common, and whichever way round they are asked for."""
    pair = Pair("use tabs", "use spaces")
    for relation, likeness in (
        (Relation.AGREE, 1),
        (Relation.DIFFERENT, 0),
        (Relation.CONTRADICT, 0),
    ):
        similarity = Similarity({}, {pair: relation})
        assert similarity("Use spaces", "use tabs") == likeness
        contradict = relation is Relation.CONTRADICT
        assert similarity.contradict("Use spaces", "use tabs") is contradict
    assert doubtful([], [], Similarity({})) == []
