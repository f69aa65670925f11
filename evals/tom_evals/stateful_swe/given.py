"""What one session of a run takes, as JSON, so that it can go to another process or machine."""

from __future__ import annotations

from typing import NamedTuple

from tom_evals.common.carried import carried
from tom_evals.common.harness.instance import Instance
from tom_evals.stateful_swe.memories.memory import Arm
from tom_evals.stateful_swe.profile import Profile
from tom_evals.stateful_swe.scores import Row

RULES = "rules"
PLAIN_RULES = "plain-rules"  # the user by rules, their words as they were found
BY_RULES = (RULES, PLAIN_RULES)


class Given(NamedTuple):
    """One session: who, on what, with which memory, and who plays the rest.

    ``memory`` is the profile's folder of memories, ``repos`` the folder of clones. ``user`` and
    ``judge`` are a model's name, or ``rules``; ``user`` may be ``plain-rules``, too.
    ``image`` is the namespace of SWE-bench's images; empty, the session is in a plain checkout.
    No key is in it: keys are the environment's.
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


given_as_json, given_of = carried(Given, "given")
row_as_json, row_of = carried(Row, "row")
