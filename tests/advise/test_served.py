"""How real sessions served their person: what counts as asking, and the two shares."""

from hypothesis import given
from hypothesis import strategies as st

from tom_swe.advise.ask_preferences.preference import BY_ID
from tom_swe.advise.ask_preferences.served import Served, Serving, asks, served, serving
from tom_swe.model.session import Role, Session, Turn

VAGUE, CLEAR = "The login is broken.", "rename foo() to bar() in utils.py"
USER, AGENT, TOOL = Role.USER, Role.AGENT, Role.TOOL


def session(*said: tuple[Role, str]) -> Session:
    turns = tuple(
        Turn(ordinal=number, role=role, text=text) for number, (role, text) in enumerate(said)
    )
    return Session(host="codex", host_id="1", turns=turns)


def test_asks_are_questions_that_got_a_reply() -> None:
    """A closing question counts, with the work before it; offers and unanswered ones do not."""
    found = asks(
        session(
            (USER, VAGUE),
            (TOOL, "grep login"),
            (AGENT, "I looked at it.\n\nWhat do you see when you log in?"),
            (USER, "a blank page"),
            (AGENT, "Which file is it in?"),
            (USER, "login.py"),
            (AGENT, "Done. Do you want me to commit it?"),
            (USER, "yes"),
            (AGENT, "What else?"),
        )
    )
    assert [(each.text, each.after, each.is_costly) for each in found] == [
        ("What do you see when you log in?", 1, False),
        ("Which file is it in?", 2, True),
    ]


def test_a_question_that_is_waved_off_cost_too_much() -> None:
    """A reply that only says to go on answers nothing."""
    (found,) = asks(session((USER, VAGUE), (AGENT, "Which page?"), (USER, "just do it")))
    assert found.is_costly


def test_a_session_is_scored_by_what_can_be_seen() -> None:
    """Asked in the known way where it was vague; and what costs much, or was corrected unasked."""
    asked = session((USER, VAGUE), (AGENT, "What do you see?"), (USER, "an error"))
    short = (BY_ID["concise_question"],)
    assert serving(asked, short, corrected=False) == Serving(True, True, True, True)
    capitals = (BY_ID["capital"],)
    assert serving(asked, capitals, corrected=False) == Serving(True, True, True, False)
    place = session((USER, VAGUE), (AGENT, "Which file is it in?"), (USER, "login.py"))
    assert serving(place, (), corrected=False) == Serving(True, True, False, None)
    silent = session((USER, VAGUE), (AGENT, "Done."))
    assert serving(silent, short, corrected=True) == Serving(False, True, False, None)
    assert serving(silent, short, corrected=False) == Serving(False, True, True, None)
    clear = session((USER, CLEAR), (AGENT, "Done."))
    assert serving(clear, (), corrected=True) == Serving(False, False, True, None)


def test_sessions_without_a_request_or_an_agent_are_not_scored() -> None:
    """A thank-you asks for nothing, and a prompt alone was served by nobody."""
    assert serving(session((USER, "thanks!"), (AGENT, "Sure.")), (), corrected=False) is None
    assert serving(session((USER, VAGUE)), (), corrected=False) is None
    assert serving(session(), (), corrected=False) is None


def test_shares_are_of_what_they_are_about() -> None:
    """Personalisation is of judged sessions only; of no session there is no share."""
    rows = [
        Serving(True, True, True, True),
        Serving(True, True, False, False),
        Serving(False, False, True, None),
        Serving(False, True, False, None),
    ]
    assert served(rows) == Served(
        sessions=4, asked=2, judged=2, proactivity=0.5, personalisation=0.5
    )
    assert served(()) == Served()


ROWS = st.lists(st.builds(Serving, *[st.booleans()] * 3, st.none() | st.booleans()), min_size=1)


@given(ROWS)
def test_shares_lie_between_0_and_1(rows: list[Serving]) -> None:
    """Whatever the sessions were like, and in whatever order."""
    found = served(rows)
    assert found == served(rows[::-1])
    for share in (found.proactivity, found.personalisation):
        assert share is None or 0 <= share <= 1


@given(st.lists(st.tuples(st.sampled_from(Role), st.text(max_size=60)), max_size=12))
def test_any_transcript_can_be_scored(said: list[tuple[Role, str]]) -> None:
    """No turn breaks it, and there are never more asks than replies of the person."""
    found = session(*said)
    assert len(asks(found)) <= len(found.by(Role.USER))
    serving(found, BY_ID.values(), corrected=False)
