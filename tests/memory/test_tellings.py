"""What sessions were told, in a real database."""

from datetime import UTC, datetime, timedelta

import pytest
from changes import changed

from tom_swe.memory.store import Store
from tom_swe.model.advice import Adherence, Telling
from tom_swe.model.belief import Belief, Judge, Kind, Stance, Verdict
from tom_swe.testing import session_of

HOUR = timedelta(hours=1)


@pytest.fixture
def now() -> datetime:
    """A time at which beliefs made by the test are there."""
    return datetime.now(UTC) + HOUR


def believe(store: Store, *statements: str, user: str = "ada") -> list[int]:
    """Makes beliefs without evidence; their ids."""
    at = datetime.now(UTC)
    with store.learning.from_outside(user) as change:
        before = change.beliefs.all()
        new = [
            Belief(
                id=-1 - n, kind=Kind.PREFERENCE, statement=statement, first_seen=at, last_seen=at
            )
            for n, statement in enumerate(statements)
        ]
        change.beliefs.believe([*before, *new], {}, "")
        return [belief.id for belief in change.beliefs.all()[len(before) :]]


@pytest.fixture
def beliefs(store: Store) -> list[int]:
    """Three beliefs of ada's; one of bob's is there too."""
    store.sessions.put("ada", session_of("hello", host_id="one"))
    store.sessions.put("bob", session_of("hello", host_id="one"))
    believe(store, "of bob's", user="bob")
    return believe(store, "first", "second", "third")


def telling(at: datetime, *ids: int, host_id: str = "one", repository: str = "shop") -> Telling:
    return Telling(host="jsonl", host_id=host_id, repository=repository, belief_ids=ids, at=at)


def test_what_a_session_was_told_is_kept(store: Store, beliefs: list[int], now: datetime) -> None:
    """By its host's name for it, with its id in memory where it is kept."""
    store.tellings.put("ada", telling(now, *beliefs[:2]))
    found = store.tellings.of_session("ada", "jsonl", "one")
    assert found == telling(now, *beliefs[:2]).model_copy(update={"session_id": 1})
    assert store.tellings.all("ada") == [found]
    assert store.tellings.of_session("ada", "jsonl", "two") is None
    assert store.tellings.of_session("ada", "codex", "one") is None
    assert store.tellings.of_session("bob", "jsonl", "one") is None
    assert store.tellings.all("bob") == []


def test_a_session_may_be_told_before_it_is_kept(
    store: Store, beliefs: list[int], now: datetime
) -> None:
    """The coding session tells its agent first, and is learned from when it ends."""
    store.tellings.put("ada", telling(now, *beliefs, host_id="later"))
    (before,) = store.tellings.all("ada")
    assert before.session_id is None
    kept = store.sessions.put("ada", session_of("hello", host_id="later"))
    (after,) = store.tellings.all("ada")
    assert after.session_id == kept.session_id


def test_telling_again_adds_to_what_was_told(
    store: Store, beliefs: list[int], now: datetime
) -> None:
    """One row a session: all ids, the first time and the first repository."""
    first, second, third = beliefs
    store.tellings.put("ada", telling(now, second))
    store.tellings.put("ada", telling(now + HOUR, first, second, repository="other"))
    store.tellings.put("ada", telling(now - HOUR / 2, third))
    (found,) = store.tellings.all("ada")
    assert found.belief_ids == (first, second, third)
    assert (found.at, found.repository) == (now - HOUR / 2, "shop")


def test_only_beliefs_that_were_there_can_have_been_told(
    store: Store, beliefs: list[int], now: datetime
) -> None:
    """Ids that are gone, another user's, and those given again since are passed over."""
    bobs = 1
    assert bobs not in beliefs
    store.tellings.put("ada", telling(now, bobs, 99, beliefs[0]))
    (found,) = store.tellings.all("ada")
    assert found.belief_ids == (beliefs[0],)
    past = datetime.now(UTC) - HOUR
    store.tellings.put("ada", telling(past, *beliefs, host_id="two"))
    store.tellings.put("ada", telling(now, host_id="three"))
    assert store.tellings.all("ada") == [found]


def test_the_second_of_a_hook_is_taken_for_the_whole_of_it(
    store: Store, beliefs: list[int]
) -> None:
    """The hook gives whole seconds, so a belief made earlier in that second was told."""
    store.tellings.put("ada", telling(datetime.now(UTC) - timedelta(milliseconds=900), *beliefs))
    assert store.tellings.all("ada")[0].belief_ids == tuple(beliefs)


def test_a_forgotten_belief_was_told_to_nobody(
    store: Store, beliefs: list[int], now: datetime
) -> None:
    """Its id goes from every telling, so that the next belief of that id was not told."""
    store.tellings.put("ada", telling(now, *beliefs))
    with store.learning.from_outside("ada") as change:
        change.erase.belief(beliefs[-1])
    assert store.tellings.all("ada")[0].belief_ids == tuple(beliefs[:2])
    assert believe(store, "given the id again") == [beliefs[-1]]
    assert store.tellings.all("ada")[0].belief_ids == tuple(beliefs[:2])
    assert store.check() == []


def test_a_forgotten_session_was_told_nothing(
    store: Store, beliefs: list[int], now: datetime
) -> None:
    """What it was told goes with it, and is not kept again from a late line of an inbox."""
    store.tellings.put("ada", telling(now, *beliefs))
    store.tellings.put("ada", telling(now, *beliefs, host_id="other"))
    with store.learning.from_outside("ada") as change:
        change.erase.session(1)
    store.tellings.put("ada", telling(now, *beliefs))
    assert [each.host_id for each in store.tellings.all("ada")] == ["other"]


def test_a_reset_leaves_no_telling(store: Store, beliefs: list[int], now: datetime) -> None:
    """Everything about the user goes, and nothing of another's."""
    store.tellings.put("ada", telling(now, *beliefs))
    store.tellings.put("bob", telling(now, 1))
    store.reset("ada")
    assert store.tellings.all("ada") == []
    assert len(store.tellings.all("bob")) == 1
    assert store.check() == []


def test_a_change_of_mind_knows_what_its_session_was_told(
    store: Store, beliefs: list[int], now: datetime
) -> None:
    """And keeps what became of it and the verdict, in the place of what was kept before."""
    store.tellings.put("ada", telling(now, *beliefs))
    first, second, third = beliefs
    verdict = Verdict(
        consultation_id=None,
        stance=Stance.SUPPORTS,
        weight=0.1,
        by=Judge.SESSION,
        at=now,
        session_id=1,
    )
    for found, verdicts, expected in (
        ({first: Adherence.OBEYED, second: Adherence.CORRECTED}, {first: verdict}, {first}),
        ({first: Adherence.OBEYED}, {first: verdict}, set()),
        ({third: Adherence.OBEYED}, {third: verdict}, {first, third}),
    ):
        job = store.queue.take_again("ada", 1)
        assert job
        with changed(store, job) as change:
            assert change
            told = change.session.telling()
            assert told
            assert change.session.value().host_id == "one"
            assert change.session.keep_adherence(told, found, verdicts) == expected
            assert {b.id for b in change.beliefs.all() if b.verdicts} == set(verdicts)
        assert store.tellings.all("ada")[0].adherence == found
    assert store.beliefs.get("ada", third).verdicts == (verdict,)
