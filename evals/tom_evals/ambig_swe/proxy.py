"""Who is on the agent's other side: nobody, or a proxy of the reporter that knows the rest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from tom_evals.ambig_swe.prompts import render
from tom_evals.ambig_swe.settings import TERMS, Setting, Task, opening
from tom_evals.common.models import Language
from tom_evals.people import (
    Asked,
    Behaviour,
    Exchange,
    Finder,
    Found,
    Manner,
    Person,
    Traits,
    Unasked,
)
from tom_evals.people.speech import Wording
from tom_evals.people.words import blocks
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

CONTINUE = "Please continue with what you have; there is nobody to answer you now."
NO_INFORMATION = "I don't have that information."
BEHAVIOUR = Behaviour(
    answers=0,  # a setting says how many
    last_words=Found(CONTINUE, Manner.CONTINUE),
    unknown=NO_INFORMATION,
    unasked=Unasked.ANSWER_OR_GO_ON,
)
_MOST_TOKENS = 600


class Held(NamedTuple):
    """All that a proxy knows. ``files`` are those of the reference patch: oracle knowledge."""

    issue: str
    hints: str = ""
    files: tuple[str, ...] = ()

    @property
    def known(self) -> str:
        """The issue and the hints."""
        return f"{self.issue}\n\n{self.hints}"


def held_of(task: Task, *, files: bool = True) -> Held:
    """What the proxy of a task knows; with ``files`` false not the reference's files."""
    instance = task.instance
    return Held(instance.issue, instance.hints, instance.files if files else ())


def proxy(
    request: str, held: Held, finder: Finder, answers: int, wording: Wording = Wording.PLAIN
) -> Person:
    """A reporter who answers from what they hold, so many messages and no more.

    Each message of the agent that does not end the session takes one answer, whatever is in it,
    as in the paper. Where the finder finds nothing the answer is always the same sentence; with
    another wording than the plain one it is a sentence that depends on whether something was
    asked, and not on what.
    """
    traits = Traits(seed=f"wording/{held.issue}", verbatim=tuple(blocks(held.known)))
    return Person(request, finder, BEHAVIOUR._replace(answers=answers), traits, wording)


def user_of(
    setting: Setting, task: Task, finder: Finder, wording: Wording = Wording.PLAIN
) -> Person:
    """The user of a setting; in those without answers every message is told to go on."""
    return proxy(opening(setting, task), held_of(task), finder, TERMS[setting].answers, wording)


class Reply(Value):
    """What a model has the reporter say."""

    knows: bool
    text: str = ""


class ByModel:
    """A `Finder` that is a language model."""

    def __init__(self, held: Held, language: Language) -> None:
        self._held = held
        self._language = language

    def find(self, asked: Asked) -> Found:
        """The model's words. Raises ModelFault."""
        told = prompt(self._held, asked.message, asked.before)
        reply = self._language.ask(told, Reply, most_tokens=_MOST_TOKENS)
        return Found(reply.text.strip() if reply.knows else "")


def prompt(held: Held, message: str, before: Sequence[Exchange]) -> Prompt:
    """What the model is asked: what the reporter holds, then what was said.

    Where no files are held nothing in it is about files.
    """
    known = {name: value for name, value in held._asdict().items() if value}
    now = {
        "before": [{"agent": each.said, "you": each.answer} for each in before],
        "agent": message,
    }
    system = render("proxy", held=json.dumps(known), knows_files=bool(held.files))
    return Prompt(system=system, messages=(Message(role="user", text=json.dumps(now)),))
