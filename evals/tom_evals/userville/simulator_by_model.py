"""The person as a language model plays them: it answers, says what that gave away, and judges."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from tom_evals.common.models import Language
from tom_evals.people import Asked, Exchange, Found, Level, Person
from tom_evals.people.speech import Wording
from tom_evals.userville.preferences import Answering, Judged, Preference
from tom_evals.userville.prompts import render
from tom_evals.userville.simulator import Simulator, person
from tom_evals.userville.task import Task
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

_MOST_TOKENS = 400


class Reply(Value):
    """What a model has the person say."""

    text: str
    level: Literal[1, 2, 3, 4, 5]
    broke_preference: bool


class ByModel:
    """A `Finder` that is a language model, which judges, too."""

    def __init__(self, task: Task, preference: Preference, language: Language) -> None:
        self._task = task
        self._preference = preference
        self._language = language

    def find(self, asked: Asked) -> Found:
        """The model's words, level and judgement. Raises ModelFault."""
        told = prompt(self._task, self._preference, asked.message, asked.before)
        reply = self._language.ask(told, Reply, most_tokens=_MOST_TOKENS)
        judges = self._preference.judged in {Judged.CHECKED, Judged.GUESSED}
        return Found(
            reply.text.strip(),
            level=Level(reply.level),
            broke=reply.broke_preference if judges else None,
        )


def by_model(language: Language) -> Simulator:
    """People whom a model plays, in its own words."""

    def played(task: Task, preference: Preference, request: str) -> Person:
        finder = ByModel(task, preference, language)
        return person(task, preference, request, finder, Wording.PLAIN)

    return played


def prompt(task: Task, preference: Preference, query: str, before: Sequence[Exchange]) -> Prompt:
    """What the model is asked: who it plays and what they hold, then what was said."""
    held = {"request": task.precise, "hints": task.hints}
    if preference.answering is not Answering.NO_PLACES:
        held |= {"files": "\n".join(task.files), "functions": "\n".join(task.functions)}
    now = {
        "before": [{"agent": each.said, "you": each.answer} for each in before],
        "agent": query,
    }
    system = render(
        "person",
        wish=preference.wish,
        options_only=preference.answering is Answering.OPTION_ONLY,
        held=json.dumps(held),
    )
    return Prompt(system=system, messages=(Message(role="user", text=json.dumps(now)),))
