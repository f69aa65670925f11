"""Who is on the agent's other side: nobody, or a proxy of the reporter that knows the rest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import NamedTuple, Protocol

from tom_evals.ambig_swe.prompts import render
from tom_evals.ambig_swe.settings import TERMS, Manner, Setting, Task, opening
from tom_evals.harness import speech
from tom_evals.harness.models import Language
from tom_evals.harness.session import Answer, Exchange, Said, User
from tom_evals.harness.speech import Wording
from tom_evals.stateful_swe.asking import questions
from tom_evals.stateful_swe.wording import blocks
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

CONTINUE = "Please continue with what you have; there is nobody to answer you now."
NO_INFORMATION = "I don't have that information."
_MOST_TOKENS = 600


class Held(NamedTuple):
    """All that a proxy knows. ``files`` are those of the reference patch: oracle knowledge."""

    issue: str
    hints: str = ""
    files: tuple[str, ...] = ()


class Mind(Protocol):
    """What finds the words of an answer."""

    def find(self, held: Held, message: str, before: Sequence[Exchange]) -> str:
        """The answer to an agent's message from what is held; "" where that has none.

        Raises ModelFault where a model is asked.
        """
        ...


class Canned:
    """A `User` who answers nothing: every message is told to go on."""

    def __init__(self, request: str) -> None:
        self._request = request

    def opening(self) -> str:
        """The request."""
        return self._request

    def answer(self, said: Said) -> Answer:
        """To continue; a session that is done is over."""
        if said.done:
            return Answer("", Manner.DONE, over=True)
        return Answer(CONTINUE, Manner.CONTINUE)


class Proxy:
    """A `User` who answers from what they hold, so many messages and no more.

    Each message of the agent that does not end the session takes one answer, whatever is in it,
    as in the paper; after the last one the proxy is `Canned`. Where the mind finds nothing the
    answer is always the same sentence; with another wording than the plain one it is a sentence
    that depends on whether something was asked, and not on what.
    """

    def __init__(
        self,
        request: str,
        held: Held,
        mind: Mind,
        most: int,
        wording: Wording = Wording.PLAIN,
    ) -> None:
        self._canned = Canned(request)
        self._held = held
        self._mind = mind
        self._most = most
        self._wording = wording
        self._exchanges: list[Exchange] = []

    def opening(self) -> str:
        """The request."""
        return self._canned.opening()

    def answer(self, said: Said) -> Answer:
        """The mind's answer. Raises ModelFault where a model is asked."""
        if said.done or len(self._exchanges) >= self._most:
            return self._canned.answer(said)
        text = self._mind.find(self._held, said.text, tuple(self._exchanges)).strip()
        if self._wording is not Wording.PLAIN:
            text = self._worded(text)
            # Who was asked nothing does not say that they do not know it.
            unknown = (speech.not_known if questions(said.text) else speech.going_on)(self._random)
        else:
            unknown = NO_INFORMATION
        answer = Answer(text, Manner.ANSWERED) if text else Answer(unknown, Manner.UNKNOWN)
        self._exchanges.append(Exchange(said.text, answer.text, answer.manner, said.events))
        return answer

    def _worded(self, text: str) -> str:
        told = [each.answer for each in self._exchanges]
        return speech.worded(
            text,
            nth_question=len(told) + 1,
            random=self._random,
            repeated=speech.told_before(text, told),
            keep=blocks(f"{self._held.issue}\n\n{self._held.hints}"),
        )

    @property
    def _random(self) -> Random:
        """The same for the same reporter and turn, however near the question was."""
        return Random(f"wording/{self._held.issue}/{len(self._exchanges)}")


class Reply(Value):
    """What a model has the reporter say."""

    knows: bool
    text: str = ""


class ByModel:
    """A `Mind` that is a language model."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def find(self, held: Held, message: str, before: Sequence[Exchange]) -> str:
        """The model's words. Raises ModelFault."""
        reply = self._language.ask(prompt(held, message, before), Reply, most_tokens=_MOST_TOKENS)
        return reply.text if reply.knows else ""


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


def user_of(
    setting: Setting,
    task: Task,
    mind: Mind,
    *,
    files: bool = True,
    wording: Wording = Wording.PLAIN,
) -> User:
    """The user of a setting; with ``files`` false a proxy is not told the reference's files."""
    request, answers = opening(setting, task), TERMS[setting].answers
    if not answers:
        return Canned(request)
    instance = task.instance
    held = Held(instance.issue, instance.hints, instance.files if files else ())
    return Proxy(request, held, mind, answers, wording)
