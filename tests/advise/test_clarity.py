from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.advise.ask_preferences.preference import ask_preferences_of
from tom_swe.advise.clarity.assess import (
    CLEAR,
    ClarityScorer,
    assess,
    is_underspecified,
    open_choices,
    shipped,
)
from tom_swe.advise.clarity.questions import questions
from tom_swe.advise.clarity.wording import CLEARER, VAGUER, features, is_report
from tom_swe.advise.embedded import EmbeddedAdviser
from tom_swe.model.advice import Action, Missing, PastTurn, Query, Recalled, Suggestion
from tom_swe.model.belief import Belief, Kind, Reach, Scope
from tom_swe.model.user import UserModel

DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "rename foo() to bar() in utils.py",
        "run the tests",
        "commit",
        "push",
        "add a dark mode toggle to the settings page",
        "fix the failing test in test_api.py",
        "Can you change the timeout in config.yaml to 30 seconds?",
        "fix the lint errors",
    ],
)
def test_clear(text: str) -> None:
    """A precise request is clear, however short, and nothing is asked about it."""
    found = assess(text)
    assert found.is_request
    assert not is_underspecified(found)
    assert advised(text).questions == ()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("fix it", Missing.REFERENCE),
        ("make it better", Missing.ACCEPTANCE),
        ("clean this up", Missing.REFERENCE),
        ("not working", Missing.TARGET),
        ("here is what I get:", Missing.BEHAVIOUR),
        ("the login is broken", Missing.BEHAVIOUR),
        ("improve performance", Missing.ACCEPTANCE),
        ("make the app faster", Missing.ACCEPTANCE),
    ],
)
def test_underspecified(text: str, missing: Missing) -> None:
    """A vague request scores low and says what it leaves open."""
    found = assess(text)
    assert is_underspecified(found)
    assert found.score < CLEAR
    assert missing in found.missing


@pytest.mark.parametrize(
    "text", ["", "thanks!", "yes", "ok, go ahead", "why is it slow?", "what does foo() do?"]
)
def test_not_a_request(text: str) -> None:
    """Approvals and questions ask for no work, so there is nothing to ask back."""
    found = assess(text)
    assert not found.is_request
    assert not is_underspecified(found)
    assert questions(found, text, short=False, limit=3) == ()


def test_a_summary_without_evidence_is_vague() -> None:
    """A report that tells of a problem in the abstract leaves open what happens and what should."""
    text = (
        "The issue involves incorrect handling of nested items in a library, leading to "
        "unexpected results in certain cases and causing confusion for its users."
    )
    assert is_underspecified(assess(text))
    with_evidence = f"{text}\n```\n>>> nested([1])\n[]\n```\nExpected: [1]"
    assert not is_underspecified(assess(with_evidence))


def test_questions_use_the_persons_words() -> None:
    """The fuller form names the request; the short form is shorter."""
    text = "make the checkout nicer"
    found = assess(text)
    full = questions(found, text, short=False, limit=3)
    brief = questions(found, text, short=True, limit=3)
    assert len(full) == len(brief) > 0
    assert all(text in question for question in full)
    assert sum(map(len, brief)) < sum(map(len, full))


def test_one_trouble_is_one_question() -> None:
    """What "it" is and what goes wrong with it are answered in one breath, so asked in one."""
    text = "fix it"
    found = assess(text)
    assert set(found.missing) == {Missing.REFERENCE, Missing.BEHAVIOUR}
    assert questions(found, text, short=True, limit=3) == ("What is “it”, and what goes wrong?",)


def test_the_easiest_question_comes_first() -> None:
    """Pointing at a thing costs the person less than describing it, so it is asked first."""
    text = "make it better"
    first = questions(assess(text), text, short=True, limit=1)
    assert first == ("What is “it”?",)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("improve performance", "“improve performance”: what is too slow now?"),
        (
            "make the dashboard nicer",
            "“make the dashboard nicer”: what do you not like about it now?",
        ),
        ("errors in the parser, fix", "Which errors in the parser do you mean?"),
        ("make it nicer", "What is “it” in “make it nicer”?"),
    ],
)
def test_a_question_is_made_of_the_requests_own_words(text: str, asked: str) -> None:
    """It offers nothing that the sentence does not speak of, and one question is enough."""
    assert advised(text).questions == (asked,)


