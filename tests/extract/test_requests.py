"""What a session asks for about the way of working, without the task's own content."""

import pytest

from tom_swe.extract.requests import requests_in, requests_of_session
from tom_swe.extract.vocabulary import folded, forms_of, tokens, vocabulary
from tom_swe.model.recurring import RequestKind
from tom_swe.model.session import OWN_HOST, Role, Template
from tom_swe.testing import session_of
from tom_swe.text.lines import digests_of


def found(kind: RequestKind, *said: str | tuple[Role, str]) -> dict[str, str]:
    """The requests of one kind by their keys, with their words."""
    return {
        each.key: each.quote[each.start : each.end]
        for each in requests_in(session_of(*said))
        if each.kind is kind
    }


@pytest.mark.parametrize(
    ("said", "key", "words"),
    [
        ("commit, push and open a draft PR", "pr draft", "open a draft PR"),
        ("please raise a draft pull request", "pr draft", "raise a draft pull request"),
        ("draft PR please", "pr draft", "draft PR"),
        ("file a ticket on the Lisbon board", "issue lisbon", "file a ticket on the Lisbon"),
        ("let's write a squash commit for this", "commit squash", "write a squash commit"),
        ("can you add tests with tables", "test table", "add tests with tables"),
        (
            "answer the review comments directly",
            "comment direct",
            "answer the review comments directly",
        ),
    ],
)
def test_a_twist_is_the_word_that_comes_with_what_is_made(said: str, key: str, words: str) -> None:
    """Its key names what is asked for and the word, whatever the verb and the ending."""
    assert found(RequestKind.TWIST, said)[key] == words


@pytest.mark.parametrize(
    "said",
    [
        "did you open a draft PR?",
        "why is there a draft PR on the branch?",
        "I've opened a draft PR for the parser",
        "we have had a draft PR for weeks",
        "the draft of the letter is on the table",
        "> open a draft PR",
    ],
)
def test_questions_reports_and_quotations_ask_for_nothing(said: str) -> None:
    """Only what the person asks for themselves has a twist."""
    assert "pr draft" not in found(RequestKind.TWIST, said)


def test_names_of_the_task_are_no_twists() -> None:
    """Files, classes, versions and numbers belong to the task, and so do common words."""
    said = "add a test for cart.py and BasketView in v2.1 now please"
    assert found(RequestKind.TWIST, said) == {}
    assert found(RequestKind.HEAD, said) == {"test": "add a test"}


def test_the_sentence_after_speaks_of_the_same() -> None:
    """What was just asked for is what a short sentence after it goes on about."""
    said = "open an issue for that. It goes under Milestone Lisbon"
    assert {"issue lisbon", "issue milestone"} <= found(RequestKind.TWIST, said).keys()


@pytest.mark.parametrize(
    ("said", "key", "words"),
    [
        ("write the tests first", "test first", "write the tests first"),
        ("why didn't you write the tests first?", "test first", "write the tests first"),
        ("make a plan before you commit", "plan before commit", "make a plan before you commit"),
        ("review before merging", "review before merge", "review before merging"),
    ],
)
def test_an_order_is_one_thing_before_another(said: str, key: str, words: str) -> None:
    """A complaint that it was not kept asks for it as well."""
    assert found(RequestKind.ORDER, said) == {key: words}


@pytest.mark.parametrize(
    ("said", "check"),
    [
        ("run the linter before you push", "lint"),
        ("fmt first, just in case", "lint"),
        ("run all tests before committing", "tests"),
    ],
)
def test_a_check_that_is_put_first_is_asked_for(said: str, check: str) -> None:
    """Whatever it is put before, it is the same check."""
    assert found(RequestKind.CHECK, said).keys() == {check}
    assert found(RequestKind.ORDER, said) == {}


def test_putting_a_repair_first_is_no_order() -> None:
    """What is broken is repaired first, this once."""
    assert found(RequestKind.ORDER, "fix the failing tests first") == {}


@pytest.mark.parametrize(
    ("said", "checks"),
    [
        ("argh, lint fails again", {"lint"}),
        ("the build is red and the tests failed", {"the build", "tests"}),
        ("CI is broken", {"CI"}),
        ("run the tests", set[str]()),
        ("the parser fails on tabs", set[str]()),
    ],
)
def test_a_complaint_names_the_check_that_fails(said: str, checks: set[str]) -> None:
    """Asking for a check is no complaint, nor is the failure of something else."""
    assert found(RequestKind.CHECK, said).keys() == checks


