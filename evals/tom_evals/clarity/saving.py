"""How many questions the memory saves, on people with planted beliefs."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from tom_swe import Action, Query, Settings, Tom, open_tom

STRANGER = "stranger"


class Person(NamedTuple):
    """What somebody said, which requests that answers, and which it leaves open."""

    name: str
    says: tuple[str, ...]
    answered: tuple[str, ...]
    open: tuple[str, ...]


class Asked(NamedTuple):
    """Whether a request was asked about, without memory and with it."""

    request: str
    answered: bool
    stranger: bool
    known: bool


class Saving(NamedTuple):
    """Of the questions that would be asked of a stranger: how many memory saves."""

    answerable: int
    saved: int
    unanswerable: int
    still_asked: int


def people() -> list[Person]:
    """The planted ones."""
    file = resources.files(__package__).joinpath("planted.toml")
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return [
        Person(p["name"], tuple(p["says"]), tuple(p["answered"]), tuple(p["open"]))
        for p in raw["person"]
    ]


def tried() -> list[Asked]:
    """Every request put to the whole of tom, for one it knows nothing of and for its person."""
    found: list[Asked] = []
    with tempfile.TemporaryDirectory() as home:
        tom = open_tom(Settings(home=Path(home)))
        for person in people():
            for said in person.says:
                tom.remember(person.name, said)
            found += [
                Asked(
                    request,
                    request in person.answered,
                    stranger=_asks(tom, STRANGER, request),
                    known=_asks(tom, person.name, request),
                )
                for request in (*person.answered, *person.open)
            ]
        tom.close()
    return found


def saving(found: Iterable[Asked]) -> Saving:
    """Counts what a stranger would be asked, and what of that the person is not."""
    would = [each for each in found if each.stranger]
    answerable = [each for each in would if each.answered]
    rest = [each for each in would if not each.answered]
    return Saving(
        answerable=len(answerable),
        saved=sum(not each.known for each in answerable),
        unanswerable=len(rest),
        still_asked=sum(each.known for each in rest),
    )


def _asks(tom: Tom, user: str, request: str) -> bool:
    return tom.consult(user, Query(text=request)).action is Action.ASK
