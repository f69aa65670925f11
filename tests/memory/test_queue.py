from datetime import timedelta

from changes import changed

from tom_swe.memory.store import Store
from tom_swe.testing import START, session_of


def put(store: Store, name: str, day: int) -> int:
    session = session_of("hello", host_id=name, started=START + timedelta(days=day))
    session_id = store.sessions.put("ada", session).session_id
    assert session_id
    return session_id


def test_sessions_are_taken_oldest_first_and_once(store: Store) -> None:
    """Two learners never get the same session, and get them in the order they happened."""
    late, early = put(store, "late", 2), put(store, "early", 1)
    taken = [store.queue.take("ada") for _ in range(3)]
    assert [job and job.session_id for job in taken] == [early, late, None]


def test_a_lease_that_ran_out_is_anyones_again(store: Store) -> None:
    """What a learner took and did not finish in time is taken by the next."""
    session_id = put(store, "a", 1)
    first = store.queue.take("ada", lease=timedelta(seconds=-1))
    second = store.queue.take("ada")
    assert first
    assert second
    assert first.session_id == second.session_id == session_id
    with changed(store, first) as change:
        assert change is None
    with changed(store, second) as change:
        assert change is not None
    assert store.queue.pending("ada") == 0


def test_a_session_that_grows_while_it_is_read_is_read_again(store: Store) -> None:
    """New turns take the lease from the reader at work, so that nothing is missed."""
    put(store, "a", 1)
    job = store.queue.take("ada")
    assert job
    store.sessions.put("ada", session_of("hello", "more", host_id="a"))
    with changed(store, job) as change:
        assert change is None
    assert store.queue.pending("ada") == 1
    assert store.queue.take("ada") is not None


def test_a_session_that_keeps_failing_is_given_up_until_asked_for(store: Store) -> None:
    """Three failures set a session aside with its error; a person can have it tried again."""
    put(store, "a", 1)
    for _ in range(3):
        job = store.queue.take("ada")
        assert job
        store.queue.fail(job, "unreadable")
    assert store.queue.take("ada") is None
    assert store.queue.pending("ada") == 1
    assert store.queue.retry_failed("ada") == 1
    assert store.queue.take("ada") is not None


def test_what_failed_comes_after_what_was_not_tried(store: Store) -> None:
    """One bad session holds up none of the others."""
    bad, good = put(store, "bad", 1), put(store, "good", 2)
    job = store.queue.take("ada")
    assert job
    assert job.session_id == bad
    store.queue.fail(job, "unreadable")
    second = store.queue.take("ada")
    assert second
    assert second.session_id == good
