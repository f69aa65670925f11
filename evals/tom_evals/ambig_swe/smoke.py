"""The settings on small repositories, without a model: ``python -m tom_evals ambig-swe --smoke``.

Agent, git, tests, tom and judge of success are real; the agent's model is played by rules (see
`tom_evals.common.harness.played`) and its user quotes the issue. The agent can resolve an issue
only when it knows a detail that the summary leaves out, so the figures show what reaches it in
each setting, and that all parts work together; they say nothing of any model.
"""

from __future__ import annotations

from tom_evals.ambig_swe.given import Agent, Row
from tom_evals.ambig_swe.resolve import Place, Plan, run
from tom_evals.ambig_swe.settings import Setting, Task
from tom_evals.common.engine import Engine
from tom_evals.common.harness.played import agent
from tom_evals.common.harness.running import Tell
from tom_evals.common.harness.toys import built, toys
from tom_swe.testing import ScriptedModel
from tom_swe.text import count_tokens

TOYS = 2


def smoke(
    place: Place,
    *,
    many: int = TOYS,
    settings: tuple[Setting, ...] = tuple(Setting),
    agents: tuple[Agent, ...] = tuple(Agent),
    on: Engine = Engine.LOCAL,
    at_once: int = 2,
    again: bool = False,
    tell: Tell = lambda _: None,
) -> list[Row]:
    """The rows of so many toys in each setting."""
    vague = {toy.id: toy.vague for toy in toys()}
    tasks = tuple(Task(each, vague[each.id]) for each in built(place.repos)[:many])
    with ScriptedModel(answer=agent(), count=count_tokens) as model:
        plan = Plan(tasks, "openai/played", settings, agents, served_at=model.base_url)
        return run(plan, place, on=on, at_once=at_once, again=again, tell=tell)
