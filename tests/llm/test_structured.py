"""Replies in form: schemas that providers take, and values out of whatever text comes."""

import json
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from tom_swe.advise.forms import LastStepForm, StepForm
from tom_swe.extract.grounding import SessionForm
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


@pytest.mark.parametrize("form", [Pet, StepForm, LastStepForm, SessionForm])
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