@pytest.mark.parametrize(
    "text",
    [
        "clean up the logging",
        "refactor the session state so that reset works",
        "the explain command prints the wrong author",
        "the settings file isn't parsed properly, fix it",
        "let's debug ENT-301",
        "lint complains about unused parameters in setup.go",
        "log an issue for this bug",
        "address the PR feedback",
        "add error reporting and handling",
    ],
)
def test_where_an_agent_can_start_by_looking_nothing_is_asked(text: str) -> None:
    """These are requests, and none of them leaves open what only the person knows."""
    assert assess(text).is_request
    assert advised(text).action is Action.PROCEED


def test_options_are_what_the_person_chose_elsewhere() -> None:
    """A choice that the request leaves open is offered from their other repositories."""
    theirs = belief("Lint with ruff", "python_linter", "ruff").model_copy(
        update={"scope": Scope(reach=Reach.REPOSITORY, name="acme/shop")}
    )
    asked = advised("set up a python linter", theirs).questions
    assert asked == ("Which one for “a python linter”: ruff as in acme/shop, or another?",)


def test_alternatives_of_the_text_are_the_options() -> None:
    """Where the request names two readings, the question is which of them."""
    text = "use redis or memcached, or something"
    (asked,) = questions(assess(text), text, short=False, limit=3)
    assert asked == "Which: “redis”, “memcached”, or both?"


def test_a_long_report_is_quoted_where_it_is_unclear() -> None:
    """Of a long text the question quotes the sentence that tells of the trouble, cut short."""
    text = (
        "Our users export their tables to spreadsheets every week. There is an issue with the "
        "alignment. It is inconsistent in certain cases and that is causing confusion for them."
    )
    (asked, *_) = questions(assess(text), text, short=False, limit=3)
    assert "There is an issue with the alignment" in asked


def test_what_was_to_be_pasted_is_asked_for() -> None:
    """A message that ends on a colon has lost its paste; the question says where."""
    text = "fix this, it gives me:"
    (asked, *_) = questions(assess(text), text, short=True, limit=3)
    assert asked == "Nothing follows “fix this, it gives me:”. Can you paste it?"


@pytest.mark.parametrize("text", ["fix it", "clean this up", "solve the problem", "make it blue"])
def test_what_the_agent_said_makes_a_follow_up_clear(text: str) -> None:
    """A message that refers to the agent's turn before is clear where there is one."""
    before = "I found the bug in cart.py. Should I fix it?"
    assert assess(text, before).score > assess(text).score
    assert not is_underspecified(assess(text, before))


def test_a_choice_is_open_until_it_is_made_or_given_away() -> None:
    """Naming a value, or leaving it to the agent, closes a choice."""
    (open_,) = open_choices("set up a test framework")
    assert (open_.dimension, open_.fragment) == ("test_framework", "a test framework")
    assert is_underspecified(assess("set up a test framework"))
    assert open_choices("set up pytest as a test framework") == ()
    assert open_choices("set up a test framework of your choice") == ()
    assert open_choices("run the test framework") == ()


def belief(statement: str, dimension: str = "", value: str = "") -> Belief:
    return Belief(
        id=1,
        kind=Kind.PREFERENCE,
        statement=statement,
        dimension=dimension,
        value=value,
        confidence=0.8,
        first_seen=DAY,
        last_seen=DAY,
    )


def advised(
    text: str, *beliefs: Belief, before: str = "", turns: tuple[str, ...] = ()
) -> Suggestion:
    past = tuple(
        PastTurn(turn_id=n, session_id=1, ordinal=n, repository="", at=None, text=said)
        for n, said in enumerate(turns)
    )
    user = UserModel(user_id="ada", beliefs=beliefs)
    return EmbeddedAdviser().advise(Query(text=text, before=before), user, Recalled(turns=past))


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("set up a test framework", belief("Write tests with vitest", "test_framework", "vitest")),
        ("install it with a package manager", belief("Use pnpm", "package_manager", "pnpm")),
        ("make the importer cleaner", belief("Cleaner code has functions under thirty lines")),
    ],
)
def test_what_memory_makes_clear_is_not_asked(text: str, known: Belief) -> None:
    """The belief that answers is cited instead, though nothing else recalled it."""
    assert advised(text).action is Action.ASK
    answered = advised(text, known)
    assert answered.action is Action.PROCEED
    assert answered.questions == ()
    assert answered.beliefs == (known,)
    assert "answered by memory" in answered.reasoning


def test_a_belief_on_something_else_saves_no_question() -> None:
    """Neither another dimension nor the bare word of the wish says what is meant."""
    for other in (
        belief("Use pnpm", "package_manager", "pnpm"),
        belief("Clean code"),
        belief("Write short commits"),
    ):
        assert advised("set up a test framework", other).action is Action.ASK
        assert advised("make the importer cleaner", other).action is Action.ASK


