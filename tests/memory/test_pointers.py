from datetime import UTC, datetime, timedelta

import pytest
from changes import changed
from sqlalchemy import text

from tom_swe.memory.pointers import MOST_WAITING, WAITS
from tom_swe.memory.store import Store
from tom_swe.testing import session_of


def aged(store: Store, by: timedelta) -> None:
    """Makes every pointer so much older."""
    at = (datetime.now(UTC) - by).isoformat(sep=" ", timespec="microseconds")
    with store._database.write() as transaction:
        transaction.execute(text("UPDATE noted SET at = :at"), {"at": at})


def test_the_same_pointer_again_is_renewed(store: Store) -> None:
    """Pointing twice at the same words of a repository leaves one pointer, as new as the last."""
    first = store.pointers.put("ada", "my endpoints stay thin", "shop")
    again = store.pointers.put("ada", "my endpoints stay thin", "shop")
    assert again.id == first.id
    assert again.at >= first.at
    store.pointers.put("bob", "my endpoints stay thin", "shop")
    assert len(store.pointers.all("ada")) == 1


def test_a_pointer_waits_thirty_days(store: Store) -> None:
    """One that is older is no longer looked for, and goes when the next comes."""
    store.pointers.put("ada", "my endpoints stay thin", "")
    aged(store, WAITS - timedelta(hours=1))
    assert len(store.pointers.for_session("ada", 1)) == 1
    aged(store, WAITS + timedelta(hours=1))
    assert store.pointers.for_session("ada", 1) == []
    store.pointers.put("ada", "other words altogether", "")
    assert [p.quote for p in store.pointers.all("ada")] == ["other words altogether"]


def test_a_pointer_that_was_found_stays_with_its_session(store: Store) -> None:
    """It does not grow old, is looked for there alone, and goes with the session."""
    store.sessions.put("ada", session_of("my endpoints stay thin"))
    pointer = store.pointers.put("ada", "my endpoints stay thin", "")
    job = store.queue.take("ada")
    assert job
    with changed(store, job) as change:
        assert change
        change.session.keep_pointers([pointer.id])
    aged(store, WAITS * 10)
    assert [p.session_id for p in store.pointers.for_session("ada", 1)] == [1]
    assert store.pointers.for_session("ada", 2) == []
    with store.learning.from_outside("ada") as change:
        change.erase.session(1)
    assert store.pointers.all("ada") == []


def test_only_so_many_pointers_wait(store: Store) -> None:
    """An agent that points without end loses its own oldest pointers."""
    for number in range(MOST_WAITING + 5):
        store.pointers.put("ada", f"words of number {number}", "")
    quotes = [p.quote for p in store.pointers.all("ada")]
    assert len(quotes) == MOST_WAITING
    assert quotes[-1] == f"words of number {MOST_WAITING + 4}"


@pytest.mark.parametrize("user", ["ada", "bob"])
def test_reset_takes_the_users_pointers(store: Store, user: str) -> None:
    """Another user's stay."""
    store.pointers.put("ada", "my endpoints stay thin", "")
    store.reset(user)
    assert bool(store.pointers.all("ada")) is (user == "bob")


def test_a_session_is_taken_again_by_one_learner(store: Store) -> None:
    """Queued or not it is leased to the caller; while another has it, or to a stranger, not."""
    put = store.sessions.put("ada", session_of("hello"))
    assert put.session_id
    assert store.queue.take_again("bob", put.session_id) is None
    job = store.queue.take_again("ada", put.session_id)
    assert job
    assert store.queue.take_again("ada", put.session_id) is None
    assert store.queue.take("ada") is None
    with changed(store, job) as change:
        assert change
    assert store.queue.pending("ada") == 0
    assert store.queue.take_again("ada", put.session_id)
