import pytest
from hypothesis import given
from hypothesis import strategies as st

from tom_swe.mind.clarity import CLEAR, assess, is_underspecified, questions
from tom_swe.model.advice import Missing


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
    assert questions(found, text, short=True, limit=3) == ()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("fix it", Missing.REFERENCE),
        ("make it better", Missing.ACCEPTANCE),
        ("clean this up", Missing.TARGET),
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


def test_the_easiest_question_comes_first() -> None:
    """Pointing at a thing costs the person less than describing it, so it is asked first."""
    text = "fix it"
    first = questions(assess(text), text, short=True, limit=1)
    assert first == ("What is “it”?",)


@given(st.text(max_size=300), st.booleans(), st.integers(min_value=-1, max_value=5))
def test_bounds(text: str, short: bool, limit: int) -> None:
    """The score stays within 0 and 1, and never more is asked than allowed or than is missing."""
    found = assess(text)
    assert 0.0 <= found.score <= 1.0
    asked = questions(found, text, short=short, limit=limit)
    assert len(asked) <= max(0, limit)
    assert len(asked) <= len(found.missing)
