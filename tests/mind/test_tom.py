"""Tom end to end on real parts: SQLite, Chroma, the rule reader; only the embedder is a fake."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tom_swe.errors import NotFound, SourceError
from tom_swe.mind.parts import Parts
from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Action, Query
from tom_swe.model.belief import SessionModel, Status
from tom_swe.model.session import Role, Session, Turn
from tom_swe.ports import Embedder
from tom_swe.settings import Settings
from tom_swe.testing import START, HashEmbedder, session_of

MakeTom = Callable[..., Tom]


def two_sessions(tom: Tom) -> None:
    tom.add_session("ada", session_of("from now on use pnpm, not npm", host_id="1"))
    later = START + timedelta(days=3)
    tom.add_session(
        "ada",
        session_of("add a chart. we always use pnpm here by the way", host_id="2", started=later),
    )


@pytest.mark.parametrize("embedder", [None, HashEmbedder()], ids=["words alone", "vectors"])
def test_a_preference_said_in_two_sessions_reaches_the_next(
    make_tom: MakeTom, embedder: Embedder | None
) -> None:
    """Said twice, it is confirmed, is in the briefing with her words, and is found on a request."""
    tom = make_tom(embedder)
    two_sessions(tom)
    learned = tom.learn("ada")
    assert (learned.sessions, learned.failed) == (2, ())
    (belief,) = [b for b in tom.memory.beliefs.user_model("ada").beliefs if b.value == "pnpm"]
    assert belief.status is Status.CONFIRMED
    assert len(belief.quotes) == 2
    assert "pnpm" in tom.brief("ada").text
    suggestion = tom.consult("ada", Query(text="install the chart library with npm"))
    assert belief.id in [b.id for b in suggestion.beliefs]


def test_learning_again_changes_nothing(make_tom: MakeTom) -> None:
    """With nothing new there is nothing to do, and re-reading everything gives the same."""
    tom = make_tom()
    two_sessions(tom)
    tom.learn("ada")
    beliefs = tom.memory.beliefs.all("ada")
    assert tom.learn("ada").sessions == 0
    assert tom.memory.beliefs.all("ada") == beliefs


def test_words_that_a_host_rewrote_are_missed(make_tom: MakeTom) -> None:
    """When a session no longer holds the words, the belief on them goes at the next learning."""
    tom = make_tom()
    tom.add_session("ada", session_of("from now on use pnpm", host_id="1"))
    tom.learn("ada")
    assert len(tom.memory.beliefs.all("ada")) == 1
    tom.add_session("ada", session_of("hello there", host_id="1"))
    tom.learn("ada")
    assert tom.memory.beliefs.all("ada") == []
    assert tom.brief("ada").text == ""


def test_what_only_others_said_is_never_believed(make_tom: MakeTom) -> None:
    """The agent's, a tool's and a paste's preferences make no belief."""
    tom = make_tom()
    said = "from now on always use tabs, never spaces"
    session = Session(
        host="jsonl",
        host_id="1",
        turns=(
            Turn(ordinal=0, role=Role.AGENT, text=said),
            Turn(ordinal=1, role=Role.TOOL, text=said, tool="read"),
            Turn(ordinal=2, role=Role.USER, text="what does this mean?", attachment=said),
        ),
    )
    tom.add_session("ada", session)
    tom.learn("ada")
    assert tom.memory.beliefs.all("ada") == []


class BrokenReader:
    """Fails on one session only."""

    name = "broken"
    at_once = 1

    def read(self, session: Session, session_id: int | None = None) -> SessionModel:
        if session.host_id == "1":
            raise SourceError("cannot read this one")
        if session.host_id == "2":
            raise ValueError("secret words of the session")
        return SessionModel(intent="general", summary="", reader=self.name)


def test_one_bad_session_does_not_stop_the_rest(make_tom: MakeTom) -> None:
    """Failures are told and stay queued; an unforeseen one is kept without its text."""
    tom = make_tom(reader=BrokenReader())
    for name in ("1", "2", "3"):
        tom.add_session("ada", session_of("hello", host_id=name))
    learned = tom.learn("ada")
    assert learned.sessions == 1
    assert learned.failed == ("session s1: cannot read this one", "session s2: ValueError")
    assert tom.memory.queue.pending("ada") == 2


def test_an_unclear_request_is_asked_about_and_a_clear_one_is_not(make_tom: MakeTom) -> None:
    """`ask` comes with questions, `proceed` without."""
    tom = make_tom()
    unclear = tom.consult("ada", Query(text="make it better"))
    clear = tom.consult(
        "ada", Query(text="rename the function `parse` in src/parser.py to `parse_line`")
    )
    assert unclear.action is Action.ASK
    assert unclear.questions
    assert clear.action is Action.PROCEED
    assert clear.questions == ()


