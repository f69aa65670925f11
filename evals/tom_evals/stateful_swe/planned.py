"""What a run would do, take and cost, before anything is spent."""

from __future__ import annotations

from tom_evals.common.engine import Engine
from tom_evals.common.harness.container import image_of
from tom_evals.common.harness.workspace import clone, cloning
from tom_evals.stateful_swe.given import BY_RULES
from tom_evals.stateful_swe.memories.memory import Arm
from tom_evals.stateful_swe.runner import Place, Plan

# As published for Claude Sonnet 4 (arXiv 2510.21903): a session of the agent, and of tom beside it.
AGENT_COST, TOM_COST = 1.08, 0.17
MINUTES = 15
# Of one call of the user or the judge: the profile, the issue, the session so far.
CALL_TOKENS = 6_000
CALLS = 5  # of the user in a session, at most about


def outline(plan: Plan, place: Place, engine: Engine, at_once: int) -> str:
    """Each part, what it takes, and what has to be there first; as text."""
    profiles, pairs, arms = len(plan.profiles), len(plan.pairs), len(plan.arms)
    sessions = pairs * arms
    images = sorted({image_of(i, plan.image) for _, i in plan.pairs}) if plan.image else []
    repos = sorted({i.repo for _, i in plan.pairs})
    lines = [
        f"{sessions} sessions: {pairs} instances, each with one of {profiles} people, {arms} arms:",
        f"  {', '.join(arm.value for arm in plan.arms)}",
        "",
        "Made once, before the sessions:",
        f"  {profiles} histories of {plan.tokens:,} tokens, washed by {_by(plan.writer)}",
        f"    from {place.data} into {place.work}/histories",
        f"  {profiles} memories of each arm, into {place.work}/memories",
        f"  {pairs} vague requests, by {_by(plan.writer)}",
        "",
        f"Sessions on {engine.value}, {at_once} at once:",
        f"  agent: OpenHands with {plan.model}, at most {plan.steps} steps",
        f"  user: {_by(plan.user)}; judge of satisfaction: {_by(plan.judge)}",
    ]
    if images:
        lines += [
            f"  place: {len(images)} of SWE-bench's images, about 2 GB each, pulled when needed:",
            f"    docker pull {images[0]}",
            "  judge of success: python -m swebench.harness.run_evaluation",
        ]
    else:
        lines.append("  place: checkouts of clones, judged by each row's tests")
        for repo in repos:
            at = clone(place.repos, repo)
            there = "there" if at.is_dir() else cloning(at, repo)
            lines.append(f"    {repo}: {there}")
    tom = sum(arm is Arm.TOM_MODEL for arm in plan.arms) * pairs
    hours = sessions * MINUTES / 60 / at_once
    lines += [
        "",
        "Estimates, at the published costs of Claude Sonnet 4:",
        f"  the agent: {sessions} x {AGENT_COST} = {sessions * AGENT_COST:,.0f} USD",
        f"  tom's model: {tom} x {TOM_COST} = {tom * TOM_COST:,.0f} USD, plus the cost of learning",
    ]
    user, judge = plan.user not in BY_RULES, plan.judge not in BY_RULES
    if user or judge:
        played = user * CALLS + judge * 2
        lines.append(
            f"  user and judge: about {sessions * played * CALL_TOKENS / 1e6:,.1f} M tokens, "
            f"at most {plan.budget:g} USD a session"
        )
    lines += [
        f"  time: about {hours:,.0f} h at {MINUTES} minutes a session",
        "",
        (
            f"Nothing was run. Results are saved in {place.work}; an interrupted run continues "
            "from there."
        ),
    ]
    return "\n".join(lines)


def _by(name: str) -> str:
    return "rules, without a model" if name in BY_RULES else name
