"""Values that go to another process or machine and back, as JSON."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import TypeAdapter

from tom_evals.common.engine import Json


def carried[T](kind: type[T], name: str) -> tuple[Callable[[T], Json], Callable[[Json], T]]:
    """What makes JSON of a value of a kind, under a name, and a value of such JSON.

    The latter raises ValueError where the JSON holds no such value.
    """
    adapter = TypeAdapter(kind)

    def as_json(value: T) -> Json:
        return {name: adapter.dump_python(value, mode="json")}

    def of(json: Json) -> T:
        return adapter.validate_python(json[name])

    return as_json, of
