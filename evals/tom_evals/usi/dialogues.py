"""Our own simulated users in dialogues that need no agent: its messages are a script.

Issues and questions are real (Ambig-SWE's release: SWE-bench Verified's issues, and what two
models asked about vague summaries of them); what an agent says between its questions is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import cycle
from pathlib import Path
from random import Random
from typing import NamedTuple

from tom_evals.ambig_swe.data import Issue, release
from tom_evals.ambig_swe.data import Missing as NoRelease
from tom_evals.ambig_swe.data import Unreadable as BadRelease
from tom_evals.ambig_swe.proxy import held_of, user_of
from tom_evals.ambig_swe.quoting import Quoting
from tom_evals.ambig_swe.settings import TERMS, Setting, Task
from tom_evals.common.harness.instance import Instance
from tom_evals.people import Person, Said, User
from tom_evals.people.speech import Wording
from tom_evals.stateful_swe.profile import Profile, profiles
from tom_evals.stateful_swe.user import Character
from tom_evals.stateful_swe.user_by_rules import rule_user
from tom_evals.stateful_swe.vague import by_rules
from tom_evals.userville.preferences import PREFERENCES
from tom_evals.userville.simulator import by_rules as userville_user
from tom_evals.userville.task import of_issue
from tom_evals.usi.transcripts import Missing, Unreadable
from tom_swe.ports import Embedder

SEED = 20261128
LONGEST, FEW = 1000, 30  # characters of an issue; issues
TIMES = 3
PACE = 6  # events between two of the agent's messages


class Simulator(StrEnum):
    """Whose users they are, all of them without a model."""

    STATEFUL = "Stateful SWE"
    AMBIG = "Ambig-SWE"
    USERVILLE = "UserVille"


MOST: Mapping[Simulator, int] = {
    Simulator.STATEFUL: 8,
    Simulator.AMBIG: 1 + TERMS[Setting.INTERACTION].answers,
    Simulator.USERVILLE: 4,
}
"""Turns of the user, the request among them; Ambig-SWE's answers three messages, UserVille's four
questions.
"""


class Matter(NamedTuple):
    """An issue, and a real agent's message that asks about it."""

    issue: Issue
    question: str


def matters(data: Path) -> tuple[Matter, ...]:
    """The issues that were asked about, by turns by each model, in an order drawn once.

    Raises `Missing` or `Unreadable`.
    """
    try:
        found = release(data)
    except BadRelease as error:
        kind = Missing if isinstance(error, NoRelease) else Unreadable
        raise kind(str(error)) from error
    asked = [
        {talk.instance: talk.pairs[0].question for talk in talks if talk.pairs}
        for talks in found.talks.values()
    ]
    usable = [each for each in found.issues if all(each.instance in one for one in asked)]
    if not usable:
        raise Unreadable(f"no issue of {data / 'ambig-swe'} has questions of every model")
    Random(SEED).shuffle(usable)
    return tuple(
        Matter(each, by[each.instance]) for each, by in zip(usable, cycle(asked), strict=False)
    )


def chosen(simulator: Simulator, about: Sequence[Matter]) -> Sequence[Matter]:
    """What a simulator's dialogues are about: all of it, or of Ambig-SWE's some short issues.

    Its reporter embeds every sentence, which takes time. Short is one of four: `LONGEST`
    characters of issue and hints at most.
    """
    if simulator is not Simulator.AMBIG:
        return about
    short = [m for m in about if len(m.issue.full) + len(m.issue.hints) <= LONGEST]
    return short[:FEW]


def lengths_for(simulator: Simulator, lengths: Sequence[int], about: Sequence[Matter]) -> list[int]:
    """How many turns each dialogue has, as the developers' sessions do.

    Each length `TIMES` times, or of Ambig-SWE's few issues one dialogue each, their lengths
    evenly from the shortest to the longest: two dialogues on one issue would begin alike.
    """
    if simulator is not Simulator.AMBIG:
        return [*lengths] * TIMES
    kept = min(len(lengths), len(about))
    return [sorted(lengths)[number * len(lengths) // kept] for number in range(kept)]


def script(question: str) -> tuple[str, ...]:
    """What an agent says in turn: questions, and where it is, one after the other.

    The same is asked at the beginning and at the end.
    """
    return (
        question,
        "I have read the code around it and begin with the change.",
        "Which file should be changed?",
        "The change is made, and the tests that were there pass.",
        "Should I write tests for this?",
        "I have looked at it once more and made it simpler.",
        question,
    )


def asked(question: str) -> tuple[str, ...]:
    """The questions alone, for a person whom an agent only turns to in order to ask."""
    return (question, "Which file should be changed?", question)


def played(user: User, messages: Sequence[str]) -> tuple[str, ...]:
    """What the user says: the request, and an answer to each message until they leave."""
    return tuple(_played(user, messages))


def _played(user: User, messages: Sequence[str]) -> Iterator[str]:
    yield user.opening()
    for number, message in enumerate(messages, 1):
        answer = user.answer(Said(message, number * PACE))
        yield answer.text
        if answer.over:
            return


def simulated(
    which: Simulator,
    wording: Wording,
    about: Sequence[Matter],
    lengths: Sequence[int],
    embedder: Embedder,
) -> list[tuple[str, ...]]:
    """The users' turns of one dialogue for each length, which is cut where the simulator ends."""
    said = asked if which is Simulator.USERVILLE else script
    found: list[tuple[str, ...]] = []
    for number, length in enumerate(lengths):
        matter = about[number % len(about)]
        user = person(which, matter, number, wording, embedder)
        found.append(played(user, said(matter.question)[: min(length, MOST[which]) - 1]))
    return found


def person(
    which: Simulator, matter: Matter, number: int, wording: Wording, embedder: Embedder
) -> Person:
    """A simulator's user on a matter; by turns of each kind, where there are kinds."""
    match which:
        case Simulator.STATEFUL:
            return _stateful(matter, profiles()[number % len(profiles())], wording)
        case Simulator.AMBIG:
            return _ambig(matter, wording, embedder)
        case Simulator.USERVILLE:
            wanted, task = PREFERENCES[number % len(PREFERENCES)], of_issue(matter.issue)
            return userville_user(task, wanted, task.vague, wording)


def _instance(issue: Issue) -> Instance:
    patch = "".join(f"--- a/{each}\n+++ b/{each}\n" for each in issue.files)
    return Instance(issue.instance, "", "", issue=issue.full, hints=issue.hints, patch=patch)


def _stateful(matter: Matter, profile: Profile, wording: Wording) -> Person:
    instance = _instance(matter.issue)
    request = by_rules(instance, profile).text
    character = Character(profile, request, instance.issue, instance.hints, instance.files)
    return rule_user(character, wording=wording)


def _ambig(matter: Matter, wording: Wording, embedder: Embedder) -> Person:
    task = Task(_instance(matter.issue), matter.issue.summary)
    return user_of(Setting.INTERACTION, task, Quoting(held_of(task), embedder), wording)
