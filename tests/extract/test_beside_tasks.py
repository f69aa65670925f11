"""Rules beside tasks, steps of one task, and what is said to the agent about the agent."""

import pytest

from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.model.belief import Observation, Polarity
from tom_swe.model.session import Role, Session, Turn
from tom_swe.testing import FixedScorer


def read(text: str, *, hints: bool = False) -> tuple[Observation, ...]:
    """What is read from one turn."""
    turn = Turn(ordinal=0, role=Role.USER, text=text)
    session = Session(host="t", host_id="1", repository="acme/shop", turns=(turn,))
    scorer = FixedScorer() if hints else None
    return EmbeddedReader(scorer=scorer).read(session).observations


@pytest.mark.parametrize(
    ("text", "statement", "polarity"),
    [
        (
            "add a search box, and never use jquery in this project, always plain events",
            "Never use jquery in this project, always plain events",
            Polarity.AGAINST,
        ),
        (
            "Fix the footer please, and always run the snapshots before you commit",
            "Always run the snapshots before you commit",
            Polarity.FOR,
        ),
        (
            "implement the export and never touch the vendored code in this repo",
            "Never touch the vendored code in this repo",
            Polarity.AGAINST,
        ),
        (
            "Update the totals, but never round the prices anywhere",
            "Never round the prices anywhere",
            Polarity.AGAINST,
        ),
    ],
)
def test_a_rule_beside_a_task(text: str, statement: str, polarity: Polarity) -> None:
    """The clause with the rule is believed, without the task."""
    (found,) = read(text)
    assert (found.statement, found.polarity) == (statement, polarity)


def test_a_convention_beside_a_task() -> None:
    """What 'we' do is no part of the task before it."""
    (found,) = read("Fix the build, we use pnpm here")
    assert (found.value, found.quote.text) == ("pnpm", "we use pnpm here")


@pytest.mark.parametrize(
    "text",
    [
        "Add a dropdown, and always show the total on top",
        "Build the parser, always return a list of pairs",
        "make the header blue and never let it scroll away",
    ],
)
def test_how_the_thing_is_to_work_is_no_rule(text: str) -> None:
    """'Always' and 'never' of what is built go with the task."""
    assert read(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "rebase from main first",
        "pull rebase first",
        "let's cut a new branch first",
        "now please merge it into develop",
    ],
)
def test_a_step_is_no_rule(text: str) -> None:
    """What is to be done first in git is done once, unless it is said of every time."""
    assert read(text, hints=True) == ()


def test_a_step_of_every_time_is_a_rule() -> None:
    """'Always' makes a rule of the same words."""
    assert [each.value for each in read("Always cut a new branch first.")] == ["new"]


@pytest.mark.parametrize(
    "text",
    [
        "you have browser access now",
        "remember you have access to the staging cluster",
        "You are an expert in distributed systems with ten years of practice.",
        "You're a careful reviewer of accounting code.",
    ],
)
def test_what_the_agent_is_or_has_is_nothing_about_the_person(text: str) -> None:
    """Neither a rule nor a hint comes of it."""
    assert read(text, hints=True) == ()


def test_what_the_agent_has_to_do_is() -> None:
    """'You have to', 'you are to' and 'you are not allowed to' are about its work."""
    for text in ("You have to always use pnpm.", "You are never to use npm, always use pnpm."):
        assert [each.value for each in read(text)] == ["pnpm"]


def test_a_value_asked_for_in_the_place_of_another_thing_keeps_the_persons_words() -> None:
    """The statement says what the quote says, where the catalogue means something else."""
    (found,) = read("we should be using the strong types instead of maps wherever we can")
    assert (found.dimension, found.value) == ("typing", "")
    assert found.statement == "We should be using the strong types instead of maps wherever we can"
    (known,) = read("I prefer short answers instead of detailed answers.")
    assert (known.dimension, known.value) == ("answer_length", "short")


def test_both_halves_are_kept() -> None:
    """What is forbidden beside a name stands in the statement and in the quote."""
    (found,) = read("From now on use yarn, never npm.")
    assert (found.value, found.statement) == ("yarn", "Use yarn, never npm")
    assert found.quote.text.startswith("From now on use yarn, never npm")
    (turned,) = read("Never npm, always pnpm")
    assert (turned.value, turned.statement) == ("pnpm", "Use pnpm, never npm")


def test_always_may_stand_at_the_end() -> None:
    """An imperative that ends on it is a rule of its own words."""
    (found,) = read("Write release notes in plain words, always.")
    assert found.statement == "Write release notes in plain words, always"
    assert read("The light is on, always.") == ()


@pytest.mark.parametrize(
    "text",
    [
        "Always write commit messages in English.",
        "Always write code comments in German.",
        "Always reply to issues in French.",
        "Always answer in English in pull requests.",
        "Always write variable names in Spanish.",
    ],
)
def test_the_language_of_a_thing_is_not_that_of_the_answers(text: str) -> None:
    """The sentence itself is kept."""
    (found,) = read(text)
    assert (found.value, found.statement) == ("", text.rstrip("."))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Always write to me in Spanish.", "spanish"),
        ("Your answers should always be in English.", "english"),
        ("From now on, please answer me in French.", "french"),
        ("Ab jetzt bitte immer auf Deutsch antworten.", "german"),
        ("Always explain things in Dutch.", "dutch"),
    ],
)
def test_the_language_of_the_answers(text: str, value: str) -> None:
    """What is written or said to the person is an answer."""
    (found,) = read(text)
    assert (found.dimension, found.value, found.polarity) == (
        "answer_language",
        value,
        Polarity.FOR,
    )


def test_a_language_may_be_ruled_out() -> None:
    """A 'never' before the answering is against the language."""
    (found,) = read("Never answer in German.")
    assert (found.value, found.polarity) == ("german", Polarity.AGAINST)
