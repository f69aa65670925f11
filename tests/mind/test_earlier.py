"""What the person said before is found where it bears on a request, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from exports import exported
from hypothesis import HealthCheck, given
from hypothesis import settings as checked_by
from hypothesis import strategies as st
from sqlalchemy import text as sql

from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.memory.sayings import MOST, TIDIED_ABOVE
from tom_swe.memory.store import Store
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import PastTurn, Query
from tom_swe.model.belief import EVERYWHERE, Quote, Reach, Saying, Scope
from tom_swe.model.portable import Export
from tom_swe.testing import START, FixedScorer, session_of

MakeTom = Callable[..., Tom]
USER = "ada"
TAGS = "don't commit the generated lamps"


@pytest.fixture
def tom(make_tom: MakeTom) -> Tom:
    """Reads with a scorer that takes no sentence for a lasting wish, and hardly one for none."""
    return make_tom(reader=EmbeddedReader(scorer=FixedScorer(0.25)))


def hear(tom: Tom, number: int, *said: str, repository: str = "shop") -> None:
    """A session in a repository, learned from."""
    at = START + timedelta(days=number)
    session = session_of(*said, host_id=str(number), repository=repository, started=at)
    tom.add_session(USER, session)
    tom.learn(USER)


def found(tom: Tom, request: str, repository: str = "shop", **more: int) -> list[PastTurn]:
    return tom.memory.sayings.earlier(USER, Query(text=request, repository=repository, **more), "")


def words(tom: Tom, request: str, repository: str = "shop") -> list[str]:
    return [each.text for each in found(tom, request, repository)]


def rows(tom: Tom) -> dict[str, int]:
    """How many rows there are of each table of sayings."""
    tables = "saying", "saying_term", "saying_place", "sayings_read"
    with tom.memory._database.read() as transaction:
        return {
            each: transaction.scalar(sql(f"SELECT count(*) FROM {each}")) or 0 for each in tables
        }


def test_it_is_found_word_for_word(tom: Tom) -> None:
    """The sentence is given as it was said, with its session, and nothing beside it."""
    hear(tom, 1, "The lamps are on. " + TAGS + ". Why is it dark?")
    (one,) = found(tom, "commit this")
    assert (one.text, one.session_id, one.ordinal, one.repository) == (TAGS + ".", 1, 0, "shop")
    assert one.at == START + timedelta(days=1)


@pytest.mark.parametrize("request_", ["hello", "1", "continue", "yes please", "ok", "b", "", "?!"])
def test_small_talk_brings_up_nothing(tom: Tom, request_: str) -> None:
    """A greeting, a choice from a list and a word to go on are no requests."""
    hear(tom, 1, "please say hello to me first", "continue with option 1, yes", TAGS)
    assert words(tom, request_) == []


def test_a_question_and_what_says_nothing_new_are_left_out(tom: Tom) -> None:
    """Neither what was asked nor the request itself in other words helps with it."""
    hear(tom, 1, "why did you commit the lamps?", "commit this please")
    assert words(tom, "commit this") == []


def test_what_is_told_already_and_what_was_given_up_is_left_out(make_tom: MakeTom) -> None:
    """A saying on which a belief rests stands for it: told once, and gone when it is rejected."""
    tom = make_tom()
    hear(tom, 1, "from now on always commit with pnpm, not npm")
    (belief,) = tom.memory.beliefs.all(USER)
    query = Query(text="commit this", repository="shop")
    assert len(tom.memory.sayings.earlier(USER, query, "")) == 1
    assert tom.memory.sayings.earlier(USER, query, "", told={belief.id}) == []
    tom.reject(USER, belief.id)
    assert tom.memory.sayings.earlier(USER, query, "") == []


def test_of_what_says_the_same_the_newest_words_are_given(tom: Tom) -> None:
    """The same wish in five sessions is one thing, in the words of the last."""
    for number in range(1, 6):
        hear(tom, number, f"don't commit the generated lamps{'!' * number}")
    (one,) = found(tom, "commit this")
    assert one.text == "don't commit the generated lamps!!!!!"


WORDS = ("commit", "push", "lint", "branch", "lamps", "quay", "release", "draft")
REPOSITORIES = ("mira/shop", "mira/web", "shop", "dune/tools")
sentence = st.lists(st.sampled_from(WORDS), min_size=2, max_size=4).map(
    lambda each: "don't " + " the ".join(each)
)


@checked_by(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(REPOSITORIES), sentence), max_size=6), sentence)
def test_nothing_crosses_from_one_repository_into_another(
    store: Store, said: Sequence[tuple[str, str]], request: str
) -> None:
    """Whatever was said where, each repository is shown its own words only."""
    store.reset(USER)
    for number, (repository, each) in enumerate(said):
        keep(store, number, each, repository)
    for repository in REPOSITORIES:
        query = Query(text=request, repository=repository)
        found = {each.text for each in store.sayings.earlier(USER, query, "")}
        assert found <= {each for place, each in said if _one(place, repository)}
    for nowhere in ("", "other", "dune/shops"):
        query = Query(text=request, repository=nowhere)
        assert store.sayings.earlier(USER, query, "") == []


def keep(store: Store, number: int, words: str, repository: str) -> None:
    """One saying of a session, as learning keeps it."""
    session = session_of(words, host_id=str(number), repository=repository)
    kept = store.sessions.put(USER, session).session_id
    assert kept is not None
    said = Saying(quote=Quote(ordinal=0, text=words), useful=2.0)
    with store.learning.from_outside(USER) as change:
        change.sayings.keep(kept, [said], (), 1)
        change.sayings.tidy([kept])


def _one(name: str, other: str) -> bool:
    """Whether two names of the test may mean one repository."""
    return name == other or {name, other} == {"shop", "mira/shop"}


def test_advice_keeps_to_its_repository(tom: Tom) -> None:
    """What consult gives an agent was said where it works."""
    hear(tom, 1, TAGS, repository="mira/web")
    hear(tom, 2, "never commit the lamps of the quay", repository="mira/shop")
    for repository in ("mira/web", "mira/shop", "dune/tools"):
        advice = tom.consult(USER, Query(text="commit this", repository=repository))
        assert [each.repository for each in advice.turns] == [repository] * len(advice.turns)
        assert bool(advice.turns) == (repository != "dune/tools")


def test_what_says_itself_that_it_holds_in_all_projects_is_found_everywhere(tom: Tom) -> None:
    """It is the one thing that is told in another repository."""
    hear(tom, 1, "in all my projects, don't commit the generated lamps")
    assert len(words(tom, "commit this", "other")) == 1


def test_what_a_belief_rests_on_that_holds_everywhere_is_found_everywhere(
    make_tom: MakeTom,
) -> None:
    """As long as it does, and no longer."""
    tom = make_tom()
    hear(tom, 1, "always commit with a ticket from the quay")
    (belief,) = tom.memory.beliefs.all(USER)
    here = belief.scope
    assert here.reach is Reach.REPOSITORY
    assert words(tom, "commit this", "other") == []
    tom.confirm(USER, belief.id)
    with tom.memory._database.write() as transaction:
        transaction.execute(sql("UPDATE belief SET reach = 'everywhere', scope_name = ''"))
    with tom.memory.learning.from_outside(USER) as change:
        change.sayings.spread()
    assert len(words(tom, "commit this", "other")) == 1
    with tom.memory._database.write() as transaction:
        transaction.execute(sql("UPDATE belief SET reach = 'repository', scope_name = 'shop'"))
    with tom.memory.learning.from_outside(USER) as change:
        change.sayings.spread()
    assert words(tom, "commit this", "other") == []
    assert len(words(tom, "commit this")) == 1


def test_what_is_stated_to_tom_is_found_where_it_holds(tom: Tom) -> None:
    """A statement for everywhere is found anywhere, one for a repository there."""
    tom.remember(USER, "never commit the lamps of the quay", EVERYWHERE)
    assert len(words(tom, "commit this", "any")) == 1
    tom.remember(USER, "never push the quay as a draft", Scope(reach=Reach.REPOSITORY, name="web"))
    assert words(tom, "push this", "any") == []
    assert len(words(tom, "push this", "web")) == 1


def test_forgetting_leaves_nothing_behind(tom: Tom) -> None:
    """A session that is forgotten takes its sayings and their terms along."""
    hear(tom, 1, TAGS)
    assert rows(tom)["saying_term"] > 1
    tom.forget_session(USER, 1)
    assert words(tom, "commit this") == []
    assert {each: rows(tom)[each] for each in ("saying", "saying_term", "sayings_read")} == {
        "saying": 0,
        "saying_term": 0,
        "sayings_read": 0,
    }
    tom.reset(USER)
    assert set(rows(tom).values()) == {0}


def test_words_that_are_forgotten_with_their_belief_are_found_no_more(make_tom: MakeTom) -> None:
    """Not even when the session is read again."""
    tom = make_tom()
    hear(tom, 1, "from now on always commit with pnpm, not npm", "the lamps hang low")
    (belief,) = tom.memory.beliefs.all(USER)
    tom.forget_belief(USER, belief.id)
    assert words(tom, "commit this") == []
    tom.memory.queue.requeue(USER, "another reader")
    tom.learn(USER)
    assert words(tom, "commit this") == []


def test_sessions_learned_before_are_looked_at_once(tom: Tom) -> None:
    """What an older version learned gets its sayings with the next catching up."""
    hear(tom, 1, TAGS, "the quay is dark")
    hear(tom, 2, "never push the lamps")
    before = rows(tom), words(tom, "commit this"), words(tom, "push this")
    with tom.memory._database.write() as transaction:
        for table in ("saying", "saying_place", "sayings_read"):
            transaction.execute(sql(f"DELETE FROM {table}"))
    assert tom.memory.sayings.unread(USER, 1) == [1, 2]
    tom.catch_up(USER)
    assert (rows(tom), words(tom, "commit this"), words(tom, "push this")) == before
    assert tom.memory.sayings.unread(USER, 1) == []


def test_a_memory_that_moves_finds_them_again(tom: Tom) -> None:
    """An export holds no sayings; they are made from what it holds."""
    hear(tom, 1, TAGS)
    document = exported(tom.memory, USER)
    assert not any(name.startswith("saying") for name in document["tables"])
    before = rows(tom)
    tom.restore(USER, Export.model_validate(document), replace=True)
    assert rows(tom) == before
    assert words(tom, "commit this") == [TAGS]


def test_only_the_most_useful_of_very_many_are_kept(tom: Tom) -> None:
    """A repository in which somebody said thousands of things keeps the best of them."""
    said = [f"lamp number {number} at quay{number} goes" for number in range(TIDIED_ABOVE + 1)]
    hear(tom, 1, "the quay")
    tom.add_session(USER, session_of(*said, host_id="many", repository="shop"))
    useful = [
        Saying(quote=Quote(ordinal=at, text=each), useful=at / 1000) for at, each in enumerate(said)
    ]
    with tom.memory.learning.from_outside(USER) as change:
        change.sayings.keep(2, useful, (), 1)
        change.sayings.tidy([2])
    assert rows(tom)["saying"] == MOST
    assert words(tom, f"look at quay{TIDIED_ABOVE}") == [said[-1]]
    assert words(tom, "look at quay1") == []
