import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.advise.ask_preferences import checks
from tom_swe.advise.ask_preferences.chosen import ask_preferences_of
from tom_swe.advise.ask_preferences.effort import (
    Effort,
    Level,
    asks_for_file,
    asks_for_symbol,
    effort_of,
)
from tom_swe.advise.ask_preferences.preference import (
    BY_ID,
    NO_PREFERENCE,
    PREFERENCES,
    Ask,
    Judged,
    Preference,
    wanted_by,
)
from tom_swe.advise.ask_preferences.rewards import (
    Profile,
    entries,
    f1,
    metrics,
    paper_proactivity,
    personalisation,
    released_proactivity,
    rewards,
    session_effort,
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
BREAKABLE = [each for each in PREFERENCES if each.can_be_broken]


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
    ask_preferences = (
        ask_preferences_of(held(preference))
        if preference != "no_preference"
        else ask_preferences_of(())
    )
    asked = questions(
        clarity, request, short=ask_preferences.short, limit=ask_preferences.questions_at_once
    )
    return worded(asked, clarity.missing, ask_preferences.wishes, request, place="app/login.py")


# The twenty


def test_there_are_twenty_of_which_eight_are_not_seen() -> None:
    """The first twelve are trained on and the last eight are not; ids are unique."""
    assert len({each.id for each in PREFERENCES}) == 20
    assert [each.is_seen for each in PREFERENCES] == [True] * 12 + [False] * 8


@pytest.mark.parametrize("preference", PREFERENCES, ids=named)
def test_what_is_not_asked_breaks_nothing_but_a_wish_for_questions(preference: Preference) -> None:
    """Without an ask there is no penalty, save for who wants three questions at least."""
    assert preference.penalty(()) == (-3.0 if preference.id == "answer_more" else 0.0)


@pytest.mark.parametrize(
    ("preference", "asks", "penalty"),
    [
        ("concise_question", [Ask("What is wrong?"), Ask("word " * 21)], -0.1),
        ("detail_question", [Ask("What is wrong?"), Ask("Which?", 1)], -0.2),
        ("answer_more", [Ask("a?"), Ask("b?", 1)], -1.0),
        ("answer_more", [Ask("a?"), Ask("b?", 1), Ask("c?", 2)], 0.0),
        ("only_begin", [Ask("a?")], 0.0),
        ("only_begin", [Ask("a?"), Ask("b?", 1)], -1.0),
        ("no_ask", [Ask("a?"), Ask("b?", 1)], -1.0),
        ("do_selection", [Ask("Which? A) one B) two"), Ask("Which?", 1)], -0.5),
        ("professional", [Ask("Is it the tuple?")], 0.0),
        ("amateur", [Ask("What did you see?"), Ask("Is `foo()` the function?", 1)], -0.1),
        ("ask_many", [Ask("a? b?")], 0.0),
        ("ask_many", [Ask("a?"), Ask("b?", 1)], -1.0),
        ("one_question", [Ask("a?"), Ask("b? c?", 1)], -0.5),
        ("first_try", [Ask("a?"), Ask("b?", 1)], -0.1),
        ("lang_ita", [Ask("Che cosa non va, e come si vede il problema?")], 0.0),
        ("lang_ita", [Ask("What is it that does not work?")], -0.5),
        ("lang_multi", [Ask("What is it? ¿Qué es lo que no está?")], -0.5),
        ("capital", [Ask("WHAT IS WRONG?"), Ask("What is wrong?", 1)], -0.5),
        ("capital", [Ask("CHE COSA È CHE NON VA CON LA PAGINA?")], -0.5),
        ("commas", [Ask("Well, what?"), Ask("What?", 1)], -0.5),
        ("json", [Ask('{"question": "What?"}'), Ask("What?", 1), Ask("3", 2)], -1.0),
        ("joke", [Ask("Knock knock. What is wrong?"), Ask("What is wrong?", 1)], -0.5),
        ("snippet", [Ask("`x = 1` in app/a.py: what is it?"), Ask("`x`?", 1)], -0.5),
        ("length", [Ask("I see. In a.py, 1.5 of it. What?"), Ask("What? Why?", 1)], -0.5),
    ],
)  # fmt: skip
def test_penalties(preference: str, asks: list[Ask], penalty: float) -> None:
    """What breaks a preference costs what the released table says."""
    assert BY_ID[preference].penalty(asks) == pytest.approx(penalty)


@pytest.mark.parametrize("preference", BREAKABLE, ids=named)
def test_a_judge_is_believed_over_the_check(preference: Preference) -> None:
    """Where a judge read a question its word counts; what is counted needs no judge."""
    good, bad = (
        preference.penalty([Ask("anything", broke=broke) for _ in range(3)])
        for broke in (False, True)
    )
    if preference.judged is Judged.COUNTED:
        assert good == bad
    else:
        assert (good, bad < 0) == (0.0, True)


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
    assert preference.penalty(asks) == 0.0


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
    assert "tried first" in first.text
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
    assert "do not want to be asked now" in advised(REQUEST, "no_ask").reasoning
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


def test_efforts_of_levels() -> None:
    """The request costs little, a refusal more, and all beyond the request most."""
    assert [effort_of(level) for level in (None, *Level)] == [
        Effort.MEDIUM, Effort.LOW, Effort.HIGH, Effort.MEDIUM, Effort.HIGH, Effort.HIGH,
    ]  # fmt: skip


def test_the_effort_of_a_session_is_that_of_its_worst_question() -> None:
    """The maximum; high where a vague request went wrong unasked; none where none was needed."""
    assert session_effort([Level.REQUEST, Level.REFUSED], vague=True, productivity=0) == 2
    assert session_effort([], vague=True, productivity=0.5) is Effort.HIGH
    assert session_effort([], vague=True, productivity=1) is None
    assert session_effort([], vague=False, productivity=0) is None


# Rewards


@pytest.mark.parametrize(
    ("levels", "vague", "productivity", "reward"),
    [
        ([1], True, 1.0, 0.05),
        ([2], True, 1.0, -0.1),
        ([3], True, 1.0, -0.2),
        ([4], True, 1.0, -0.3),
        ([5], True, 1.0, -0.4),
        ([], True, 0.5, -0.1),
        ([], True, 1.0, 0.0),
        ([1], False, 1.0, -0.2),
        ([], False, 0.0, -0.1),
        ([1, 4], True, 1.0, -0.3),
        ([1, 1], True, 0.0, 0.05),
    ],
)
def test_the_worked_values_of_the_release(
    levels: list[int], vague: bool, productivity: float, reward: float
) -> None:
    """What the released rule gives for sessions worked by hand."""
    given_levels = [Level(level) for level in levels]
    found = released_proactivity(given_levels, vague=vague, productivity=productivity)
    assert found == pytest.approx(reward if vague or levels else 0.0)


def test_a_reply_without_a_level_earns_nothing() -> None:
    """The release pays 0.1 for a reply that no level was given to; here it counts as refused."""
    untagged = [None]
    assert released_proactivity(untagged, vague=True, productivity=1.0) == pytest.approx(-0.2)
    as_released = released_proactivity(
        untagged, vague=True, productivity=1.0, untagged_is_nothing=True
    )
    assert as_released == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("levels", "reward"),
    [([1, 1], 0.05), ([1, 3], -0.1), ([3, 3, 4], -0.7), ([5], -0.5), ([], -0.5)],
)
def test_the_papers_proactivity(levels: list[int], reward: float) -> None:
    """+0.05 for low effort alone, -0.1 a medium question and -0.5 a high one."""
    given_levels = [Level(level) for level in levels]
    found = paper_proactivity(given_levels, vague=True, productivity=0.0)
    assert found == pytest.approx(reward)


