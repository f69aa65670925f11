"""Rules on what has to run before something else."""

from __future__ import annotations

import re

from tom_swe.checks.commands import command_pattern, near
from tom_swe.checks.rule import ASK_FIRST, RuleText, Why, listed
from tom_swe.checks.vocabulary import Mention, vocabulary
from tom_swe.model.checks import Compiled

_BEFORE = re.compile(r"\bbefore\b|\bprior to\b|\bahead of\b", re.IGNORECASE)
_DONE = re.compile(
    r"\b(?:done|finish\w*|complet\w*|stop\w*|report\w*|hand\w* (?:it |over|back)|deliver\w*|"
    r"(?:after|on|for|following) (?:\w+ ){0,2}(?:code |file )?(?:chang|edit|modif)\w*|"
    r"(?:after|on) (?:every|each|any|all) \w+|end of)\b",
    re.IGNORECASE,
)
_RUNS = re.compile(
    r"\b(?:run|runs|running|pass\w*|execut\w*|lint|type-?check|build|make sure|ensure|check)\b|`",
    re.IGNORECASE,
)
# Who writes a test before the code runs none.
_WRITES = re.compile(
    r"\b(?:writ|add|creat|implement|design|updat|show|explain)\w*\b", re.IGNORECASE
)


def order(rule: RuleText) -> Compiled | Why | None:
    """The check of a rule on what has to run first; None if it is about no order."""
    text = rule.statement
    before = _BEFORE.search(text)
    if ASK_FIRST.search(text):
        return None
    if before is None:
        return _at_the_end(rule)
    at, end = before.span()
    if not text[:at].strip(" ,"):
        comma = text.find(",", end)
        if comma < 0:
            return None
        then_span, first_span = (end, comma), (comma, len(text))
    else:
        first_span, then_span = (0, at), (end, len(text))
    first, first_label = _in(rule, *first_span, only_first=True)
    if not first or not _is_run(text[slice(*first_span)]):
        return None
    then, then_label = _in(rule, *then_span)
    if then:
        return _made(
            first, first_label, then, f"{then_label} where {first_label} did not run before"
        )
    if _DONE.search(text[slice(*then_span)]):
        return _made(first, first_label, [], f"work that ends before {first_label} ran")
    return Why("what comes after does not show in a command")


def _at_the_end(rule: RuleText) -> Compiled | None:
    if rule.against or not _DONE.search(rule.statement) or not _is_run(rule.statement):
        return None
    first, label = _in(rule, 0, len(rule.statement), only_first=True)
    if not first:
        return None
    return _made(first, label, [], f"work that ends before {label} ran")


def _is_run(text: str) -> bool:
    """Whether something in a text is to be run, and not to be written."""
    return _RUNS.search(text) is not None and _WRITES.search(text) is None


def _in(rule: RuleText, start: int, end: int, *, only_first: bool = False) -> tuple[list[str], str]:
    """The patterns of what is run in a part of a rule, and what to call it."""
    found: list[Mention] = [
        each for each in rule.of("action") if start <= each.start < end and not each.negated
    ]
    if only_first:
        found = [each for each in found if each.entry.given.get("first")]
    runs = [pattern for each in found for pattern in each.entry.texts("runs")]
    labels = [each.entry.label for each in found]
    for piece, at, _ in rule.ticked:
        if start <= at < end and (pattern := command_pattern(piece)):
            runs.append(pattern)
            labels.append(f"`{piece}`")
    return runs, listed(labels, "and")


def _made(first: list[str], label: str, then: list[str], says: str) -> Compiled:
    # What ran before says nothing of code that is written afterwards.
    code = next(each for each in vocabulary().entries if each.id == "code")
    spec = {"kind": "order", "first": first, "runs": then, "label": label}
    spec |= {"unsettled_by": code.texts("ends")}
    if then:
        spec |= {"of": ["command"], "near": near(then)}
    else:
        spec |= {"of": ["reply"]}
    return Compiled(spec=spec, says=says)
