import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tom_swe.errors import NotFound
from tom_swe.memory.store import Store
from tom_swe.model.memory import PutState
from tom_swe.model.session import Role
from tom_swe.testing import session_of


def test_the_same_session_again_changes_nothing(store: Store) -> None:
    """Putting a session twice keeps one, queued once."""
    session = session_of("use pnpm", (Role.AGENT, "done"))
    first = store.sessions.put("ada", session)
    before = store.sizes()
    again = store.sessions.put("ada", session)
    assert (first.state, again.state) == (PutState.NEW, PutState.UNCHANGED)
    assert again.session_id == first.session_id
    assert store.sizes() == before
    assert store.queue.pending("ada") == 1


def test_a_session_that_has_grown_keeps_the_turns_it_had(store: Store) -> None:
    """More turns of one session are added to it; those there keep their places and vectors."""
    one = store.sessions.put("ada", session_of("use pnpm"))
    assert one.session_id
    grown = store.sessions.put("ada", session_of("use pnpm", "and tabs"))
    assert grown.state is PutState.GROWN
    assert grown.session_id == one.session_id
    kept = store.sessions.get("ada", one.session_id)
    assert [turn.text for turn in kept.turns] == ["use pnpm", "and tabs"]
    unembedded = store.vectors.unembedded("ada", "any", 100)
    assert unembedded == {"t:1": "use pnpm", "t:2": "and tabs"}


def test_a_session_rewritten_by_its_host_is_replaced_from_there_on(store: Store) -> None:
    """Turns after the first that differs are written anew; fewer turns leave fewer."""
    put = store.sessions.put("ada", session_of("a first", "b", "c"))
    assert put.session_id
    store.sessions.put("ada", session_of("a first", "x"))
    kept = store.sessions.get("ada", put.session_id)
    assert [turn.text for turn in kept.turns] == ["a first", "x"]
    assert store.search.turns("ada", "c", 5) == []


def test_users_do_not_see_each_others_sessions(store: Store) -> None:
    """One session of two users is two sessions, and neither finds the other's."""
    put = store.sessions.put("ada", session_of("use pnpm"))
    assert put.session_id
    store.sessions.put("bob", session_of("use pnpm"))
    assert len(store.sessions.summaries("ada")) == 1
    with pytest.raises(NotFound):
        store.sessions.get("bob", put.session_id)


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=6))
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_was_said_comes_back_as_it_was(store: Store, texts: list[str]) -> None:
    """Any text survives the database, whatever the session held before."""
    session = session_of(*texts)
    put = store.sessions.put("ada", session)
    assert put.session_id
    assert store.sessions.get("ada", put.session_id) == session
    assert store.check() == []


def test_sessions_have_titles_of_their_own_messages(store: Store) -> None:
    """Made of what the person wrote first; a session without a word of theirs has none."""
    asked = session_of("hi", (Role.AGENT, "Hello."), "sort the bookings by day", host_id="asked")
    silent = session_of((Role.AGENT, "Hello."), host_id="silent")
    for each in (asked, silent):
        store.sessions.put("ada", each)
    titled = store.sessions.titled(store.sessions.summaries("ada"))
    assert {each.title for each in titled} == {"sort the bookings by day", ""}
    ids = [each.id for each in titled if each.title]
    assert store.sessions.titles(ids) == {ids[0]: "sort the bookings by day"}
