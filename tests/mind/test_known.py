"""A model that reads sees what is believed, and says how what it reads goes with that."""

import json
from typing import Any

import pytest
from with_a_model import note, opened, reading, tell

from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Belief, Kind, Reach, Stance, Status
from tom_swe.settings import Settings
from tom_swe.testing.scripted import ScriptedModel

FIRST = "put helper functions below the code that calls them"
HELD = "Order helper functions below their callers"


@pytest.fixture
def said() -> list[str]:
    return []


def wishes(tom: Tom) -> list[Belief]:
    return [b for b in tom.memory.beliefs.all("ada") if b.kind is Kind.PREFERENCE]


def after_both(
    settings: Settings, said: list[str], second: str, **noted: Any
) -> tuple[Tom, list[dict[str, Any]]]:
    """Tom after a session that founds a belief, and one whose note says how it goes with that."""
    words = noted.pop("quote", second)
    one, two = reading(note(FIRST, HELD)), reading(note(words, **noted))
    with ScriptedModel(one, two) as server:
        tom = opened(settings, server, said)
        for name, text in (("one", FIRST), ("two", second)):
            tell(tom, f"next task: {text}", host_id=name)
            assert tom.learn("ada").failed == ()
        requests = server.requests
    assert said == []
    return tom, requests


def test_the_model_is_told_what_is_believed(settings: Settings, said: list[str]) -> None:
    """By number and statement, guesses included; nothing of it where there is nothing."""
    tom, requests = after_both(settings, said, "fix the parser", statement="", quote="")
    sent = [
        [json.loads(line) for line in each["messages"][1]["content"].splitlines()]
        for each in requests
    ]
    told = [[line for line in lines if "known" in line] for lines in sent]
    assert told == [[], [{"known": 1, "statement": HELD}]]
    tom.close()


def test_what_is_said_again_in_other_words_confirms(settings: Settings, said: list[str]) -> None:
    """However it is worded, and although each time may have been for its task."""
    again = {"statement": "Helpers follow what uses them", "known": 1, "how": "again"}
    tom, _ = after_both(settings, said, "helpers come after what uses them", lasts="task", **again)
    (belief,) = wishes(tom)
    assert (belief.statement, belief.status) == (HELD, Status.CONFIRMED)
    assert {each.quote for each in belief.supporting} == {
        FIRST,
        "helpers come after what uses them",
    }
    tom.close()


def test_what_is_wanted_otherwise_supersedes(settings: Settings, said: list[str]) -> None:
    """The later wish holds, the earlier one is retired for it with the words against it."""
    words = "the helpers go to a module of their own"
    tom, _ = after_both(
        settings,
        said,
        words,
        statement="Put helper functions into their own module",
        known=1,
        how="differently",
    )
    old, new = wishes(tom)
    assert (old.status, old.superseded_by) == (Status.RETIRED, new.id)
    assert {(e.quote, e.stance) for e in old.evidence} == {
        (FIRST, Stance.SUPPORTS),
        (words, Stance.CONTRADICTS),
    }
    assert new.status is Status.CANDIDATE
    tom.close()


def test_what_is_taken_back_ends(settings: Settings, said: list[str]) -> None:
    """Nothing is believed in its place."""
    words = "the order of the helper functions is all one to me now"
    tom, _ = after_both(
        settings,
        said,
        words,
        statement="The order of helper functions does not matter",
        known=1,
        how="no longer",
    )
    (belief,) = wishes(tom)
    assert belief.status is Status.RETIRED
    assert belief.superseded_by is None
    (against,) = [each for each in belief.evidence if each.stance is Stance.CONTRADICTS]
    assert against.quote == words
    tom.close()


@pytest.mark.parametrize("how", ["again", "differently", "no longer"])
@pytest.mark.parametrize("known", [1, 2, -1])
def test_what_has_nothing_in_common_touches_nothing(
    settings: Settings, said: list[str], how: str, known: int
) -> None:
    """A model that names a belief wrongly, or one that is not there, changes none."""
    tom, _ = after_both(
        settings,
        said,
        "reply in one paragraph",
        statement="Reply in one paragraph",
        known=known,
        how=how,
    )
    belief = wishes(tom)[0]
    assert (belief.status, len(belief.evidence)) == (Status.CANDIDATE, 1)
    assert belief.scope.reach is Reach.EVERYWHERE
    tom.close()