def test_personalisation_by_profile() -> None:
    """The paper rewards whatever complies; the release only what could have done otherwise."""
    asks = [Ask("What?")]
    by = {
        profile: [
            personalisation(preference, given_asks, vague=vague, profile=profile)
            for preference, given_asks, vague in (
                (NO_PREFERENCE, asks, True),
                (BY_ID["commas"], asks, True),
                (BY_ID["commas"], asks, False),
                (BY_ID["commas"], [], True),
                (BY_ID["json"], asks, True),
            )
        ]
        for profile in Profile
    }
    assert by[Profile.PAPER] == [0.05, 0.05, 0.05, 0.05, -0.5]
    assert by[Profile.RELEASED] == [0.0, 0.05, 0.0, 0.0, -0.5]


def test_entries_and_f1() -> None:
    """Lines are compared as a set, without where the checkout lies."""
    answer = entries("/testbed/a/b.py\n /workspace/c.py \n\na/b.py\n")
    assert answer == {"a/b.py", "c.py"}
    assert f1(answer, {"a/b.py"}) == pytest.approx(2 / 3)
    assert (f1(set(), set()), f1(set(), {"a"}), f1({"a"}, set())) == (1.0, 0.0, 0.0)


def test_metrics() -> None:
    """Personalisation is of the sessions that asked; where none did it is not known."""
    good = rewards(NO_PREFERENCE, [Ask("a?", level=Level.REQUEST)], productivity=1, vague=True)
    bad = rewards(NO_PREFERENCE, [Ask("a?", level=Level.FILE)], productivity=0, vague=True)
    silent = rewards(NO_PREFERENCE, [], productivity=0.5, vague=True)
    found = metrics([(good, True, True), (bad, True, False), (silent, False, True)])
    assert found == (0.5, pytest.approx(1 / 3), 0.5)
    assert metrics([(silent, False, True)]).personalisation is None


