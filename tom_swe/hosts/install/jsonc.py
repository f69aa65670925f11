"""Where each value of a JSON text stands, comments and trailing commas allowed. Pure."""

import json
import re
from typing import NamedTuple, cast

from tom_swe.errors import TomError

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None

BOM = "\ufeff"
# Possessive, for a long comment is not to be tried in other ways.
_TRIVIA = re.compile(r"(?:[ \t\r\n\ufeff]++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+")
_SCALAR = re.compile(
    r'"(?:[^"\\\x00-\x1f]|\\.)*+"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null'
)
_DEPTH = 200


class Child(NamedTuple):
    """A member of an object, or an item of a list, whose key is empty."""

    start: int
    key: str
    node: "Node"
    comma: int  # where its comma stands; -1 if it has none


class Node(NamedTuple):
    """A value: from where to where it stands, and what stands in it."""

    start: int
    end: int
    value: Json
    children: tuple[Child, ...] = ()

    def child(self, key: str) -> Child | None:
        """The member that counts, which is the last of its name."""
        return next((each for each in reversed(self.children) if each.key == key), None)


def parsed(text: str) -> Node:
    """The value that a text holds. Raises TomError, which says what is wrong and where."""
    at = _skip(text, 0)
    node = _value(text, at, 0)
    end = _skip(text, node.end)
    if end != len(text):
        raise _fault(text, end, "more than one value")
    return node


def value_of(text: str | None) -> dict[str, Json]:
    """The object that a text holds; an empty one where there is no text. Raises TomError."""
    if not text or not text.removeprefix(BOM).strip():
        return {}
    value = parsed(text).value
    if not isinstance(value, dict):
        raise TomError("it is not a JSON object; fix it first")
    return value


def _value(text: str, at: int, depth: int) -> Node:
    if depth > _DEPTH:
        raise _fault(text, at, "too many levels")
    if text[at : at + 1] in ("{", "["):
        return _container(text, at, depth)
    found = _SCALAR.match(text, at)
    if found is None:
        raise _fault(text, at, "no value")
    try:
        return Node(at, found.end(), json.loads(found[0]))
    except ValueError as error:
        raise _fault(text, at, "not a value") from error


def _container(text: str, start: int, depth: int) -> Node:
    is_object = text[start] == "{"
    closing = "}" if is_object else "]"
    children: list[Child] = []
    at = _skip(text, start + 1)
    while text[at : at + 1] != closing:
        if children and children[-1].comma < 0:
            raise _fault(text, at, f"no comma and no {closing!r}")
        begins, key = at, ""
        if is_object:
            named = _value(text, at, depth + 1) if text[at : at + 1] == '"' else None
            if named is None:
                raise _fault(text, at, "no name in double quotes")
            key = cast("str", named.value)
            at = _skip(text, named.end)
            if text[at : at + 1] != ":":
                raise _fault(text, at, "no colon")
            at = _skip(text, at + 1)
        node = _value(text, at, depth + 1)
        at = _skip(text, node.end)
        comma = -1
        if text[at : at + 1] == ",":
            comma, at = at, _skip(text, at + 1)
        children.append(Child(begins, key, node, comma))
    value: Json = [each.node.value for each in children]
    if is_object:
        value = {each.key: each.node.value for each in children}
    return Node(start, at + 1, value, tuple(children))


def _skip(text: str, at: int) -> int:
    found = _TRIVIA.match(text, at)
    return found.end() if found else at


def _fault(text: str, at: int, what: str) -> TomError:
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return TomError(f"it is not valid JSON: {what} at line {line}, column {column}; fix it first")
