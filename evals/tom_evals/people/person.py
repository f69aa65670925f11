"""The one simulated person: what each of them keeps to, whoever finds the words.

Code holds to the limits, so that a model that plays the person cannot talk past them. What
differs between benchmarks is a `Behaviour`, what differs between people is `Traits`, and what a
person knows is behind `Finder`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from random import Random
from typing import NamedTuple, Protocol

from tom_evals.people import speech
from tom_evals.people.asking import Sort, questions, sort
from tom_evals.people.limits import shortened, without_files
from tom_evals.people.speech import Wording
from tom_evals.people.talk import Answer, Exchange, Level, Manner, Said

EARLY, MIDDLE = 10, 30  # events
GO_ON = "Go on."
NOT_NOW = "I answer questions before the work starts, not now. Go on."
REFUSED = "No. Go on."
LEAVING = "That is enough, I told you so. I stop here."


class Phase(StrEnum):
    """How far a session is, by its events."""

    START = "start"
    EARLY = "early"
    MIDDLE = "middle"


def phase(events: int) -> Phase:
    """How far a session of so many events is."""
    if events < EARLY:
        return Phase.START
    return Phase.EARLY if events < MIDDLE else Phase.MIDDLE


class Asked(NamedTuple):
    """What a person may answer now: the questions, how far the session is, and what was said."""

    message: str
    questions: tuple[str, ...]
    phase: Phase
    before: Sequence[Exchange]


class Found(NamedTuple):
    """Words for an answer, before the limits; without words it is not known.

    ``level`` and ``broke`` are as in an `Exchange`.
    """

    text: str
    manner: Manner = Manner.ANSWERED
    level: Level | None = None
    broke: bool | None = None


class Finder(Protocol):
    """What a person knows."""

    def find(self, asked: Asked) -> Found:
        """An answer to the questions, or a refusal. Raises ModelFault where a model is asked."""
        ...


class Unasked(StrEnum):
    """What a person says to a message that asks nothing."""

    GO_ON = "go-on"  # to go on, whatever they know
    ANSWER = "answer"  # as to any other
    ANSWER_OR_GO_ON = "answer-or-go-on"  # as to any other; worded, to go on where they know nothing


class Behaviour(NamedTuple):
    """What holds for all people of a benchmark.

    They answer so many messages; then come ``last_words``. ``unknown`` says that they do not
    know. The last of ``refusals`` ends the session; with None nobody leaves. The rest is about
    wording: whether an answer that was given before is told as such, and whether the opening is
    worded at all.
    """

    answers: int
    last_words: Found
    unknown: str
    unasked: Unasked
    refusals: int | None = None
    notices_repeats: bool = True
    words_opening: bool = False


class Traits(NamedTuple):
    """What holds for one person.

    ``seed`` draws their wording. ``only_upfront``: they refuse once the work has started.
    ``first_only``: they answer the first question of a message. ``most_words`` are those of an
    answer. ``kept_back`` are files that they tell only to who asks for the place. What has any of
    ``verbatim`` in it is never reworded, for it is read by its exact words.
    """

    seed: str
    only_upfront: bool = False
    first_only: bool = False
    most_words: int | None = None
    kept_back: tuple[str, ...] = ()
    verbatim: tuple[str, ...] = ()


class Person:
    """A `User`: a finder's answers, by the behaviour, the traits and the limits.

    In this order: a session that is done is over; who asks nothing may be told to go on; after
    so many answers come the last words; who is to be asked upfront refuses once work has
    started, and leaves at the last refusal. With another wording than the plain one all that is
    said is worded at last.
    """

    def __init__(
        self,
        request: str,
        finder: Finder,
        behaviour: Behaviour,
        traits: Traits,
        wording: Wording = Wording.PLAIN,
    ) -> None:
        self._request = request
        self._finder = finder
        self._behaviour = behaviour
        self._traits = traits
        self._wording = wording
        self._exchanges: list[Exchange] = []

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked and answered so far."""
        return tuple(self._exchanges)

    def opening(self) -> str:
        """The request."""
        if self._wording is Wording.PLAIN or not self._behaviour.words_opening:
            return self._request
        return self._worded(self._request, nth=0, told=())

    def answer(self, said: Said) -> Answer:
        """What the person says to the agent's words. Raises ModelFault where a model plays them."""
        if said.done:
            return Answer("", Manner.DONE, over=True)
        asked = Asked(said.text, tuple(questions(said.text)), phase(said.events), self.exchanges)
        found = self._found(asked)
        if self._wording is not Wording.PLAIN:
            found = found._replace(text=self._spoken(found, asked))
        self._exchanges.append(
            Exchange(said.text, found.text, found.manner, said.events, found.level, found.broke)
        )
        return Answer(found.text, found.manner, over=found.manner is Manner.LEFT)

    def _found(self, asked: Asked) -> Found:
        behaviour, traits = self._behaviour, self._traits
        if behaviour.unasked is Unasked.GO_ON and not asked.questions:
            return Found(GO_ON, Manner.GO_ON)
        if len(asked.before) >= behaviour.answers:
            return behaviour.last_words
        if traits.only_upfront and asked.phase is not Phase.START:
            return self._refused(NOT_NOW)
        if traits.first_only:
            asked = asked._replace(questions=asked.questions[:1])
        found = self._finder.find(asked)
        text = found.text
        if not any(sort(each) is Sort.PLACE for each in asked.questions):
            text = without_files(text, traits.kept_back)
        if found.manner is Manner.REFUSED:
            return self._refused(text)
        if not text.strip():
            return found._replace(text=behaviour.unknown, manner=Manner.UNKNOWN)
        cut = shortened(text, traits.most_words)
        was_cut = cut != text and found.manner is Manner.ANSWERED
        return found._replace(text=cut, manner=Manner.CUT if was_cut else found.manner)

    def _refused(self, text: str) -> Found:
        refused = 1 + sum(each.manner == Manner.REFUSED for each in self._exchanges)
        most = self._behaviour.refusals
        if most is not None and refused >= most:
            return Found(LEAVING, Manner.LEFT)
        return Found(shortened(text, self._traits.most_words) or REFUSED, Manner.REFUSED)

    def _spoken(self, found: Found, asked: Asked) -> str:
        goes_on = self._behaviour.unasked is Unasked.ANSWER_OR_GO_ON and not asked.questions
        match found.manner:
            case Manner.GO_ON:
                return speech.going_on(self._random)
            case Manner.UNKNOWN:
                # Who was asked nothing does not say that they do not know it.
                return (speech.going_on if goes_on else speech.not_known)(self._random)
            case Manner.UNSPECIFIC:
                return speech.what(self._random)
            case Manner.CAPPED:
                return speech.no_more(self._random)
            case Manner.CONTINUE:
                return found.text
            case _:
                nth = 1 + sum(each.manner != Manner.GO_ON for each in asked.before)
                return self._worded(found.text, nth, [each.answer for each in asked.before])

    def _worded(self, text: str, nth: int, told: Sequence[str]) -> str:
        return speech.worded(
            text,
            nth_question=nth,
            random=self._random,
            repeated=self._behaviour.notices_repeats and speech.told_before(text, told),
            keep=self._traits.verbatim,
            most=self._traits.most_words,
        )

    @property
    def _random(self) -> Random:
        """The same for the same person and turn, whatever was said."""
        return Random(f"{self._traits.seed}/{len(self._exchanges)}")
