"""What a session with one of UserVille's people is worth: preferences, efforts, rewards."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_evals.people import Level
from tom_evals.userville.effort import Effort, effort_of
from tom_evals.userville.preferences import (
    BY_ID,
    NO_PREFERENCE,
    PREFERENCES,
    Ask,
    Judged,
    Preference,
)
from tom_evals.userville.rewards import (
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
from tom_swe.advise.ask_preferences.preference import PREFERENCES as WAYS

BREAKABLE = [each for each in PREFERENCES if each.can_be_broken]


def named(each: Preference) -> str:
    return each.id


def test_there_are_twenty_of_which_eight_are_not_seen() -> None:
    """They are tom's; the first twelve are trained on and the last eight are not."""
    assert [each.way for each in PREFERENCES] == list(WAYS)
    assert [each.is_seen for each in PREFERENCES] == [True] * 12 + [False] * 8
    assert {each.way.can_be_broken for each in BREAKABLE} == {True}


@pytest.mark.parametrize(
    ("preference", "asks", "penalty"),
    [
        ("concise_question", [Ask("What is wrong?"), Ask("word " * 21)], -0.1),
        ("answer_more", [Ask("a?"), Ask("b?", 1)], -1.0),
        ("answer_more", [Ask("a?"), Ask("b?", 1), Ask("c?", 2)], 0.0),
        ("only_begin", [Ask("a?")], 0.0),
        ("only_begin", [Ask("a?"), Ask("b?", 1)], -1.0),
        ("do_selection", [Ask("Which? A) one B) two"), Ask("Which?", 1)], -0.5),
        ("professional", [Ask("Is it the tuple?")], 0.0),
        ("json", [Ask('{"question": "What?"}'), Ask("What?", 1), Ask("3", 2)], -1.0),
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
