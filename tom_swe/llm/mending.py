"""A reply that is a little off, taken as far as it is right. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, NamedTuple, cast

from pydantic import BaseModel, ValidationError

# What is dropped may leave its surroundings without what they need, a level further out each time.
MOST_ROUNDS = 6


class Target(NamedTuple):
    """A place in an object or a list."""

    container: Any
    key: str | int


def mended[Reply: BaseModel](found: dict[str, Any], reply: type[Reply]) -> Reply:
    """The object in form, without what does not fit. Raises ValidationError: the first of them.

    A key that the form does not know goes, and so does a value that it does not allow, in whose
    place the form's own default stands. Where there is none, the item of the list goes that it
    stood in, and no other; where it stood in no list, nothing is left to be taken. An object
    that holds nothing but one other object is that one.
    """
    first: ValidationError | None = None
    data = deepcopy(_unwrapped(found, reply))
    for _ in range(MOST_ROUNDS):
        try:
            return reply.model_validate(data)
        except ValidationError as error:
            first = first or error
            targets = [_target(data, fault["loc"]) for fault in error.errors(include_url=False)]
            if None in targets:
                break
            _drop([each for each in targets if each is not None])
    assert first is not None
    raise first


def _unwrapped(found: dict[str, Any], reply: type[BaseModel]) -> dict[str, Any]:
    inner = next(iter(found.values()), None)
    known = reply.model_fields.keys() & found.keys()
    if len(found) == 1 and not known and isinstance(inner, dict):
        return cast("dict[str, Any]", inner)
    return found


def _target(data: object, place: Sequence[str | int]) -> Target | None:
    """Where to drop what does not fit at a place: the value, else the item of a list around it."""
    value: Target | None = None
    item: Target | None = None
    here: Any = data
    for part in place:
        # A union puts names of its members between the parts.
        if isinstance(here, dict) and part in here:
            value = Target(cast("Any", here), part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(cast("Any", here)):
            value = item = Target(cast("Any", here), part)
        else:
            continue
        here = value.container[part]
    is_there = value is not None and value.key == place[-1]
    return value if is_there else item


def _drop(targets: Sequence[Target]) -> None:
    """Drops each once, from behind, so that no place moves before its turn."""
    once = {(id(each.container), each.key): each for each in targets}
    places = sorted(once.values(), key=lambda each: each.key if isinstance(each.key, int) else 0)
    for each in reversed(places):
        del each.container[each.key]