LEVELS = st.lists(st.none() | st.sampled_from(Level), max_size=6)
ASKS = st.lists(
    st.builds(
        Ask,
        st.text(max_size=40),
        st.integers(0, 3),
        st.none() | st.sampled_from(Level),
        st.none() | st.booleans(),
    ),
    max_size=6,
)


@given(
    st.sampled_from(PREFERENCES),
    ASKS,
    st.floats(0, 1),
    st.booleans(),
    st.sampled_from(Profile),
    st.floats(0, 5),
    st.floats(0, 5),
)
def test_rewards_are_bounded(
    preference: Preference,
    asks: list[Ask],
    productivity: float,
    vague: bool,
    profile: Profile,
    cost: float,
    personal: float,
) -> None:
    """The whole is between 0 and 1; no part but the task's earns more than 0.05."""
    found = rewards(
        preference,
        asks,
        productivity=productivity,
        vague=vague,
        profile=profile,
        proactivity_weight=cost,
        personalisation_weight=personal,
    )
    assert 0 <= found.total <= 1
    assert found.productivity == productivity
    assert max(found.proactivity, found.personalisation) <= 0.05
    assert preference.penalty(asks) <= 0


@given(LEVELS, st.booleans(), st.floats(0, 1), st.data())
def test_the_order_of_questions_changes_no_cost(
    levels: list[Level | None], vague: bool, productivity: float, data: st.DataObject
) -> None:
    """Questions that do not depend on each other cost the same in any order."""
    mixed = data.draw(st.permutations(levels))
    of: tuple[Callable[..., float], ...] = (paper_proactivity, released_proactivity)
    for reward in of:
        one, other = (
            reward(each, vague=vague, productivity=productivity) for each in (levels, mixed)
        )
        assert one == pytest.approx(other)


@given(st.sampled_from(PREFERENCES), ASKS, st.data())
def test_the_order_of_messages_breaks_no_preference(
    preference: Preference, asks: list[Ask], data: st.DataObject
) -> None:
    """A penalty is of the messages and of when each was sent, not of how they are listed."""
    mixed = data.draw(st.permutations(asks))
    assert preference.penalty(asks) == pytest.approx(preference.penalty(mixed))


@given(st.sampled_from(PREFERENCES), ASKS, st.text(max_size=40))
def test_another_ask_never_lowers_a_penalty_but_for_who_wants_more(
    preference: Preference, asks: list[Ask], text: str
) -> None:
    """Asking more can only break more."""
    if preference.id != "answer_more":
        more = [*asks, Ask(text, len(asks))]
        assert preference.penalty(more) <= preference.penalty(asks) + 1e-9


@given(st.text(max_size=200))
def test_checks_take_any_text(text: str) -> None:
    """No text is too odd to be checked, and capitals, commas and JSON are what they say."""
    for preference in PREFERENCES:
        assert preference.penalty([Ask(text)]) <= 0
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
        assert preference.penalty([Ask(each) for each in messages]) == 0.0
