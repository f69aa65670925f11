from collections.abc import Callable

import pytest
from changes import changed

from tom_swe.errors import NotFound
from tom_swe.explain.history import revisions
from tom_swe.memory.store import Store
from tom_swe.mind.derive import Deriving
from tom_swe.model.belief import Belief, Kind, Observation, Quote, SessionModel, Source
from tom_swe.model.memory import Job
from tom_swe.model.session import Role, Session
from tom_swe.testing import session_of

Learn = Callable[[Session, list[Observation]], list[int]]


def observed(quote: str, ordinal: int = 0, statement: str = "") -> Observation:
    return Observation(
        kind=Kind.PREFERENCE,
        source=Source.INSTRUCTION,
        statement=statement or quote,
        quote=Quote(ordinal=ordinal, text=quote),
    )


@pytest.fixture
def learn(store: Store) -> Learn:
    """Puts a session and learns these observations from it."""

    def learn(session: Session, observations: list[Observation]) -> list[int]:
        store.sessions.put("ada", session)
        job = store.queue.take("ada")
        assert job
        model = SessionModel(intent="general", summary="", observations=tuple(observations))
        return _change(store, job, model)

    return learn


def _change(store: Store, job: Job, model: SessionModel) -> list[int]:
    with changed(store, job) as change:
        assert change
        observed = change.session.observe(model)
        Deriving(lambda: None, briefing_tokens=800).derive("ada", change)
        return observed


def statements(store: Store) -> list[str]:
    return [belief.statement for belief in store.beliefs.all("ada")]


def test_what_is_learned_is_kept_with_its_evidence(store: Store, learn: Learn) -> None:
    """A belief points at the session, turn and exact words it came from."""
    learn(session_of("hi", "use pnpm please", host="codex"), [observed("use pnpm", 1)])
    (belief,) = store.beliefs.all("ada")
    (evidence,) = belief.evidence
    assert (evidence.quote, evidence.ordinal, evidence.host) == ("use pnpm", 1, "codex")
    assert [r.reason for r in revisions(store, "ada", belief.id)] == ["first seen"]


@pytest.mark.parametrize(
    "stray",
    [
        observed("words nobody said"),
        observed("the agent's words", 1),
        observed("use pnpm", 9),
        observed(""),
    ],
    ids=["not in the turn", "said by the agent", "no such turn", "empty"],
)
def test_an_observation_without_its_words_is_dropped(
    store: Store, learn: Learn, stray: Observation
) -> None:
    """Whatever a reader claims, only quotes found in the user's own turns are kept."""
    session = session_of("use pnpm", (Role.AGENT, "the agent's words"))
    assert learn(session, [stray]) == []
    assert store.beliefs.all("ada") == []


def test_reading_a_grown_session_again_adds_only_what_is_new(store: Store, learn: Learn) -> None:
    """What was observed before is not heard twice; what is no longer said goes."""
    learn(session_of("use pnpm", "use tabs"), [observed("use pnpm"), observed("use tabs", 1)])
    observed_now = learn(
        session_of("use pnpm", "use spaces"),
        [observed("use pnpm"), observed("use spaces", 1)],
    )
    assert len(observed_now) == 1
    assert statements(store) == ["use pnpm", "use spaces"]


def test_a_change_that_fails_half_way_leaves_nothing(store: Store) -> None:
    """An error inside a change of mind undoes all of it, and the session waits on."""
    store.sessions.put("ada", session_of("use pnpm"))
    job = store.queue.take("ada")
    assert job
    model = SessionModel(intent="general", summary="", observations=(observed("use pnpm"),))
    with pytest.raises(RuntimeError), changed(store, job) as change:  # noqa: PT012
        assert change
        change.session.observe(model)
        Deriving(lambda: None, briefing_tokens=800).derive("ada", change)
        raise RuntimeError("half way")
    assert store.beliefs.all("ada") == []
    assert store.sizes().observations == 0
    assert store.queue.pending("ada") == 1


def test_forgotten_words_are_not_learned_again(store: Store, learn: Learn) -> None:
    """After forgetting a belief the same words, however spaced, make none."""
    learn(session_of("use pnpm"), [observed("use pnpm")])
    belief: Belief = store.beliefs.all("ada")[0]
    with store.learning.from_outside("ada") as change:
        change.erase.belief(belief.id)
    heard = learn(session_of("Use  PNPM", host_id="two"), [observed("Use  PNPM")])
    assert heard == []
    assert store.beliefs.all("ada") == []


def test_forgetting_asks_whose_it_is(store: Store, learn: Learn) -> None:
    """Nobody forgets another user's belief or session."""
    learn(session_of("use pnpm"), [observed("use pnpm")])
    with store.learning.from_outside("bob") as change:
        with pytest.raises(NotFound):
            change.erase.belief(1)
        with pytest.raises(NotFound):
            change.erase.session(1)
    assert statements(store) == ["use pnpm"]
