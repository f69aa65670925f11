"""What the person takes back is heard as that: it counts for nothing, and forbids nothing."""

import pytest

from tom_swe.extract.embedded import EmbeddedReader
from tom_swe.model.belief import EVERYWHERE, Kind, Observation, Polarity, Reach, Scope, Source
from tom_swe.model.session import Role, Session, Turn
from tom_swe.testing import FixedScorer


def read(text: str) -> tuple[Observation, ...]:
    """What is read from one turn, with hints."""
    turn = Turn(ordinal=0, role=Role.USER, text=text)
    session = Session(host="t", host_id="1", repository="acme/shop", turns=(turn,))
    return EmbeddedReader(scorer=FixedScorer()).read(session).observations


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("You no longer need to use poetry.", "poetry"),
        ("It doesn't have to be yarn any more.", "yarn"),
        ("We needn't use tabs any longer.", "tabs"),
        ("You don't have to ask one question at a time now.", "one"),
        ("Conventional commits are optional now.", "conventional"),
        ("No need to use mypy from now on.", "mypy"),
        ("You can stop using emojis.", "use"),
        ("Forget what I told you about mypy.", "mypy"),
        ("Du musst nicht mehr auf Deutsch antworten.", "german"),
        ("Ya no hace falta usar poetry.", "poetry"),
    ],
)
def test_a_known_subject_is_taken_back(text: str, value: str) -> None:
    """The catalogue names what need not be so; nothing else is read from it."""
    found = read(text)
    assert {each.kind for each in found} == {Kind.TAKEN_BACK}
    assert value in {each.value for each in found}


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("You no longer have to sign the invoices.", "Sign the invoices"),
        ("We don't need to archive the reports anymore.", "Archive the reports"),
        ("Drop the rule about draft releases.", "Draft releases"),
        ("My preference for long names no longer applies.", "Long names"),
        ("Screenshots in the ticket are no longer required.", "Screenshots in the ticket"),
        ("It's fine not to tag the releases.", "Tag the releases"),
    ],
)
def test_other_wishes_are_taken_back_in_their_own_words(text: str, statement: str) -> None:
    """The statement is the wish, or what it was about, without the words that take it back."""
    found = read(text)
    assert {(each.kind, each.statement) for each in found} == {(Kind.TAKEN_BACK, statement)}
    assert all(each.quote.text in text for each in found)


def test_a_subject_is_dropped_whichever_way_it_was_wished() -> None:
    """What was said about a thing may have asked for it or forbidden it."""
    assert {each.polarity for each in read("Scratch the rule about draft releases.")} == {
        Polarity.FOR,
        Polarity.AGAINST,
    }


def test_what_is_wanted_instead_is_heard() -> None:
    """Only the clause that takes back is left out of what the rules read."""
    back, rule = read("You no longer need to use poetry, always use uv.")
    assert (back.kind, back.value, back.quote.text) == (
        Kind.TAKEN_BACK,
        "poetry",
        "You no longer need to use poetry",
    )
    assert (rule.kind, rule.value) == (Kind.CONSTRAINT, "uv")


def test_it_holds_where_the_words_say_or_wherever_it_was_wished() -> None:
    """Without a place it is about all that holds here."""
    assert read("You no longer need to use poetry.")[0].scope == EVERYWHERE
    here = read("In this repo you no longer need to use poetry.")[0]
    assert here.scope == Scope(reach=Reach.REPOSITORY, name="acme/shop")


@pytest.mark.parametrize(
    "text",
    [
        "You don't have to use poetry for this one.",
        "You need not use poetry this time.",
        "If we no longer needed to use poetry, would the build be faster?",
    ],
)
def test_once_or_perhaps_takes_nothing_back(text: str) -> None:
    """Nor does it count for what it speaks of."""
    assert read(text) == ()


def test_a_question_takes_nothing_back() -> None:
    """Whatever else is made of it."""
    kinds = {each.kind for each in read("Do you no longer need to use poetry?")}
    assert Kind.TAKEN_BACK not in kinds


@pytest.mark.parametrize(
    "text",
    [
        "Always cache the rates so that you don't have to fetch them twice.",
        "Never run migrations when you do not have to run them.",
    ],
)
def test_what_is_said_in_passing_takes_nothing_back(text: str) -> None:
    """A purpose or a condition inside a rule leaves the rule as it is."""
    (rule,) = read(text)
    assert (rule.kind, rule.source) == (Kind.CONSTRAINT, Source.INSTRUCTION)


def test_no_longer_using_a_thing_is_more_than_that() -> None:
    """'We no longer use yarn' speaks against it."""
    (found,) = read("We no longer use yarn.")
    assert (found.kind, found.polarity) == (Kind.CONSTRAINT, Polarity.AGAINST)
