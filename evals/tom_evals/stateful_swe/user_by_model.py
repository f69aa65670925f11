"""The simulated user that a language model plays, within the limits that code holds it to."""

from __future__ import annotations

import json
from typing import Literal

from tom_evals.harness.models import Language
from tom_evals.stateful_swe.profile import described
from tom_evals.stateful_swe.prompts import render
from tom_evals.stateful_swe.user import Asked, Found, Limits, Manner, Person, SimulatedUser
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

_MOST_TOKENS = 600


class Reply(Value):
    """What the model has the user say."""

    manner: Literal["answered", "refused", "no-information", "not-specific"]
    text: str


class Played:
    """A `Mind` that is a language model."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def find(self, person: Person, asked: Asked) -> Found:
        """The model's words. Raises ModelFault."""
        reply = self._language.ask(prompt(person, asked), Reply, most_tokens=_MOST_TOKENS)
        return Found(reply.text.strip(), Manner(reply.manner))


def model_user(person: Person, language: Language, limits: Limits | None = None) -> SimulatedUser:
    """The user that a model plays."""
    return SimulatedUser(person, Played(language), limits)


def prompt(person: Person, asked: Asked) -> Prompt:
    """What the model is asked: who it plays and what they hold, then what was said."""
    held = {
        "their_first_words": person.request,
        "issue": person.issue,
        "hints": person.hints,
        "files": person.files,
        "their_words_for_preferences": dict(person.words),
    }
    now = {
        "before": [{"agent": each.said, "you": each.answer} for each in asked.before],
        "agent": asked.message,
        "questions_to_answer": asked.questions,
        "progress": asked.phase,
    }
    system = render("user", profile=described(person.profile), held=json.dumps(held))
    return Prompt(system=system, messages=(Message(role="user", text=json.dumps(now)),))
