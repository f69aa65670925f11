import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.advise.ask_preferences import checks
from tom_swe.advise.ask_preferences.checks import asks_for_file, asks_for_symbol
from tom_swe.advise.ask_preferences.preference import (
    BY_ID,
    PREFERENCES,
    Ask,
    Preference,
    ask_preferences_of,
    wanted_by,
)
from tom_swe.advise.ask_preferences.wording import worded
from tom_swe.advise.clarity.assess import assess
from tom_swe.advise.clarity.questions import questions
from tom_swe.advise.embedded import EmbeddedAdviser
from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.model.advice import Action, Query, Recalled, Suggestion
from tom_swe.model.belief import Belief, Kind, Observation, Polarity
from tom_swe.model.session import Role, Session, Turn
from tom_swe.model.user import UserModel

DAY = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST = "The login page is broken, and nothing in it works. Fix the problem in the page."


def named(each: Preference) -> str:
    return each.id


def held(*preferences: str) -> list[Belief]:
    """Beliefs that these preferences are wanted."""
    return [
        Belief(
            id=number,
            kind=Kind.PREFERENCE,
            statement=BY_ID[each].wish,
            dimension=BY_ID[each].held_as[0],
            value=BY_ID[each].held_as[1],
            first_seen=DAY,
            last_seen=DAY,
        )
        for number, each in enumerate(preferences, 1)
    ]


def advised(text: str, *preferences: str, before: str = "") -> Suggestion:
    user = UserModel(user_id="ada", beliefs=tuple(held(*preferences)))
    return EmbeddedAdviser().advise(Query(text=text, before=before), user, Recalled())


def sent(preference: str, request: str = REQUEST) -> tuple[str, ...]:
    """What tom asks such a person about a vague request."""
    clarity = assess(request)
    preferences = (
        ask_preferences_of(held(preference))
        if preference != "no_preference"
        else ask_preferences_of(())
    )
    asked = questions(
        clarity, request, short=preferences.short, limit=preferences.questions_at_once
    )
    return worded(asked, clarity.missing, preferences.wishes, request, place="app/login.py")


# The twenty


def test_ids_are_unique() -> None:
    """There are twenty."""
    assert len({each.id for each in PREFERENCES}) == 20


@pytest.mark.parametrize("preference", PREFERENCES, ids=named)
def test_what_is_not_asked_breaks_nothing_but_a_wish_for_questions(preference: Preference) -> None:
    """Without an ask nothing is broken, save for who wants three questions at least."""
    assert preference.broken(()) == (3 if preference.id == "answer_more" else 0)


@pytest.mark.parametrize(
    ("preference", "asks", "times"),
    [
        ("concise_question", [Ask("What is wrong?"), Ask("word " * 21)], 1),
        ("detail_question", [Ask("What is wrong?"), Ask("Which?", 1)], 2),
        ("answer_more", [Ask("a?"), Ask("b?", 1)], 1),
        ("answer_more", [Ask("a?"), Ask("b?", 1), Ask("c?", 2)], 0),
        ("only_begin", [Ask("a?")], 0),
        ("only_begin", [Ask("a?"), Ask("b?", 1)], 1),
        ("no_ask", [Ask("a?"), Ask("b?", 1)], 1),
        ("do_selection", [Ask("Which? A) one B) two"), Ask("Which?", 1)], 1),
        ("professional", [Ask("Is it the tuple?")], 0),
        ("amateur", [Ask("What did you see?"), Ask("Is `foo()` the function?", 1)], 1),
        ("ask_many", [Ask("a? b?")], 0),
        ("ask_many", [Ask("a?"), Ask("b?", 1)], 1),
        ("one_question", [Ask("a?"), Ask("b? c?", 1)], 1),
        ("first_try", [Ask("a?"), Ask("b?", 1)], 1),
        ("lang_ita", [Ask("Che cosa non va, e come si vede il problema?")], 0),
        ("lang_ita", [Ask("What is it that does not work?")], 1),
        ("lang_multi", [Ask("What is it? ¿Qué es lo que no está?")], 1),
        ("capital", [Ask("WHAT IS WRONG?"), Ask("What is wrong?", 1)], 1),
        ("capital", [Ask("CHE COSA È CHE NON VA CON LA PAGINA?")], 1),
        ("commas", [Ask("Well, what?"), Ask("What?", 1)], 1),
        ("json", [Ask('{"question": "What?"}'), Ask("What?", 1), Ask("3", 2)], 2),
        ("joke", [Ask("Knock knock. What is wrong?"), Ask("What is wrong?", 1)], 1),
        ("snippet", [Ask("`x = 1` in app/a.py: what is it?"), Ask("`x`?", 1)], 1),
        ("length", [Ask("I see. In a.py, 1.5 of it. What?"), Ask("What? Why?", 1)], 1),
    ],
)  # fmt: skip
def test_what_breaks_a_preference(preference: str, asks: list[Ask], times: int) -> None:
    """Each message that is not as wanted counts, or the session as a whole."""
    assert BY_ID[preference].broken(asks) == times


# What tom does for each


