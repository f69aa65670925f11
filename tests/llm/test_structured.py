"""Replies in form: schemas that providers take, and values out of whatever text comes."""

import json
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from tom_swe.advise.forms import LastStepForm, StepForm
from tom_swe.extract.reading_form import ReadingForm
from tom_swe.llm.structured import Unfit, instructions, parse, schema_of
from tom_swe.model.base import Value


class Cat(Value):
    kind: Literal["cat"]
    title: str


class Dog(Value):
    kind: Literal["dog"]
    default: int


class Pet(Value):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


@pytest.mark.parametrize(
    "text",
    [
        '{"pet": {"kind": "dog", "default": 3}}',
        'Sure! Here it is:\n```json\n{"pet": {"kind": "dog", "default": 3}}\n```\nAnything else?',
        '<think>{"pet": {"kind": "dog", "default": 7}}</think>{"pet":{"kind":"dog","default":3}}',
        'I looked at {this} and {"that": 1}. {"pet": {"kind": "dog", "default": 3}}',
        '{"broken": {"pet": {"kind": "dog", "default": 3}}',
    ],
)
def test_the_object_is_found_wherever_it_stands(text: str) -> None:
    """Prose, fences, thoughts and other braces before it do no harm."""
    assert parse(text, Pet) == Pet(pet=Dog(kind="dog", default=3))


def test_a_brace_inside_a_string_is_no_brace() -> None:
    """A reply that holds braces and quotes in its text is read whole."""
    said = 'use "{" and } or \\" in {name}'
    reply = Pet(pet=Cat(kind="cat", title=said))
    assert parse(f"Well: {reply.model_dump_json()} }}", Pet) == reply


@given(st.text(), st.text())
def test_any_text_survives(before: str, title: str) -> None:
    """Whatever is in the strings, and whatever prose without braces goes before."""
    reply = Pet(pet=Cat(kind="cat", title=title))
    prose = before.replace("{", "(").replace("<", "(")
    assert parse(prose + reply.model_dump_json(), Pet) == reply


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    """Anything that is no reply is called unfit, nothing else is raised."""
    with pytest.raises(Unfit):
        parse(text, Pet)


def test_what_does_not_fit_says_where_and_not_what() -> None:
    """The reason names the places and holds nothing of the text."""
    with pytest.raises(Unfit) as raised:
        parse('{"pet": {"kind": "dog", "default": "my secret"}}', Pet)
    assert str(raised.value) == "pet.dog.default: int_parsing"
    for text, reason in (("", "it is empty"), ("no idea", "it contains no JSON object")):
        with pytest.raises(Unfit, match=reason):
            parse(text, Pet)


def test_deep_nesting_is_unfit() -> None:
    """A reply nested past any limit fails like any other."""
    with pytest.raises(Unfit):
        parse('{"a":' * 100_000, Pet)


@pytest.mark.parametrize("form", [Pet, StepForm, LastStepForm, ReadingForm])
def test_schemas_are_strict(form: type[Value]) -> None:
    """What strict providers refuse is not in them, and every object is closed and complete."""

    def objects(schema: Any) -> list[dict[str, Any]]:
        if isinstance(schema, list):
            return [found for each in schema for found in objects(each)]
        if not isinstance(schema, dict):
            return []
        return [schema, *(found for each in schema.values() for found in objects(each))]

    schema = schema_of(form)
    closed = [each for each in objects(schema) if each.get("type") == "object"]
    assert schema in closed
    for each in closed:
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
    text = json.dumps(schema)
    assert "oneOf" not in text
    assert "discriminator" not in text
    assert json.dumps(schema, separators=(",", ":"), ensure_ascii=False) in instructions(form)


def test_properties_named_like_a_schemas_words_stay() -> None:
    """A property called title or default is a property."""
    schema = schema_of(Pet)["$defs"]
    assert list(schema["Cat"]["properties"]) == ["kind", "title"]
    assert list(schema["Dog"]["properties"]) == ["kind", "default"]


def noted(**changed: object) -> dict[str, object]:
    return {
        "session": 1,
        "turn": 0,
        "quote": "keep it small",
        "lasts": "always",
        "lasts_because": "",
        "language": "",
        "way": "preference",
        "kind": "preference",
        "statement": "Keep it small",
        "against": False,
        "known": 0,
        "how": "new",
        **changed,
    }


ABOUT = {"session": 1, "summary": "s", "intent": "testing"}


def session_reply(**changed: object) -> dict[str, object]:
    return {"sessions": [ABOUT], "rejected": [], "observations": [noted()], **changed}


WHOLE = json.dumps(session_reply())


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        json.dumps(session_reply(thoughts="many")),
        json.dumps(session_reply(rejected=None, sessions=None)),
        json.dumps(session_reply(sessions=[{**ABOUT, "intent": "gardening"}, "x"])),
        json.dumps(session_reply(rejected=["two", {}])),
        json.dumps(
            session_reply(observations=[noted(kind="whim", way=None, language=None, lasts="a day")])
        ),
        json.dumps(session_reply(observations=[noted(turn="first"), noted(statement=None), "x"])),
        json.dumps(session_reply(observations=[{"quote": "keep it"}, noted(), noted(against="?")])),
        json.dumps({"result": session_reply()}),
        WHOLE[:-1] + ",}",
        WHOLE[:-2],
        WHOLE.replace('"', "'"),
        WHOLE[:-2] + ', {"turn": 1, "quote": "and never',
    ],
)
def test_a_reply_is_taken_as_far_as_it_is_right(text: str) -> None:
    """Made-up values, extra fields, nulls, slips and a lost end cost only what they hold."""
    found = parse(text, ReadingForm)
    assert [(each.quote, each.statement) for each in found.observations] == [
        ("keep it small", "Keep it small")
    ]
    assert found.rejected == ()


@pytest.mark.parametrize(
    "text", ["{", "{}", "[1, 2]", '{"observations"', '{"a": {"b": 1}}', "{{{{"]
)
def test_what_holds_no_reply_is_unfit(text: str) -> None:
    """Mending makes nothing up."""
    with pytest.raises(Unfit):
        parse(text, ReadingForm)


@given(st.integers(0, len(WHOLE)))
def test_a_cut_reply_says_nothing_that_the_whole_does_not(end: int) -> None:
    """Wherever it ends, each note that is left is a whole one."""
    try:
        found = parse(WHOLE[:end], ReadingForm)
    except Unfit:
        return
    assert set(found.observations) <= set(parse(WHOLE, ReadingForm).observations)
