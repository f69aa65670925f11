"""Who decides whether to ask: the product's policy, a model, and the two that never think."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

import numpy as np

from tom_evals.ambig_swe.data import LEVELS, Issue
from tom_evals.clarity import data as recipe
from tom_evals.clarity import train
from tom_evals.common.harness.instance import repository
from tom_evals.common.models import Language
from tom_swe.advise.clarity.assess import (
    CLEAR,
    Scorers,
    assess,
    is_underspecified,
    open_choices,
    shipped,
)
from tom_swe.advise.clarity.wording import features
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

PROMPTS = "detection.toml"
HELD_OUT = "the product's policy, out of fold by repository"
HIDDEN = "the same, the marks of the machine hidden"
SHIPPED = "the product's policy as shipped: it has seen them"
NEVER, ALWAYS = "never", "always"

type Decide = Callable[[str, str], bool]
"""Whether one asks, given a text and a level of encouragement. Raises ModelFault."""


class Asker(NamedTuple):
    """Who decides, at the levels where that makes a difference or a draw of its own."""

    name: str
    decide: Decide
    levels: Sequence[str] = tuple(LEVELS)


def offline(issues: Sequence[Issue]) -> tuple[Asker, ...]:
    """Those that need no model. None of them heeds the level."""
    scorers = without_each(issues)
    return (
        Asker(NEVER, _never),
        Asker(ALWAYS, _always),
        Asker(HELD_OUT, held_out(issues, scorers)),
        Asker(HIDDEN, held_out(issues, scorers, hidden=True)),
        Asker(SHIPPED, _as_shipped),
    )


def _never(_text: str, _level: str) -> bool:
    return False


def _always(_text: str, _level: str) -> bool:
    return True


def _as_shipped(text: str, _level: str) -> bool:
    return is_underspecified(assess(text))


def by_model(language: Language) -> tuple[Asker, ...]:
    """A model's first step, at each level, and what it says when it is asked outright."""
    return (
        Asker(f"{language.name}, its first step", _first_step(language)),
        # No level is part of that question, so one draw answers it.
        Asker(f"{language.name}, asked for yes or no", _yes_or_no(language), ("neutral",)),
    )


# The product


def held_out(
    issues: Sequence[Issue], scorers: Mapping[str, Scorers], *, hidden: bool = False
) -> Decide:
    """The product's policy by the ``scorers`` `without_each` repository of ``issues``.

    The message scorer has seen none of these texts and is the shipped one. Only texts of
    ``issues`` can be decided on. Where the marks of the machine are ``hidden``, what is judged
    is `recipe.matched`: without markup, and as long as the other text of the issue.
    """
    judged: dict[str, tuple[str, Scorers]] = {}
    for issue in issues:
        pair = _pair(issue)
        shown = recipe.matched(pair) if hidden else recipe.raw(pair)
        judged[issue.full], judged[issue.summary] = (
            (text, scorers[pair.repository]) for text in shown
        )

    def decide(text: str, _level: str) -> bool:
        return _asks(*judged[text])

    return decide


def without_each(issues: Iterable[Issue]) -> Mapping[str, Scorers]:
    """The scorers that saw nothing of a repository, by its name."""
    requests = train.both_ways([_pair(issue) for issue in issues])
    groups = np.array([each.group for each in requests])
    seen = train.part(requests)
    return {
        group: shipped()._replace(
            report=train.scorer(train.report_weights(seen.at(groups != group)), 0.0)
        )
        for group in sorted(set(groups.tolist()))
    }


def _pair(issue: Issue) -> recipe.Issue:
    return recipe.Issue(repository(issue.instance), issue.full, issue.summary)


def _asks(text: str, scorers: Scorers) -> bool:
    """What the product does with an opening message, by these scorers instead of its own."""
    if not assess(text).is_request:
        return False
    score = round(scorers.of(text).clarity(features(text)), 2)
    return bool(open_choices(text)) or score < CLEAR


# A model


class FirstStep(Value):
    """What the model does first: a message to the user with its words, or the work it begins."""

    kind: Literal["message", "work"]
    words: str


class Classified(Value):
    """Whether the task leaves out what is needed."""

    underspecified: bool


@cache
def prompts() -> Mapping[str, Any]:
    """The texts that a model is asked with."""
    file = resources.files(__package__).joinpath(PROMPTS)
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _first_step(language: Language) -> Decide:
    def decide(text: str, level: str) -> bool:
        system = f"{prompts()['act']}{prompts()['encouragement'][level]}".strip()
        return language.ask(_prompt(system, text), FirstStep).kind == "message"

    return decide


def _yes_or_no(language: Language) -> Decide:
    def decide(text: str, _level: str) -> bool:
        system = prompts()["classify"].strip()
        return language.ask(_prompt(system, text), Classified).underspecified

    return decide


def _prompt(system: str, text: str) -> Prompt:
    return Prompt(system=system, messages=(Message(role="user", text=text),))
