"""An agent that a language model plays: it searches, asks the person, and names the place."""

from __future__ import annotations

import json
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from tom_evals.common.models import Language
from tom_evals.userville.episode import Episode, Record
from tom_evals.userville.index import Index
from tom_evals.userville.policies import Toms
from tom_evals.userville.prompts import render
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

STEPS = 12
_SHOWN = 10
_MOST_TOKENS = 800


class Search(Value):
    """Looks for places by words."""

    action: Literal["search"]
    words: str


class AskUser(Value):
    """Asks the person; one message."""

    action: Literal["ask_user"]
    query: str


class Finish(Value):
    """Names the places."""

    action: Literal["finish"]
    entries: tuple[str, ...]


class Step(Value):
    """What the agent does next."""

    step: Annotated[Search | AskUser | Finish, Field(discriminator="action")]


class ByModel(NamedTuple):
    """A model, alone or with what tom says at the start of the session: its briefing and its
    advice on the request.
    """

    language: Language
    toms: Toms | None = None

    @property
    def name(self) -> str:
        """The model's, with tom where it is there."""
        return f"{self.language.name} with tom" if self.toms else self.language.name

    def play(self, episode: Episode, index: Index) -> Record:
        """At most `STEPS` steps; without an answer by then there is none. Raises ModelFault."""
        said = {"request": episode.opening, "repository": episode.task.repository}
        if self.toms:
            tom = self.toms[episode.preference.id]
            advice = tom.advice(episode.opening, episode.task.repository)
            said |= {"known_of_the_person": tom.briefing(), "advice": advice.text}
        messages = [Message(role="user", text=json.dumps(said))]
        for left in range(STEPS, 0, -1):
            prompt = Prompt(
                system=render("agent", entry=_entry(episode), left=left), messages=tuple(messages)
            )
            step = self.language.ask(prompt, Step, most_tokens=_MOST_TOKENS)
            done = step.step
            if isinstance(done, Finish):
                return episode.finish("\n".join(done.entries))
            messages.append(Message(role="assistant", text=step.model_dump_json()))
            messages.append(Message(role="user", text=json.dumps(_came(done, episode, index))))
        return episode.finish("")


def _entry(episode: Episode) -> str:
    return "function or class name" if episode.task.functions else "file"


def _came(done: Search | AskUser, episode: Episode, index: Index) -> dict[str, object]:
    if isinstance(done, AskUser):
        return {"person": episode.ask(done.query)}
    episode.worked()
    found = index.ranked(done.words, _SHOWN)
    return {"found": [{"file": each.file, "symbol": each.symbol} for each in found]}
