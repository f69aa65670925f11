"""Corrective turns are found when a session is learned, kept, and forgotten with it."""

from tom_swe.model.session import Role, Session, Turn
from tom_swe.testing import START, session_of

ADA = "ada"
OBJECTION = "no, that's not what I asked for. undo it"


def corrected(host_id: str = "one", last: str = OBJECTION, **more: str) -> Session:
    said = (
        (Role.USER, "add the totals to the page"),
        (Role.AGENT, "Done. The page has them."),
        (Role.USER, last),
    )
    turns = tuple(Turn(ordinal=n, role=r, text=text, **more) for n, (r, text) in enumerate(said))
    return Session(host="codex", host_id=host_id, started=START, ended=START, turns=turns)


def test_corrective_turns_are_kept_when_a_session_is_learned(make_tom) -> None:
    """The turn with its place and words; how many turns were judged; nothing before learning."""
    tom = make_tom()
    session_id = tom.add_session(ADA, corrected()).session_id
    kept = tom.memory.corrections
    assert (kept.all(ADA), kept.judged(ADA)) == ([], {})
    tom.learn(ADA)
    (found,) = kept.all(ADA)
    assert (found.session_id, found.ordinal, found.text) == (session_id, 2, OBJECTION)
    assert kept.judged(ADA) == {session_id: 1}
    assert kept.all("bob") == []


def test_a_session_that_is_read_again_replaces_what_was_found(make_tom) -> None:
    """Nothing is counted twice, and what was taken back is gone."""
    tom = make_tom()
    tom.add_session(ADA, corrected())
    tom.learn(ADA)
    tom.add_session(ADA, corrected(last="thanks, commit it"))
    tom.learn(ADA)
    assert tom.memory.corrections.all(ADA) == []
    assert set(tom.memory.corrections.judged(ADA).values()) == {1}


def test_forgetting_a_session_forgets_its_corrections(make_tom) -> None:
    """The rows go with the session."""
    tom = make_tom()
    session_id = tom.add_session(ADA, corrected()).session_id
    tom.learn(ADA)
    tom.forget_session(ADA, session_id)
    assert (tom.memory.corrections.all(ADA), tom.memory.corrections.judged(ADA)) == ([], {})
    assert tom.memory.check() == []


def test_what_the_person_says_to_tom_is_no_correction(make_tom) -> None:
    """A statement has no agent's turn; it needs no second reading for that."""
    tom = make_tom()
    tom.remember(ADA, "Use pnpm, never npm")
    assert tom.reading.estimate(ADA, again=True).sessions == 0
    assert tom.memory.corrections.all(ADA) == []


def test_sessions_of_an_earlier_version_are_read_again(make_tom) -> None:
    """Where nobody looked for corrections, `tom learn` does, though the reader is the same."""
    tom = make_tom()
    tom.add_session(ADA, session_of("use pnpm from now on"))
    tom.learn(ADA)
    assert tom.reading.estimate(ADA, again=True).sessions == 0
    with tom.memory._database.write() as transaction:
        transaction.connection().exec_driver_sql("UPDATE session_model SET turns_judged = NULL")
    assert tom.reading.estimate(ADA, again=True).sessions == 1


def test_an_export_carries_the_corrections(make_tom) -> None:
    """They come in with the turns that they are of."""
    tom = make_tom()
    tom.add_session(ADA, corrected())
    tom.learn(ADA)
    rows = {name: len(list(each)) for name, each in tom.memory.portable.rows(ADA)}
    assert (rows["corrective_turn"], rows["turn"]) == (1, 3)
