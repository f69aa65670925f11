"""Which requests recur: twists, orders, complaints, what is left and riders, and no others."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.beliefs.recurring import recurring, says
from tom_swe.extract.requests import requests_in
from tom_swe.extract.vocabulary import tokens
from tom_swe.model.belief import EVERYWHERE
from tom_swe.model.recurring import Recurring, SessionRequest
from tom_swe.model.session import Role
from tom_swe.testing import START, session_of


def asked(said: Mapping[int, str], repository: str = "") -> list[SessionRequest]:
    """What sessions ask for in which this is said, by the day."""
    return [
        SessionRequest(
            **each.model_dump(),
            session_id=day,
            turn_id=day,
            host="jsonl",
            host_id=str(day),
            repository=repository,
            at=START + timedelta(days=day),
        )
        for day, text in said.items()
        for each in requests_in(session_of(text))
    ]


def found(*said: str, repository: str = "") -> list[Recurring]:
    """What recurs in a history of one message a session."""

    def seen(word: str) -> int:
        return sum(any(word == each.word for each in tokens(text)) for text in said)

    return list(recurring(asked(dict(enumerate(said)), repository), seen, len(said)))


def statements(*said: str) -> list[str]:
    return [each.statement for each in found(*said)]


TASKS = ("show the totals", "the menu is too wide", "sort the products", "why is it slow?")


@pytest.mark.parametrize(
    "said",
    [
        ("commit and push",) * 9,
        ("look at the PR comments",) * 9,
        ("open a PR please",) * 9,
        ("continue",) * 9,
        ("write tests",) * 9,
        ("update the docs and push",) * 9,
        ("what tasks are left",) * 9,
    ],
)
def test_a_plain_request_is_no_rule_however_often_it_comes(said: tuple[str, ...]) -> None:
    """What is asked for without a twist is an ordinary task."""
    assert statements(*said) == []


@pytest.mark.parametrize(
    "said",
    [
        ("the session state is lost on reload", "reset the session state", "log the session state"),
        ("the login page flickers", "make the login page blue", "add the login page to the menu"),
        ("rename BasketView", "move BasketView", "test BasketView", "add a test for BasketView"),
        ("what does the shadow index do?", "drop the shadow index", "fill the shadow index"),
    ],
)
def test_the_product_under_construction_is_no_rule(said: tuple[str, ...]) -> None:
    """Its parts are named in session after session, and in requests too."""
    assert statements(*said, *said) == []


def test_a_topic_that_is_tested_now_and_then_is_no_twist() -> None:
    """A word that mostly comes without what is made belongs to the product."""
    said = ["add a test for the ledger"] * 3 + ["the ledger is empty"] * 4
    assert statements(*said) == []


def test_a_twist_comes_with_most_requests_for_the_thing() -> None:
    """A few plain asks for the same do not hide it, a rare twist is none."""
    drafts = [
        "open a draft PR",
        "push and create a draft PR",
        "launch a draft PR",
        "draft PR please",
    ]
    assert statements(*drafts, "open a PR") == ["When you open a PR: open a draft PR"]
    assert statements(*["draft PR please"] * 3) == ["When you make a PR: make draft PR"]
    assert statements(*drafts[:3], *["open a PR"] * 30) == []


def test_the_words_of_one_twist_make_one_rule() -> None:
    """A board of two words is asked about once, in the wording that has both."""
    said = [
        "file an issue in Project Lisbon",
        "file an issue in Project Lisbon with the trace",
        "add an issue please: Project Lisbon",
        "file an issue on that. Project Lisbon",
    ]
    (one,) = found(*said)
    assert one.statement == "When you file an issue: file an issue in Project Lisbon"
    assert set(one.keys) == {"twist issue project", "twist issue lisbon"}
    assert one.sessions == 4


def test_all_failing_checks_make_one_rule() -> None:
    """Complaints about several checks are added up; three are too few."""
    lint = ["lint fails", "lint failed :(", "argh, the linter is red"]
    assert statements(*lint) == []
    (one,) = found(*lint, "lint is broken on the branch", *["tests are failing"] * 4)
    assert one.statement == "Before you push, make sure that these pass: lint, tests"
    assert one.sessions == 8


def test_asking_for_a_check_and_complaining_of_it_are_one() -> None:
    """Who says that lint fails, and who asks for it before a push, want the same."""
    said = ["lint fails", "run lint before you push", "lint first", "lint it before committing"]
    (one,) = found(*said)
    assert (one.key, one.sessions) == ("check", 4)
    assert one.question.endswith("said that it fails: lint. Always before a push?")


def test_an_order_and_what_is_left_are_worded_as_they_were_said() -> None:
    """The wording that was used most stands for the rest."""
    assert statements(*["plan it first"] * 3, "make a plan first") == []
    assert statements(*["make a plan first"] * 3) == ["Make a plan first"]
    said = ["commit it. do not sign the commits", "push. never sign commits", "don't sign commits"]
    assert [each.key for each in found(*said)] == ["never sign commit"]


def test_opinions_are_asked_for_in_many_sessions() -> None:
    """Now and then everybody asks for one."""
    said = ["what would you do here?", "what do you suggest?", "what do you think?"]
    rule = "Say what you would do, and wait for an answer before you change anything"
    asked_often = [*said, "can you propose a cache", *TASKS]
    assert statements(*asked_often) == [rule]
    assert statements(*asked_often, *["sort the list"] * 16) == []


def test_tools_are_used_in_three_sessions() -> None:
    """Each faculty of the agent's is a rule of its own."""
    assert statements("use your skills", "use skills", "use your skills") == ["Use your skills"]
    assert statements("use your skills", "use the plugin", "use a subagent") == []