def test_a_belief_permits_what_cannot_be_taken_back() -> None:
    """Where just this is allowed nobody is asked; that something else is says nothing of it."""
    text = "delete the old exports"
    allowed = belief("Old exports live in var/exports, they may always be deleted")
    other = belief("Old logs may always be deleted")
    assert advised(text).action is Action.ASK
    assert advised(text, other).action is Action.ASK
    assert advised(text, allowed).action is Action.PROCEED
    assert advised("delete the old stuff", allowed).action is Action.ASK


def test_what_the_agent_just_asked_is_confirmed() -> None:
    """The person who repeats what the agent asked about has confirmed it."""
    before = "The sessions table is empty. Shall I drop the sessions table?"
    assert advised("yes, drop the sessions table", before=before).action is Action.PROCEED
    assert advised("yes, drop the sessions table", before="It is empty.").action is Action.ASK


def test_what_cannot_be_taken_back_is_asked_sooner() -> None:
    """A request as clear as one that is not asked about is asked about where it destroys."""
    harmless, risky = advised("move the old stuff"), advised("delete the old stuff")
    assert risky.questions == ("“delete the old stuff”: what exactly may go?",)
    assert harmless.clarity.score >= CLEAR
    assert risky.clarity.score >= CLEAR
    assert (harmless.action, risky.action) == (Action.PROCEED, Action.ASK)


def test_reluctance_raises_what_a_question_takes() -> None:
    """Who waves questions off is asked only about what is very unclear, and one thing at once."""
    waves_off = belief("Waves the agent's questions off", "habit.questions", "waves_off")
    assert advised("fix it").action is Action.ASK
    assert advised("fix it", waves_off).action is Action.PROCEED
    assert len(advised("make it better", waves_off).questions) == 1


def test_who_said_never_to_ask_is_asked_before_what_cannot_be_undone_alone() -> None:
    """A stated wish not to be asked is kept to, but for a guess that could destroy something."""
    never = belief("Do not ask, decide and go on", "question_timing", "never")
    assert advised("make it better", never).action is Action.PROCEED
    assert advised("fix the problem on the live site", never).action is Action.ASK


def test_who_wants_to_be_asked_is_asked_sooner() -> None:
    """One who said to ask rather than guess is asked about what is barely clear enough."""
    welcomes = belief("Ask whenever a question comes up", "question_timing", "anytime")
    assert ask_preferences_of([welcomes]).welcomes_questions
    assert advised("create a dashboard").action is Action.PROCEED
    assert advised("create a dashboard", welcomes).action is Action.ASK


def test_a_scorer_is_a_weighted_sum() -> None:
    """0.5 + 2·1 - 1·0.5 = 2; a question is worth it from there on, where clarity is a half."""
    scorer = ClarityScorer(bias=0.5, ask_above=2.0, weights={"a": 2.0, "b": -1.0})
    assert scorer.vagueness({"a": 1.0, "b": 0.5, "c": 9.0}) == 2.0
    assert scorer.clarity({"a": 1.0, "b": 0.5}) == 0.5


def test_shipped_weights_count_the_way_they_should() -> None:
    """What names things only ever makes a request clearer, and vague words only vaguer."""
    for scorer in shipped():
        assert set(scorer.weights) <= {*VAGUER, *CLEARER}
        assert all((weight > 0) == (name in VAGUER) for name, weight in scorer.weights.items())


def test_a_report_is_told_from_a_message() -> None:
    """Prose that addresses nobody is a report; a wish, an order or a reply is not."""
    told = "The parser fails on nested lists in some of the cases. " * 3
    assert is_report(told)
    assert not is_report(told, before="Which parser?")
    assert not is_report(f"Can you fix this? {told}")
    assert not is_report("The parser fails.")


@given(st.text(max_size=300), st.text(max_size=30))
def test_features_are_between_0_and_1(text: str, before: str) -> None:
    """Every feature is there for any text, within its bounds."""
    seen = features(text, before)
    assert tuple(seen) == (*VAGUER, *CLEARER)
    assert all(0.0 <= value <= 1.0 for value in seen.values())


@given(st.text(max_size=300), st.booleans(), st.integers(min_value=-1, max_value=5))
def test_bounds(text: str, short: bool, limit: int) -> None:
    """The score stays within 0 and 1, and never more is asked than allowed or than is missing."""
    found = assess(text)
    assert 0.0 <= found.score <= 1.0
    asked = questions(found, text, short=short, limit=limit)
    assert len(asked) <= max(0, limit)
    assert len(asked) <= len(found.missing)
