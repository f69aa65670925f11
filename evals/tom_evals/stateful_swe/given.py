"""What one session of a run takes, as JSON, so that it can go to another process or machine."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import TypeAdapter

from tom_evals.harness.engine import Json
from tom_evals.harness.instance import Instance
from tom_evals.stateful_swe.memories.memory import Arm
from tom_evals.stateful_swe.profile import Profile
from tom_evals.stateful_swe.scores import Row

RULES = "rules"


class Given(NamedTuple):
    """One session: who, on what, with which memory, and who plays the rest.

    ``memory`` is the profile's folder of memories, ``repos`` the folder of clones. ``user`` and
    ``judge`` are a model's name, or ``rules``. ``image`` is the namespace of SWE-bench's images;
    empty, the session is in a plain checkout. No key is in it: keys are the environment's.
    """

    arm: Arm
    profile: Profile
    instance: Instance
    request: str
    memory: str
    repos: str
    model: str
    base_url: str = ""
    user: str = RULES
    judge: str = RULES
    image: str = ""
    dataset: str = ""
    steps: int = 100
    budget: float = 1.0


_GIVEN = TypeAdapter(Given)
_ROW = TypeAdapter(Row)


def given_as_json(given: Given) -> Json:
    """The session as JSON."""
    return {"given": _GIVEN.dump_python(given, mode="json")}


def given_of(json: Json) -> Given:
    """The session that JSON holds."""
    return _GIVEN.validate_python(json["given"])


def row_as_json(row: Row) -> Json:
    """The row as JSON."""
    return {"row": _ROW.dump_python(row, mode="json")}


def row_of(json: Json) -> Row:
    """The row that JSON holds."""
    return _ROW.validate_python(json["row"])