@pytest.mark.parametrize("preference", PREFERENCES, ids=named)
def test_tom_words_its_questions_as_each_person_wants_them(preference: Preference) -> None:
    """Whoever lets tom ask gets questions that keep to their wish, for a vague request."""
    begun = preference.id == "first_try"
    messages = sent(preference.id)
    asks = [Ask(text, after=number + begun) for number, text in enumerate(messages)]
    if preference.id in {"no_ask", "only_begin"}:
        # That is a matter of when, not of words.
        asks = [] if preference.id == "no_ask" else asks[:1]
    assert messages
    assert preference.broken(asks) == 0


def test_questions_as_json_hold_them_all() -> None:
    """The JSON that is sent has the very questions that would have been asked."""
    (message,) = sent("json")
    assert json.loads(message) == {"questions": list(sent("no_preference"))}


@pytest.mark.parametrize("preference", [each for each in PREFERENCES if each.held_as[0]], ids=named)
def test_each_wish_is_read_from_the_persons_own_words(preference: Preference) -> None:
    """Said as a rule, a wish becomes the observation that tom holds it as."""
    turn = Turn(ordinal=0, role=Role.USER, text=f"From now on: {preference.wish}")
    read = EmbeddedReader().read(Session(host="t", host_id="1", turns=(turn,))).observations
    assert preference.held_as in {(each.dimension, each.value) for each in read}, [
        observed(each) for each in read
    ]
    assert preference in wanted_by(held(preference.id))


def observed(each: Observation) -> tuple[str, str, str]:
    return each.dimension, each.value, each.statement


def test_who_wants_it_tried_first_is_asked_once_the_agent_is_stuck() -> None:
    """At first tom says to proceed, and what to ask if that fails."""
    first = advised(REQUEST, "first_try")
    assert first.action is Action.PROCEED
    assert first.questions == ()
    assert first.when_stuck == sent("no_preference")
    assert "try first" in first.text
    assert advised(REQUEST).when_stuck == ()


def test_who_wants_questions_at_the_start_is_asked_none_later() -> None:
    """Once the agent has begun, nothing is asked any more."""
    assert advised(REQUEST, "only_begin").action is Action.ASK
    begun = advised(REQUEST, "only_begin", before="I looked at it and found nothing.")
    assert begun.action is Action.PROCEED


def test_a_wish_in_the_persons_own_words_counts_as_well() -> None:
    """A belief that was filed under nothing, since it is of several things, is read again."""
    own = held("do_selection")[0].model_copy(update={"dimension": "", "value": ""})
    assert [each.id for each in wanted_by([own])] == ["do_selection"]
    against = own.model_copy(update={"polarity": Polarity.AGAINST})
    assert wanted_by([against]) == ()


def test_why_nothing_is_asked_is_said() -> None:
    """Where a question would be worth it and is not wanted, the reasoning says that."""
    assert "do not want questions now" in advised(REQUEST, "no_ask").reasoning
    assert "do not want" not in advised(REQUEST).reasoning


# Effort


@pytest.mark.parametrize(
    ("question", "file", "symbol"),
    [
        ("Which file should I change?", True, False),
        ("Where is the bug located?", True, False),
        ("Which function needs to be changed?", False, True),
        ("What should happen instead?", False, False),
        ("Do you get an error message?", False, False),
    ],
)
def test_questions_after_places(question: str, file: bool, symbol: bool) -> None:
    """Questions for the file and for the function are told from those on what is wanted."""
    assert (asks_for_file(question), asks_for_symbol(question)) == (file, symbol)


ASKS = st.lists(st.builds(Ask, st.text(max_size=40), st.integers(0, 3)), max_size=6)


@pytest.mark.slow
@given(st.sampled_from(PREFERENCES), ASKS, st.data())
def test_the_order_of_messages_breaks_no_preference(
    preference: Preference, asks: list[Ask], data: st.DataObject
) -> None:
    """What is broken is of the messages and of when each was sent, not of how they are listed."""
    mixed = data.draw(st.permutations(asks))
    assert preference.broken(asks) == preference.broken(mixed)


@given(st.sampled_from(PREFERENCES), ASKS, st.text(max_size=40))
def test_another_ask_never_mends_anything_but_for_who_wants_more(
    preference: Preference, asks: list[Ask], text: str
) -> None:
    """Asking more can only break more."""
    if preference.id != "answer_more":
        more = [*asks, Ask(text, len(asks))]
        assert preference.broken(more) >= preference.broken(asks)


@given(st.text(max_size=200))
def test_checks_take_any_text(text: str) -> None:
    """No text is too odd to be checked, and capitals, commas and JSON are what they say."""
    for preference in PREFERENCES:
        assert preference.broken([Ask(text)]) >= 0
    assert (
        checks.has_no_comma(text.replace(",", ""))
        or "\uff0c" in text
        or "\u3001" in text
        or ("\u060c" in text)
    )
    assert checks.is_json(json.dumps([text]))


@given(st.sampled_from(PREFERENCES), st.text(max_size=200))
def test_any_request_can_be_asked_about_in_any_form(preference: Preference, text: str) -> None:
    """Whatever the request holds, a form is kept to where it is one of words alone."""
    messages = sent(preference.id, text)
    if preference.id in {"commas", "json", "do_selection", "amateur"}:
        assert preference.broken([Ask(each) for each in messages]) == 0
