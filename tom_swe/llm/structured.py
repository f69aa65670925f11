"""Replies in a form that was asked for: the form as a schema, and a text back as a value. Pure.

A text that is nearly JSON is taken for what it means: what was cut off is left out, and other
slips are mended by json_repair.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
MOST_ERRORS = 5


class Unfit(Exception):
    """A text that is not in the form. Says where, never what the text says."""


def schema_of(reply: type[BaseModel]) -> dict[str, Any]:
    """The form as a JSON schema that providers take as strict.

    That is: no ``oneOf`` (a discriminated union becomes ``anyOf``), no defaults, every
    property required and no other allowed. What the classes say of themselves is left out.
    """
    return cast("dict[str, Any]", _strict(reply.model_json_schema()))


def instructions(reply: type[BaseModel]) -> str:
    """What a model is told of the form, whichever way its provider takes one."""
    schema = json.dumps(schema_of(reply), ensure_ascii=False, separators=(",", ":"))
    return f"Reply with one JSON object and nothing else, by this schema:\n{schema}"


def parse[Reply: BaseModel](text: str, reply: type[Reply]) -> Reply:
    """The first JSON object in a text that is in the form. Raises Unfit.

    Prose and code fences around it do no harm, and neither does a brace inside a string, or an
    object around it that holds nothing else.
    """
    said = _THOUGHT.sub(" ", text)
    first: ValidationError | None = None
    for found in (*_objects(said), *_mended(said)):
        for each in (found, *_held_alone(found)):
            try:
                return reply.model_validate(each)
            except ValidationError as error:
                first = first or error
    if first is not None:
        raise Unfit(_faults(first))
    raise Unfit("it contains no JSON object" if said.strip() else "it is empty")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that stand in a text, one inside another left out."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            found, end = decoder.raw_decode(text, start)
        except RecursionError:
            return  # nested past any limit, and so is what it holds
        except json.JSONDecodeError:
            end = start + 1
        else:
            yield cast("dict[str, Any]", found)
        start = text.find("{", end)


def _mended(text: str) -> Iterator[dict[str, Any]]:
    """What is an object but for its end, or for slips in how it is written."""
    start = text.find("{")
    if start < 0:
        return
    try:
        found: object = from_json(text[start:], allow_partial=True)
    except ValueError:
        import json_repair

        try:
            found = json_repair.loads(text[start:])
        except (ValueError, RecursionError):
            return
    if isinstance(found, dict) and found:
        yield cast("dict[str, Any]", found)


def _held_alone(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The object that is all that an object holds."""
    if len(found) == 1 and isinstance(inner := next(iter(found.values())), dict):
        yield cast("dict[str, Any]", inner)


def _faults(error: ValidationError) -> str:
    """Where it does not fit. What pydantic says of the input itself is left out."""
    told = [
        f"{'.'.join(str(part) for part in fault['loc']) or 'the object'}: {fault['type']}"
        for fault in error.errors(include_input=False, include_url=False)
    ]
    more = f" and {len(told) - MOST_ERRORS} more" if len(told) > MOST_ERRORS else ""
    return "; ".join(told[:MOST_ERRORS]) + more


def _strict(schema: object) -> object:
    if isinstance(schema, list):
        return [_strict(each) for each in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    given = cast("dict[str, object]", schema)
    made = {
        "anyOf" if name == "oneOf" else name: _strict_properties(each)
        if name in {"properties", "$defs"}
        else _strict(each)
        for name, each in given.items()
        if name not in {"discriminator", "title", "default", "description"}
    }
    if isinstance(made.get("properties"), dict):
        made["required"] = list(cast("dict[str, object]", made["properties"]))
        made["additionalProperties"] = False
    return made


def _strict_properties(properties: object) -> object:
    """The properties of an object: their names may be words that a schema knows."""
    named = cast("dict[str, object]", properties)
    return {name: _strict(each) for name, each in named.items()}
