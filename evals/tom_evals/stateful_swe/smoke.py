"""The whole benchmark, small, without a model: ``python -m tom_evals stateful-swe --smoke``.

Agent, git, tests, memories and judge of success are real; the agent's model is played by rules
(see `tom_evals.common.harness.played`) and so is the user. Its figures show what reaches an agent
through each memory, and that all parts work together; they say nothing of any model.
"""

from __future__ import annotations

import re

from tom_evals.common.engine import Engine
from tom_evals.common.harness.played import FOLLOWED, agent
from tom_evals.common.harness.running import Tell
from tom_evals.common.harness.toys import built
from tom_evals.stateful_swe.memories.memory import Arm
from tom_evals.stateful_swe.profile import profiles
from tom_evals.stateful_swe.runner import Place, Plan, crossed, run
from tom_evals.stateful_swe.scores import Row
from tom_evals.stateful_swe.understanding import Understanding
from tom_evals.stateful_swe.washing import written_utterances
from tom_swe.testing import ScriptedModel
from tom_swe.text import count_tokens

PEOPLE, TOYS, TOKENS = 3, 2, 100_000
# What is another at every run: the session's folder, ids, times that tests took.
_CHANCE = re.compile(
    r"call\d+|tom-session-\w+|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4,12}){4}|\d+\.\d+s"
)
ARMS = (Arm.NONE, Arm.FILE, Arm.RETRIEVAL, Arm.PROFILE, Arm.TOM, Arm.ORACLE)


def smoke(
    place: Place,
    *,
    people: int = PEOPLE,
    toys: int = TOYS,
    tokens: int = TOKENS,
    arms: tuple[Arm, ...] = ARMS,
    on: Engine = Engine.LOCAL,
    at_once: int = 2,
    again: bool = False,
    tell: Tell = lambda _: None,
) -> list[Row]:
    """The rows of so many people with each toy and each arm."""
    pairs = crossed(profiles(people, pool=FOLLOWED), built(place.repos)[:toys])
    understanding = Understanding(written_utterances(place.data))
    played = agent(understanding.understood)
    with ScriptedModel(answer=played, count=_count) as model:
        plan = Plan(pairs, arms, "openai/played", served_at=model.base_url, tokens=tokens)
        return run(plan, place, on=on, at_once=at_once, again=again, tell=tell)


def _count(text: str) -> int:
    """Tokens, the same at every run."""
    return count_tokens(_CHANCE.sub("", text))
