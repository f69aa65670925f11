"""Replies that are a little off."""

import json
from typing import Any

import pytest
from with_a_model import note, reading

from tom_swe.extract.grounding import NotedForm, SessionForm
from tom_swe.llm.structured import Unfit, parse

GOOD = note("keep functions small", "Keep functions small")
FORM = SessionForm.model_validate(json.loads(reading(GOOD)))


@pytest.mark.parametrize(
    "text",
    [
        reading(GOOD, reasoning="because"),
        reading({**GOOD, "why": "they said so"}),
        reading(GOOD, rejected=None),
        reading({**GOOD, "language": None}),
        reading({**GOOD, "turn": "0"}),
        reading(GOOD, {**GOOD, "turn": None, "statement": None}, note("x", "y", turn="first")),
        reading({"turn": 0}, {"quote": "x"}, GOOD, {}),
        reading(observations=["nothing", GOOD]),
        json.dumps({"reply": json.loads(reading(GOOD))}),
        reading(GOOD)[:-1] + ",}",
    ],
    ids=[
        *("a key more", "a key more inside", "null", "null inside", "a number as a text"),
        *("two bad of three", "three bad of four", "a text in a list", "wrapped", "a comma more"),
    ],
)
def test_what_is_right_is_taken(text: str) -> None:
    """What is not goes alone: the good observation stays as it was said."""
    assert parse(text, SessionForm) == FORM


def test_a_value_outside_the_list_becomes_the_neutral_one() -> None:
    """The quote and the statement are what counts."""
    text = reading({**GOOD, "kind": "style", "scope": "here", "way": "shout"}, intent="refactoring")
    form = parse(text, SessionForm)
    (noted,) = form.observations
    assert (form.intent, noted.kind, noted.scope, noted.way) == (
        *("general", "preference", "repository", "preference"),
    )
    assert noted.statement == "Keep functions small"


@pytest.mark.parametrize(
    "changed", [{"observations": None}, {"observations": "none"}, {"observations": {"turn": 1}}]
)
def test_without_its_list_a_reply_is_none(changed: dict[str, Any]) -> None:
    """Nothing to note is said by an empty list."""
    with pytest.raises(Unfit, match="observations"):
        parse(reading(GOOD, **changed), SessionForm)


def test_what_is_no_list_is_not_mended() -> None:
    """Half a note is none."""
    with pytest.raises(Unfit, match="statement"):
        parse('{"turn": 1, "quote": "x", "against": false}', NotedForm)
