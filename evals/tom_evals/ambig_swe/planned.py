"""What a run would do, take and cost, before anything is spent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tom_evals.ambig_swe.given import BY_QUOTES, Agent
from tom_evals.ambig_swe.proxy import held_of, prompt
from tom_evals.ambig_swe.resolve import Place, Plan
from tom_evals.ambig_swe.settings import TERMS, Task
from tom_evals.common.engine import Engine
from tom_evals.common.harness.container import image_of
from tom_evals.common.harness.isolated import SECONDS
from tom_evals.common.harness.workspace import clone, cloning
from tom_swe.text import count_tokens

# A session of Claude Sonnet 4 with at most 100 steps, USD (arXiv 2510.21903).
AGENT_COST = 1.08
# A guess, for want of a published figure; a session is ended after SECONDS.
MINUTES = 15
ANSWER_TOKENS = 150  # a few sentences


def outline(plan: Plan, place: Place, engine: Engine, at_once: int) -> str:
    """Each part, what it takes, and what has to be there first; as text."""
    return "\n".join(_lines(plan, place, engine, at_once))


def _lines(plan: Plan, place: Place, engine: Engine, at_once: int) -> Iterator[str]:
    sessions = len(plan.sessions)
    yield f"{sessions} sessions: {len(plan.tasks)} instances, each in {len(plan.settings)} settings"
    yield f"  ({', '.join(plan.settings)}) by {len(plan.agents)} agents ({', '.join(plan.agents)})"
    yield ""
    yield f"Sessions on {engine.value}, {at_once} at once, each in a process of its own:"
    yield f"  agent: OpenHands with {plan.model}: at most {plan.steps} calls a session,"
    yield f"    {sessions * plan.steps:,} in all"
    if Agent.TOM in plan.agents:
        yield "  tom: its embedded policy on this machine; no calls"
    yield from _proxy(plan)
    yield from _places(plan, place)
    yield ""
    yield "Estimates:"
    yield (
        f"  the agent: {sessions} x {AGENT_COST} = {sessions * AGENT_COST:,.0f} USD, at the "
        "published cost of Claude Sonnet 4"
    )
    tokens_in, tokens_out = proxy_tokens(plan)
    if tokens_in:
        yield (
            f"  the reporter: at most about {tokens_in / 1e6:,.2f} M tokens in and "
            f"{tokens_out / 1e6:,.2f} M out, and {plan.budget:g} USD a session"
        )
    hours = sessions / at_once / 60
    yield (
        f"  time: about {hours * MINUTES:,.1f} h at {MINUTES} minutes a session, "
        f"never more than {hours * SECONDS / 60:,.0f} h"
    )
    yield ""
    yield (
        f"Nothing was run. Results are saved in {place.work}; an interrupted run continues "
        "from there."
    )


def _proxy(plan: Plan) -> Iterator[str]:
    answers = max(TERMS[each].answers for each in plan.settings)
    if not answers:
        return
    knows = "with" if plan.files else "without"
    who = "quotes of the issue, without a model" if plan.user in BY_QUOTES else plan.user
    yield f"  reporter: {who}; {knows} the reference's files"
    yield f"    at most {answers} answers a session, {_asked(plan):,} in all"


def _asked(plan: Plan) -> int:
    """How many answers there are at most."""
    return sum(TERMS[setting].answers for _, setting, _ in plan.sessions)


def proxy_tokens(plan: Plan) -> tuple[int, int]:
    """About the most tokens that the reporter's model is given and says; 0 without a model.

    Each call has all that the reporter holds; what was said before adds some to it.
    """
    if plan.user in BY_QUOTES:
        return 0, 0
    repeats = len(plan.agents) * sum(TERMS[each].answers for each in plan.settings)
    return repeats * sum(_held(plan.tasks, plan.files)), _asked(plan) * ANSWER_TOKENS


def _held(tasks: Iterable[Task], files: bool) -> Iterator[int]:
    for task in tasks:
        yield count_tokens(prompt(held_of(task, files=files), "", ()).system)


def _places(plan: Plan, place: Place) -> Iterator[str]:
    if plan.image:
        images = sorted({image_of(task.instance, plan.image) for task in plan.tasks})
        yield f"  place: {len(images)} of SWE-bench's images, pulled when needed:"
        yield f"    docker pull {images[0]}"
        yield "  judge: python -m swebench.harness.run_evaluation"
        return
    yield "  place: checkouts of clones; judge: each row's tests"
    for repo in sorted({task.instance.repo for task in plan.tasks}):
        at = clone(place.repos, repo)
        there = "there" if at.is_dir() else cloning(at, repo)
        yield f"    {repo}: {there}"
