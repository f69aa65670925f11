"""A confirmed rule as a check, or why it cannot be one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from tom_swe.checks import commands, named, order, texts
from tom_swe.checks.rule import RuleText, Why, read
from tom_swe.model.belief import Belief, Kind, Polarity, Reach, Status
from tom_swe.model.checks import Compiled

# What is said so will be otherwise some day.
_FOR_A_WHILE = re.compile(
    r"\b(?:for now|for the moment|eventually|temporarily|this time|later on)\b", re.IGNORECASE
)


def compiled(belief: Belief) -> Compiled | Why:
    """The check of a belief, or why there is none."""
    if belief.kind in {Kind.HABIT, Kind.EXPERTISE, Kind.GOAL}:
        return Why("it says how you are, not what is to be done")
    if belief.scope.reach is Reach.TASK:
        return Why("it holds for one task only")
    language = belief.scope.name if belief.scope.reach is Reach.LANGUAGE else ""
    return _compiled(belief.statement, belief.dimension, belief.polarity, language)


@lru_cache(maxsize=4096)
def _compiled(statement: str, dimension: str, polarity: Polarity, language: str) -> Compiled | Why:
    rule = read(statement, dimension, polarity)
    return compiled_rule(rule.in_language(language) if language else rule)


def compiled_among(beliefs: Iterable[Belief]) -> dict[int, tuple[Compiled, str]]:
    """The checks of those that are confirmed, by their ids, each with the quote to show."""
    found: dict[int, tuple[Compiled, str]] = {}
    for each in beliefs:
        if each.status is Status.CONFIRMED and isinstance(made := compiled(each), Compiled):
            found[each.id] = made, next(iter(each.quotes), "")
    return found


def compiled_rule(rule: RuleText) -> Compiled | Why:
    """The check of a rule that was read, or why there is none."""
    if _FOR_A_WHILE.search(rule.statement):
        return Why("it does not say that it holds for good")
    if rule.is_conditional:
        return Why("it holds only in cases that do not show")
    reasons: list[str] = []
    for way in (order.order, commands.forbidden, named.name, texts.limits, texts.texts):
        found = way(rule)
        if isinstance(found, Compiled):
            return found
        if found is not None:
            reasons.append(str(found))
    return Why(reasons[0] if reasons else "nothing in it shows in a command, a file or a reply")