def test_a_consultation_is_kept_without_its_secrets(make_tom: MakeTom) -> None:
    """What was asked is stored redacted, under the id that the suggestion carries."""
    tom = make_tom()
    suggestion = tom.consult("ada", Query(text="log in with hunter2"))
    assert suggestion.consultation_id == 1
    assert b"hunter2" not in tom.memory.path.read_bytes()  # type: ignore[attr-defined]


def test_forgetting_a_session_forgets_what_rested_on_it(make_tom: MakeTom) -> None:
    """The belief is a candidate again, then gone; the session is not imported again."""
    tom = make_tom()
    two_sessions(tom)
    tom.learn("ada")
    tom.forget_session("ada", 2)
    (belief,) = tom.memory.beliefs.user_model("ada").beliefs
    assert (belief.value, belief.status) == ("pnpm", Status.CANDIDATE)
    tom.forget_session("ada", 1)
    assert tom.memory.beliefs.all("ada") == []
    assert tom.brief("ada").text == ""
    two_sessions(tom)
    assert tom.memory.queue.pending("ada") == 0
    with pytest.raises(NotFound):
        tom.forget_session("ada", 1)


def test_a_superseded_belief_returns_when_its_successor_is_forgotten(make_tom: MakeTom) -> None:
    """Forgetting the change of mind brings back what was held before it."""
    tom = make_tom()
    tom.add_session("ada", session_of("from now on use npm", host_id="1"))
    later = START + timedelta(days=3)
    tom.add_session("ada", session_of("from now on use pnpm", host_id="2", started=later))
    tom.learn("ada")
    assert [b.value for b in tom.memory.beliefs.user_model("ada").beliefs] == ["pnpm"]
    tom.forget_session("ada", 2)
    assert [b.value for b in tom.memory.beliefs.user_model("ada").beliefs] == ["npm"]


@pytest.mark.parametrize("what", ["session", "belief", "everything"])
def test_forgotten_words_are_on_no_page_of_the_disk(
    make_tom: MakeTom, settings: Settings, what: str
) -> None:
    """After forgetting, the bytes of every file under TOM_HOME hold none of the words."""
    tom = make_tom(HashEmbedder())
    marked = "from now on always use zanzibarpack for installing"
    tom.add_session("ada", session_of(marked, host_id="1"))
    tom.add_session("ada", session_of("hello there", host_id="2"))
    tom.learn("ada")
    tom.consult("ada", Query(text="install it"))
    (belief,) = [b for b in tom.memory.beliefs.all("ada") if "zanzibarpack" in b.statement.lower()]
    if what == "session":
        tom.forget_session("ada", 1)
    elif what == "belief":
        tom.forget_belief("ada", belief.id)
    else:
        tom.reset("ada")
    holding = [
        path.name
        for path in settings.home.rglob("*")
        if path.is_file() and b"zanzibar" in path.read_bytes().lower()
    ]
    # Forgetting a belief leaves the session it was said in.
    assert holding == (["tom.db"] if what == "belief" else [])
    if what == "belief":
        assert tom.memory.beliefs.all("ada") == []
    else:
        assert tom.memory.search.turns("ada", "zanzibarpack", 5) == []


def test_the_stored_briefing_is_the_rendered_one(make_tom: MakeTom) -> None:
    """What a session is told from the stored row is what the beliefs give now."""
    tom = make_tom()
    two_sessions(tom)
    tom.learn("ada")
    assert tom.brief("ada").text == tom.brief("ada", budget=800).text
    assert tom.brief("ada", "some/repository").text == tom.brief("ada").text


def test_many_threads_ask_at_once(make_tom: MakeTom) -> None:
    """Threads that meet a Tom not yet loaded share one set of faculties and all get answers."""
    tom = make_tom(HashEmbedder())
    two_sessions(tom)
    tom.learn("ada")
    made: list[Parts] = []
    known = tom._mind.parts

    def counted() -> Parts:
        made.append(known)
        return known

    tom = Tom(tom.memory, counted, redact=str, say=print, briefing_tokens=800)
    query = Query(text="install the chart library with npm")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: tom.consult("ada", query), range(32)))
    assert len(made) == 1
    assert {answer.beliefs[0].value for answer in answers} == {"pnpm"}
    assert len({answer.consultation_id for answer in answers}) == 32
