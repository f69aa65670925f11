"""What a host copied from one session into another was said once."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest

from tom_swe.memory import Store
from tom_swe.model.session import Provenance, Role, Session, Turn
from tom_swe.testing import START

USER = "local"
OTHER = "6f1e0c6b-0000-4000-8000-000000000000"


def session(
    host_id: str,
    said: Sequence[str],
    *,
    provenance: Provenance = Provenance.OWN,
    host: str = "codex",
    after: int = 0,
) -> Session:
    """A session in which these messages have the first letter of their text as key."""
    turns = tuple(
        Turn(ordinal=n, role=Role.USER, text=text, key=text[:1], at=START + timedelta(hours=n))
        for n, text in enumerate(said)
    )
    started = START + timedelta(hours=after)
    return Session(host=host, host_id=host_id, turns=turns, started=started, provenance=provenance)


def words(store: Store) -> dict[str, list[str]]:
    """What the person said, by the host's id of the session."""
    found = [store.sessions.get(USER, each.id) for each in store.sessions.summaries(USER)]
    return {each.host_id: [turn.text for turn in each.by(Role.USER)] for each in found}


SESSIONS = (
    session("parent", ["a tabs", "b spaces"]),
    session("fork", ["a tabs", "b spaces", "c semicolons"], provenance=Provenance.FORK),
    session("later", ["b spaces", "d dots"], after=5),
)
ONCE = {"parent": ["a tabs", "b spaces"], "fork": ["c semicolons"], "later": ["d dots"]}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_older_session_holds_the_words(store: Store, order: tuple[int, ...]) -> None:
    """Whichever is put first, and again when all are put twice."""
    for place in (*order, *order):
        store.sessions.put(USER, SESSIONS[place])
    assert words(store) == ONCE


def test_words_of_a_forgotten_session_do_not_come_back_by_a_copy(store: Store) -> None:
    """Neither by one that is kept already nor by one that is put later."""
    for each in SESSIONS[:2]:
        store.sessions.put(USER, each)
    parent = next(s for s in store.sessions.summaries(USER) if s.user_turns == 2)
    with store.learning.from_outside(USER) as change:
        change.erase.session(parent.id)
    store.sessions.put(USER, SESSIONS[2])
    assert words(store) == {"fork": ["c semicolons"], "later": ["d dots"]}


def test_what_the_older_session_lost_is_the_copys_again(store: Store) -> None:
    """The host took it back there, and the copy is read again."""
    for each in SESSIONS[:2]:
        store.sessions.put(USER, each)
    store.sessions.put(USER, session("parent", ["a tabs"]))
    assert words(store) == {"parent": ["a tabs"], "fork": ["b spaces", "c semicolons"]}


@pytest.mark.parametrize("first", [0, 1])
def test_a_mirror_of_a_session_says_nothing_of_its_own(store: Store, first: int) -> None:
    """Another program wrote the same session down, by the same id, with other keys."""
    both = [
        session(OTHER, ["a tabs"]),
        session(OTHER, ["x tabs"], provenance=Provenance.MIRROR, host="specstory"),
    ]
    for place in (first, 1 - first):
        store.sessions.put(USER, both[place])
    said = [
        (each.host, each.user_turns) for each in store.sessions.summaries(USER) if each.user_turns
    ]
    assert said == [("codex", 1)]


def test_a_mirror_alone_has_the_words(store: Store) -> None:
    """Nothing else of the session is left."""
    store.sessions.put(
        USER, session(OTHER, ["x tabs"], provenance=Provenance.MIRROR, host="specstory")
    )
    assert words(store) == {OTHER: ["x tabs"]}


@pytest.mark.parametrize("first", [0, 1])
def test_the_longest_copy_of_a_session_is_kept(store: Store, first: int) -> None:
    """Whichever of two transcripts with one id comes first, and when both come again."""
    both = [
        session("one", ["a tabs"]).model_copy(update={"source": "/backup"}),
        session("one", ["a tabs", "b spaces"]).model_copy(update={"source": "/mine"}),
    ]
    for place in (first, 1 - first, first):
        store.sessions.put(USER, both[place])
    assert words(store) == {"one": ["a tabs", "b spaces"]}


def test_what_was_taken_back_in_a_transcript_is_taken_back(store: Store) -> None:
    """The same transcript says less than before."""
    for said in (["a tabs", "b spaces"], ["a tabs"]):
        store.sessions.put(USER, session("one", said).model_copy(update={"source": "/mine"}))
    assert words(store) == {"one": ["a tabs"]}


def test_sessions_of_two_hosts_with_one_id_are_two(store: Store) -> None:
    """A mirror of one of them does not make them one."""
    for host in ("specstory", "codex", "cursor"):
        provenance = Provenance.MIRROR if host == "specstory" else Provenance.OWN
        text = f"{host[1]} tabs"
        store.sessions.put(USER, session(OTHER, [text], provenance=provenance, host=host))
    told = {each.host: each.user_turns for each in store.sessions.summaries(USER)}
    assert told == {"specstory": 0, "codex": 1, "cursor": 1}


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_mirror_without_the_sessions_id_is_known_by_words_and_time(
    store: Store, order: tuple[int, ...]
) -> None:
    """Its keys are others, and its times a little off."""
    own = session("fork", ["a tabs", "b spaces"])
    turns = tuple(
        turn.model_copy(update={"key": f"m{turn.key}", "at": turn.at + timedelta(seconds=40)})
        for turn in own.turns
        if turn.at
    )
    mirror = session("its copy", [], provenance=Provenance.MIRROR, host="codex-history")
    both = [own, mirror.model_copy(update={"turns": turns})]
    for place in order:
        store.sessions.put(USER, both[place])
    assert words(store) == {"fork": ["a tabs", "b spaces"], "its copy": []}


@pytest.mark.parametrize("after", [False, True])
def test_what_is_forgotten_is_in_no_copy(store: Store, after: bool) -> None:
    """Neither in a fork nor in another program's record, kept already or put later."""
    own = session(OTHER, ["a zanzibar"])
    fork = session("fork", ["a zanzibar", "b spaces"], provenance=Provenance.FORK)
    mirror = session(OTHER, ["x zanzibar"], provenance=Provenance.MIRROR, host="specstory")
    for each in [own] if after else [own, fork, mirror]:
        store.sessions.put(USER, each)
    first = next(s for s in store.sessions.summaries(USER) if s.host == "codex" and s.turns == 1)
    with store.learning.from_outside(USER) as change:
        change.erase.session(first.id)
    for each in (fork, mirror):
        store.sessions.put(USER, each)
    assert words(store) == {"fork": ["b spaces"]}
    assert store.sessions.holding(USER, "zanzibar") == []


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_session_that_goes_on_in_a_new_file_is_whole(
    store: Store, order: tuple[int, ...]
) -> None:
    """The files share no message, and the first may be gone when the second is read."""
    first = session("one", ["a tabs", "b spaces"]).model_copy(update={"source": "/first"})
    turns = tuple(
        turn.model_copy(update={"at": turn.at + timedelta(days=1)})
        for turn in session("one", ["c dots"]).turns
        if turn.at
    )
    second = first.model_copy(update={"source": "/second", "turns": turns})
    for place in (*order, *order):
        store.sessions.put(USER, (first, second)[place])
    assert words(store) == {"one": ["a tabs", "b spaces", "c dots"]}
