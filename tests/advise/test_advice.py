"""Whole answers, each read: what an agent hears about a request, by a person's memory."""

import os
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tom_swe.mind.tom import Tom
from tom_swe.model.advice import Query
from tom_swe.testing import START, session_of

type MakeTom = Callable[..., Tom]

HERE = Path(__file__).parent
PEOPLE: list[dict[str, Any]] = tomllib.loads((HERE / "advice.toml").read_text())["person"]
GOLDEN = HERE / "advice.txt"
REPOSITORY = "acme/shop"


def advice(tom: Tom, person: dict[str, Any]) -> str:
    """Every request of a person with the answer to it."""
    name = str(person["name"])
    for number, said in enumerate(person["says"]):
        at = START + timedelta(days=number)
        session = session_of(said, host_id=f"{name} {number}", repository=REPOSITORY, started=at)
        tom.add_session(name, session)
    assert tom.learn(name).failed == ()
    for told in person.get("remembers", ()):
        tom.remember(name, told)
    lines = [f"===== {name}"]
    for request in person["requests"]:
        found = tom.consult(name, Query(text=request, repository=REPOSITORY))
        lines += ["", f"> {request}", found.text]
    return "\n".join(lines)


def test_every_answer_is_the_one_that_was_read(make_tom: MakeTom) -> None:
    """What changes an answer changes this file, where it is read before it is kept."""
    tom = make_tom()
    found = "\n\n".join(advice(tom, person) for person in PEOPLE) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("person", PEOPLE, ids=lambda each: str(each["name"]))
def test_no_figure_stands_beside_advice(person: dict[str, Any], make_tom: MakeTom) -> None:
    """Neither a confidence nor the inside of a scorer is part of what is said."""
    text = advice(make_tom(), person).lower()
    assert not any(word in text for word in ("confidence", "clarity", "0.", "worth a question"))