@pytest.mark.parametrize(
    ("said", "key", "words"),
    [
        ("do not sign the commits", "sign commit", "do not sign the commits"),
        ("Plan it, and don't write code yet.", "write code", "don't write code yet"),
        ("never rename my columns", "rename column", "never rename my columns"),
    ],
)
def test_what_is_to_be_left_is_a_verb_and_its_object(said: str, key: str, words: str) -> None:
    """The key is the same for every wording of the negation."""
    assert found(RequestKind.NEVER, said) == {key: words}


@pytest.mark.parametrize(
    "said", ["I don't want a menu here", "we do not store prices", "don't worry about tabs"]
)
def test_what_people_do_not_want_or_do_is_not_left_by_the_agent(said: str) -> None:
    """What is said of somebody, or of what one feels, asks for nothing to be left."""
    assert found(RequestKind.NEVER, said) == {}


def test_a_faculty_of_the_agents_is_to_be_used() -> None:
    """Whatever the verb; other things that are used belong to the task."""
    assert found(RequestKind.TOOL, "use your sub-agents for that") == {
        "subagent": "use your sub-agents"
    }
    assert found(RequestKind.TOOL, "do it via the migration skill") == {
        "skill": "via the migration skill"
    }
    assert found(RequestKind.TOOL, "use the same font. do not use skills") == {}


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        ("what would you suggest?", True),
        ("could you propose a way out of this", True),
        ("let's discuss", True),
        ("do you think that is fast enough?", False),
        ("what I propose is a cache", False),
        ("suggest products to the customers", False),
    ],
)
def test_an_opinion_is_the_agents(said: str, is_one: bool) -> None:
    """What the person suggests, and what the product does, asks for no opinion."""
    assert bool(found(RequestKind.OPINION, said)) == is_one


def test_a_rider_is_said_beside_a_task() -> None:
    """Alone the same words are a task, and a question or a report is never a rider."""
    task = "The basket should show the totals of each product with its tax."
    assert found(RequestKind.RIDER, f"Ask me whatever is unclear. {task}") == {
        "ask whatever unclear": "Ask me whatever is unclear"
    }
    assert found(RequestKind.RIDER, "Ask me whatever is unclear.") == {}
    assert found(RequestKind.RIDER, f"Is that whatever clear? {task}") == {}
    assert found(RequestKind.RIDER, f"Unhandled runtime error. {task}") == {}
    assert found(RequestKind.RIDER, f"{task}\n- ask me whatever is unclear") == {}
    assert found(RequestKind.RIDER, f"{task} Whatever is unclear to me:") == {}


def test_each_request_counts_once_a_session_where_it_was_made_first() -> None:
    """The quote is the whole sentence, in its own turn."""
    session = session_of("look at it", "commit. Then open a draft PR", "open a draft PR again")
    (request,) = [each for each in requests_in(session) if each.key == "pr draft"]
    assert (request.ordinal, request.quote) == (1, "Then open a draft PR")


def test_what_the_agent_said_and_long_sentences_ask_for_nothing() -> None:
    """An echo is the agent's, and whoever describes a task asks for no way of working."""
    offer = "I can create the files, run all of the tests and then open a draft PR for you"
    assert found(RequestKind.TWIST, (Role.AGENT, offer), f"ok: {offer}").get("pr draft") is None
    long = "open a draft PR " + "and show each product with its price " * 6
    assert found(RequestKind.TWIST, long) == {}


def test_neither_templates_nor_statements_ask() -> None:
    """A kept prompt is not written, and what is said to tom itself is believed already."""
    text = "open a draft PR with the totals of the basket"
    session = session_of(text)
    template = Template(lines=frozenset(digests_of(text)), held=True, sessions=2)
    assert requests_of_session(session, {}) != ()
    assert requests_of_session(session, {0: template}) == ()
    assert requests_of_session(session.model_copy(update={"host": OWN_HOST}), {}) == ()


def test_the_vocabulary_is_folded_as_words_are() -> None:
    """Each form in the data file is found in a sentence that has it."""
    known = vocabulary()
    for form, head in known.heads.items():
        assert tokens(f"the {form}")[-1].head == head
    for words in (known.asking, known.states, known.failing, known.never):
        assert {folded(word) for word in words} <= words
    assert {folded(word) for word in known.checks} <= known.checks.keys()
    assert "directly" in forms_of(folded("directly"))
