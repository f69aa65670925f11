"""Which of a profile's preferences an episode kept, by plain code and, for the rest, by a model.

Code checks a preference only where work can show both that it was kept and that it was broken:
one of which only the one could be seen would be right or wrong by its kind, not by the agent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Literal, NamedTuple

from tom_evals.common.bounded import bounded
from tom_evals.common.models import Language
from tom_evals.people import Exchange
from tom_evals.people.asking import questions
from tom_evals.people.person import Phase, phase
from tom_evals.people.words import count
from tom_evals.stateful_swe import command_checks as command
from tom_evals.stateful_swe import line_checks as line
from tom_evals.stateful_swe import python_checks as python
from tom_evals.stateful_swe.profile import Profile, catalogue
from tom_evals.stateful_swe.prompts import render
from tom_evals.stateful_swe.work import Work
from tom_swe.errors import ModelFault
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

# The agent's last words: at most so many for who wants to read little, and at least so many for
# who wants explanations. Chosen by hand, and far apart so that few answers lie between.
CONCISE_WORDS, VERBOSE_WORDS = 80, 120
_PATCH, _COMMANDS = 20_000, 6_000  # characters shown to the model

CHECKS: Mapping[str, Callable[[Work], bool | None]] = {
    "git01": command.branch_says_what,
    "git02": command.stays_in_branch,
    "git03": command.opens_no_request,
    "git04": command.pushes_apart,
    "git07": lambda work: work.from_develop,
    "git08": command.rebases,
    "git09": command.says_why,
    "qual01": line.tests_on_all_levels,
    "qual02": line.comes_with_tests,
    "qual05": line.mocks_nothing,
    "qual06": python.annotated,
    "qual07": command.lints,
    "qual08": command.keeps_hooks,
    "qual10": command.tests_in_containers,
    "qual12": line.has_new_test,
    "arch05": line.reads_environment,
    "arch06": python.declares_names,
    "arch11": line.migrates,
    "arch13": line.logs,
    "arch14": python.cleans_up,
    "arch16": python.awaits,
    "stack01": command.prefers({"pnpm", "poetry"}, {"npm", "yarn", "pip", "pip3", "uv"}),
    "stack03": command.prefers({"biome"}, {"eslint", "prettier"}),
    "stack07": line.imports("httpx", "requests|urllib3?|aiohttp"),
    "stack08": line.writes_markdown,
    "stack11": command.prefers({"pyright", "basedpyright"}, {"mypy"}),
    "stack12": line.tests_async,
    "doc04": python.documented,
    "doc09": line.keeps_changelog,
    "doc10": line.comments_little,
}


class Outcome(StrEnum):
    """What became of a preference."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_APPLICABLE = "not applicable"  # the work gave no occasion
    UNKNOWN = "unknown"  # nobody could tell


class By(StrEnum):
    """Who told what became of a preference."""

    CODE = "code"
    MODEL = "model"
    NOBODY = "nobody"


class Finding(NamedTuple):
    """What became of one preference. A model's verdict rests on a ``quote`` from the work."""

    preference: str
    outcome: Outcome
    by: By
    quote: str = ""


def checked(preference: str, work: Work) -> bool | None:
    """Whether the work kept to a preference; None where plain code cannot tell from it."""
    check = CHECKS.get(preference)
    return check(work) if check else None


def findings(
    profile: Profile,
    work: Work,
    exchanges: Sequence[Exchange],
    language: Language | None = None,
) -> tuple[Finding, ...]:
    """What became of each preference of a profile, the coding ones and then those on talking.

    Code goes first. A model, where there is one, judges what has no check at all; what has one
    that could not tell is unknown, so that one preference always has the same judge.
    """
    told = {each: checked(each, work) for each in profile.preferences}
    by_code = [_by_code(name, kept) for name, kept in told.items() if name in CHECKS]
    rest = [each for each in told if each not in CHECKS]
    by_model = judged(rest, work, language) if language and rest else tuple(map(_unknown, rest))
    talking = manner(profile, exchanges, work.words)
    return (*by_code, *by_model, *(_by_code(name, kept) for name, kept in talking.items()))


def _by_code(preference: str, kept: bool | None) -> Finding:
    if kept is None:
        return _unknown(preference)
    return Finding(preference, Outcome.KEPT if kept else Outcome.BROKEN, By.CODE)


def _unknown(preference: str) -> Finding:
    return Finding(preference, Outcome.UNKNOWN, By.NOBODY)


def manner(profile: Profile, exchanges: Iterable[Exchange], words: str) -> dict[str, bool | None]:
    """Whether the agent talked as the person likes it, by the ids of their preferences.

    Whoever asked nothing shows nothing of when or how many they ask, and whoever may be asked
    at any time cannot be asked wrongly. Without last words nothing is known of their length.
    """
    asked = [(found, each) for each in exchanges if (found := questions(each.said))]
    length = count(words)
    known: dict[str, bool | None] = {
        "i_ask_upfront": all(phase(each.events) is Phase.START for _, each in asked),
        "i_one_question": all(len(found) == 1 for found, _ in asked),
    }
    if not asked:
        known = dict.fromkeys(known)
    if length:
        known["i_concise"] = length <= CONCISE_WORDS
        known["i_detailed"] = length >= VERBOSE_WORDS
    return {each: known.get(each) for each in profile.manner}


class Judgement(Value):
    """A model's word on one preference; the quote is copied from the work."""

    preference: str
    verdict: Literal["kept", "broken", "not-applicable"]
    quote: str = ""


class Judgements(Value):
    """A model's word on each."""

    judgements: tuple[Judgement, ...]


_VERDICTS = {
    "kept": Outcome.KEPT,
    "broken": Outcome.BROKEN,
    "not-applicable": Outcome.NOT_APPLICABLE,
}


def judged(preferences: Collection[str], work: Work, language: Language) -> tuple[Finding, ...]:
    """What a model says became of each of the preferences, in their order.

    Unknown are those that it leaves out, that it calls kept or broken without a quote that is
    in the work, and all where it gives no usable answer.
    """
    shown = _shown(work)
    known = catalogue()
    asked = [{"preference": each, "statement": known[each].statement} for each in preferences]
    prompt = Prompt(
        system=render("adherence"),
        messages=(Message(role="user", text=f"{json.dumps(asked)}\n\n{shown}"),),
    )
    try:
        reply = language.ask(prompt, Judgements, most_tokens=150 * len(asked) + 200)
    except ModelFault:
        return tuple(map(_unknown, preferences))
    said = {each.preference: each for each in reply.judgements}
    return tuple(_by_model(each, said.get(each), shown) for each in preferences)


def _by_model(preference: str, said: Judgement | None, shown: str) -> Finding:
    if said is None:
        return _unknown(preference)
    outcome = _VERDICTS[said.verdict]
    quote = " ".join(said.quote.split())
    if outcome is not Outcome.NOT_APPLICABLE and (
        not quote or quote not in " ".join(shown.split())
    ):
        return _unknown(preference)
    return Finding(preference, outcome, By.MODEL, quote)


def _shown(work: Work) -> str:
    parts = {
        "branch": work.branch,
        "commits": "\n".join(work.messages),
        "commands": bounded("\n".join(work.commands), _COMMANDS),
        "patch": bounded(work.patch, _PATCH),
        "last words": work.words,
    }
    return "\n\n".join(f"<{name}>\n{text}\n</{name}>" for name, text in parts.items())