def test_a_rider_comes_with_many_tasks_and_is_of_no_prompt() -> None:
    """What comes with the same words each time is a prompt that is kept."""
    rider = "Ask me whatever is unclear."
    tasks = (f"{task} of the basket on the first screen. {rider}" for task in TASKS)
    assert statements(*tasks) == ["Ask me whatever is unclear"]
    prompt = f"List the products by their price. Keep the totals at the end. {rider}"
    assert statements(*[prompt] * 6) == []


def test_it_holds_in_the_repository_it_was_asked_in() -> None:
    """Everywhere, where no repository is known, or several are."""
    said = ["open a draft PR"] * 4
    assert found(*said)[0].scope == EVERYWHERE
    assert str(found(*said, repository="shop")[0].scope) == "repository:shop"
    both = [
        *asked({1: "open a draft PR", 2: "open a draft PR", 3: "open a draft PR"}, "shop"),
        *asked({4: "open a draft PR"}, "web"),
    ]
    (one,) = recurring(both, lambda _: 4, 4)
    assert (str(one.scope), one.sessions) == ("repository:shop", 3)
    (one,) = recurring([*both, *asked({5: "open a draft PR"}, "web")], lambda _: 5, 5)
    assert (one.scope, one.sessions) == (EVERYWHERE, 5)


def test_a_statement_says_what_recurs_where_it_has_its_words() -> None:
    """Forms and other words do not matter, and half of it is not enough."""
    (draft,) = found(*["open a draft PR"] * 4)
    assert says("Open pull requests as drafts", draft)
    assert not says("Open pull requests early", draft)
    (check,) = found(*["lint fails"] * 4)
    assert says("Run lint before you push", check)
    assert not says("Use ruff for lint", check)
    (opinion,) = found(*["what do you suggest?"] * 3)
    assert says("Show a plan and wait before changing code", opinion)
    assert not says("Use pnpm", opinion)


@given(
    st.permutations(
        [
            *("open a draft PR", "create a draft PR", "draft PR please", "write the tests first"),
            *("lint fails", "lint failed", "argh, lint fails", "the linter is red"),
        ]
    )
)
def test_what_recurs_does_not_depend_on_the_order_of_reading(said: list[str]) -> None:
    """The same sessions in another order propose the same."""
    requests = asked(dict(enumerate(said)))
    forward = recurring(requests, lambda _: 3, len(said))
    assert recurring(requests[::-1], lambda _: 3, len(said)) == forward
    assert {each.key for each in forward} == {"twist pr draft", "check"}


def test_the_agents_words_recur_in_vain() -> None:
    """What the agent says in every session is asked for by nobody."""
    session = session_of((Role.AGENT, "I will open a draft PR"), "ok")
    assert requests_in(session) == ()
