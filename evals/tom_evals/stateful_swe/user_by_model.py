"""The user that a language model plays, within the limits that code holds it to."""

from __future__ import annotations

import json
from typing import Literal

from tom_evals.common.models import Language
from tom_evals.people import Asked, Behaviour, Found, Manner, Person
from tom_evals.stateful_swe.profile import described
from tom_evals.stateful_swe.prompts import render
from tom_evals.stateful_swe.user import BEHAVIOUR, Character, person
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

_MOST_TOKENS = 600


class Reply(Value):
    """What the model has the user say."""

    manner: Literal["answered", "refused", "no-information", "not-specific"]
    text: str


class Played:
    """A `Finder` that is a language model."""

    def __init__(self, character: Character, language: Language) -> None:
        self._character = character
        self._language = language

    def find(self, asked: Asked) -> Found:
        """The model's words. Raises ModelFault."""
        reply = self._language.ask(prompt(self._character, asked), Reply, most_tokens=_MOST_TOKENS)
        return Found(reply.text.strip(), Manner(reply.manner))


def model_user(
    character: Character, language: Language, behaviour: Behaviour = BEHAVIOUR
) -> Person:
    """The user that a model plays."""
    return person(character, Played(character, language), behaviour)


def prompt(character: Character, asked: Asked) -> Prompt:
    """What the model is asked: who it plays and what they hold, then what was said."""
    held = {
        "their_first_words": character.request,
        "issue": character.issue,
        "hints": character.hints,
        "files": character.files,
        "their_words_for_preferences": dict(character.words),
    }
    now = {
        "before": [{"agent": each.said, "you": each.answer} for each in asked.before],
        "agent": asked.message,
        "questions_to_answer": asked.questions,
        "progress": asked.phase,
    }
    system = render("user", profile=described(character.profile), held=json.dumps(held))
    return Prompt(system=system, messages=(Message(role="user", text=json.dumps(now)),))
