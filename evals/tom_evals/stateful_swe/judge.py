"""How satisfied the user of an episode is: five scales, by a model or by a stand-in of rules.

The scales are TOM-SWE's (arXiv 2510.21903, section 4). Whoever gives no usable marks leaves an
`Unjudged` behind, which is counted and told, never left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, NamedTuple

from pydantic import Field

from tom_evals.common.bounded import bounded
from tom_evals.common.harness.instance import Instance
from tom_evals.common.harness.session import Ended, Episode
from tom_evals.common.models import Language
from tom_evals.people import Manner
from tom_evals.stateful_swe.adherence import Finding, Outcome
from tom_evals.stateful_swe.profile import Profile, described
from tom_evals.stateful_swe.prompts import render
from tom_swe.errors import ModelFault
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

RULES = "rules, not a judge"
# Characters shown to the model.
_ISSUE, _WORDS, _COMMANDS, _PATCH = 12_000, 1_500, 6_000, 16_000

type Mark = Annotated[int, Field(ge=1, le=5)]


class Marks(Value):
    """The five scales, each from 1 to 5."""

    overall: Mark
    communication: Mark
    approach: Mark
    efficiency: Mark
    alignment: Mark


class Satisfaction(NamedTuple):
    """Marks and who gave them: a model by its name, or `RULES`."""

    marks: Marks
    by: str


class Unjudged(NamedTuple):
    """No marks, and why."""

    reason: str
    by: str


def judge(
    profile: Profile, instance: Instance, episode: Episode, language: Language
) -> Satisfaction | Unjudged:
    """What a model says; unjudged where it gives no usable answer."""
    try:
        marks = language.ask(prompt(profile, instance, episode), Marks, most_tokens=300)
    except ModelFault as fault:
        return Unjudged(f"{type(fault).__name__}: {fault}", language.name)
    return Satisfaction(marks, language.name)


def prompt(profile: Profile, instance: Instance, episode: Episode) -> Prompt:
    """What the model is asked; of bounded size, whatever the episode's."""
    said = [
        {
            "agent": bounded(each.said, _WORDS),
            "user": bounded(each.answer, _WORDS),
            "after_events": each.events,
        }
        for each in episode.exchanges
    ]
    session = {
        "profile": described(profile),
        "issue": bounded(instance.issue, _ISSUE),
        "request": episode.opening,
        "said": said,
        "commands": bounded("\n".join(episode.commands), _COMMANDS),
        "patch": bounded(episode.patch, _PATCH),
        "ended": episode.ended,
    }
    return Prompt(
        system=render("satisfaction"),
        messages=(Message(role="user", text=json.dumps(session, ensure_ascii=False)),),
    )


def by_rules(episode: Episode, *, resolved: bool, found: Iterable[Finding] = ()) -> Satisfaction:
    """Marks by rules, to try the benchmark without a model; nobody's satisfaction.

    Each scale starts at 5 but for what it loses, and ends at 1:

    - communication: one for each refused question and each repeated one, all where the user left;
    - approach: three where the issue is not resolved, one more without a patch;
    - efficiency: one for each repeated question, each canned answer, and a cap on steps reached;
    - alignment: four times the share of told preferences that were broken; 3 where none was told;
    - overall: the mean of the others, at most 2 where the user left.
    """
    manners = [each.manner for each in episode.exchanges]
    refused = sum(each in (Manner.REFUSED, Manner.LEFT) for each in manners)
    said = [" ".join(each.said.split()).lower() for each in episode.exchanges if each.said.strip()]
    repeats = len(said) - len(set(said))
    left = episode.ended is Ended.LEFT
    outcomes = [each.outcome for each in found]
    kept, broken = outcomes.count(Outcome.KEPT), outcomes.count(Outcome.BROKEN)
    communication = 1 if left else _mark(5 - refused - repeats)
    approach = _mark(5 - 3 * (not resolved) - (not episode.patch.strip()))
    capped = manners.count(Manner.CAPPED) + (episode.ended is Ended.STEPS)
    efficiency = _mark(5 - repeats - capped)
    alignment = _mark(5 - 4 * broken / (kept + broken)) if kept + broken else 3
    mean = (communication + approach + efficiency + alignment) / 4
    marks = Marks(
        overall=min(_mark(mean), 2) if left else _mark(mean),
        communication=communication,
        approach=approach,
        efficiency=efficiency,
        alignment=alignment,
    )
    return Satisfaction(marks, RULES)


def _mark(value: float) -> int:
    return max(1, min(5, int(value + 0.5)))
