"""The person as a language model plays them: it answers, says what that gave away, and judges."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from tom_evals.harness.models import Language
from tom_evals.userville.effort import Level
from tom_evals.userville.preferences import Answering, Judged, Preference
from tom_evals.userville.prompts import render
from tom_evals.userville.simulator import ANSWERED, ENOUGH, Exchange, Reply
from tom_evals.userville.task import Task
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

_MOST_TOKENS = 400


class Played(Value):
    """What a model has the person say."""

    text: str
    level: Literal[1, 2, 3, 4, 5]
    broke_preference: bool


class ByModel:
    """The person as a language model plays and judges them."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def reply(
        self, task: Task, preference: Preference, query: str, before: Sequence[Exchange]
    ) -> Reply:
        """The model's words, level and judgement. Raises ModelFault."""
        if len(before) >= ANSWERED:
            return Reply(ENOUGH, Level.REFUSED)
        played = self._language.ask(
            prompt(task, preference, query, before), Played, most_tokens=_MOST_TOKENS
        )
        judges = preference.judged in {Judged.CHECKED, Judged.GUESSED}
        broke = played.broke_preference if judges else None
        return Reply(played.text.strip(), Level(played.level), broke)


def prompt(task: Task, preference: Preference, query: str, before: Sequence[Exchange]) -> Prompt:
    """What the model is asked: who it plays and what they hold, then what was said."""
    held = {"request": task.precise, "hints": task.hints}
    if preference.answering is not Answering.NO_PLACES:
        held |= {"files": "\n".join(task.files), "functions": "\n".join(task.functions)}
    now = {
        "before": [{"agent": each.query, "you": each.reply.text} for each in before],
        "agent": query,
    }
    system = render(
        "person",
        wish=preference.wish,
        options_only=preference.answering is Answering.OPTION_ONLY,
        held=json.dumps(held),
    )
    return Prompt(system=system, messages=(Message(role="user", text=json.dumps(now)),))
