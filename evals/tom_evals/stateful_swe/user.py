"""The simulated user: what every one of them keeps to, whoever finds the words.

Dimensions and limits are TOM-SWE's (arXiv 2510.21903, section 4): code holds to them, so that
a model that plays the user cannot talk past them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from random import Random
from typing import NamedTuple, Protocol

from tom_evals.harness import speech
from tom_evals.harness.session import Answer, Exchange, Said
from tom_evals.harness.speech import Wording
from tom_evals.stateful_swe.asking import Sort, questions, sort
from tom_evals.stateful_swe.gold import named_files
from tom_evals.stateful_swe.profile import Profile, Style, Timing, catalogue
from tom_evals.stateful_swe.wording import blocks, count, sentences

EARLY, MIDDLE = 10, 30  # events
CANNED = "Please continue with what you have, and do not ask me again."


class Phase(StrEnum):
    """How far a session is, by its events."""

    START = "start"
    EARLY = "early"
    MIDDLE = "middle"


class Manner(StrEnum):
    """What a user did, as it stands in an answer."""

    ANSWERED = "answered"
    CUT = "answered-cut"  # as answered; the words were more than the limit
    UNSPECIFIC = "not-specific"  # asked for the question instead of answering it
    UNKNOWN = "no-information"
    REFUSED = "refused"
    LEFT = "left"
    CAPPED = "capped"  # asked too often: the canned words
    GO_ON = "go-on"  # nothing was asked
    DONE = "done"


class Limits(NamedTuple):
    """``replies`` before the canned one; ``refusals``, the last of which ends the session.

    ``short`` and ``verbose`` are the most words of an answer by style.
    """

    replies: int = 6
    refusals: int = 3
    short: int = 14
    verbose: int = 250


class Person(NamedTuple):
    """Who is played, and all they hold.

    ``words`` are what they say for a preference, by its id, where it is not the catalogue's
    statement. ``files`` are oracle knowledge: without them no place is ever told.
    """

    profile: Profile
    request: str
    issue: str
    hints: str = ""
    files: tuple[str, ...] = ()
    words: Mapping[str, str] = {}


class Asked(NamedTuple):
    """What a user may answer now: the questions, how far the session is, and what was said."""

    message: str
    questions: tuple[str, ...]
    phase: Phase
    before: Sequence[Exchange]


class Found(NamedTuple):
    """Words for an answer, before the limits."""

    text: str
    manner: Manner


class Mind(Protocol):
    """What finds the words of an answer."""

    def find(self, person: Person, asked: Asked) -> Found:
        """An answer to the questions, or a refusal. Raises ModelFault where a model is asked."""
        ...


def phase(events: int) -> Phase:
    """How far a session of so many events is."""
    if events < EARLY:
        return Phase.START
    return Phase.EARLY if events < MIDDLE else Phase.MIDDLE


class SimulatedUser:
    """A `User`: a mind's answers within the profile's manner and the limits.

    In this order: a session that is done is over; nothing asked is told to go on; after so many
    replies comes the canned one; who is to be asked upfront refuses once work has started, and
    leaves at the last refusal; whoever answers shortly answers the first question alone. No
    gold file is told to who has not asked for the place. With another wording than the plain
    one all that is said is worded at last; preferences, code and output stay as they are.
    """

    def __init__(
        self,
        person: Person,
        mind: Mind,
        limits: Limits | None = None,
        wording: Wording = Wording.PLAIN,
    ) -> None:
        self._person = person
        self._mind = mind
        self._limits = limits or Limits()
        self._wording = wording
        self._exchanges: list[Exchange] = []

    def opening(self) -> str:
        """The vague request."""
        return self._person.request if self._plain else self._worded(self._person.request, 0)

    def answer(self, said: Said) -> Answer:
        """What the user says to the agent's words. Raises ModelFault where a model plays them."""
        answer = Answer("", Manner.DONE, over=True) if said.done else self._answer(said)
        if not (self._plain or said.done):
            answer = answer._replace(text=self._in_speech(answer))
        self._exchanges.append(Exchange(said.text, answer.text, answer.manner, said.events))
        return answer

    def _answer(self, said: Said) -> Answer:
        asked = tuple(questions(said.text))
        if not asked:
            return Answer("Go on.", Manner.GO_ON)
        if len(self._exchanges) >= self._limits.replies:
            return Answer(CANNED, Manner.CAPPED)
        profile, now = self._person.profile, phase(said.events)
        if profile.timing is Timing.UPFRONT and now is not Phase.START:
            return self._refused("I answer questions before the work starts, not now. Go on.")
        if profile.style is Style.SHORT:
            asked = asked[:1]
        found = self._mind.find(self._person, Asked(said.text, asked, now, tuple(self._exchanges)))
        text = found.text
        if not any(sort(each) is Sort.PLACE for each in asked):
            text = without_files(text, self._person.files)
        if found.manner is Manner.REFUSED:
            return self._refused(text)
        if not text.strip():
            return Answer("I don't know that.", Manner.UNKNOWN)
        cut = shortened(text, self._most)
        was_cut = cut != text and found.manner is Manner.ANSWERED
        return Answer(cut, Manner.CUT if was_cut else found.manner)

    @property
    def _plain(self) -> bool:
        return self._wording is Wording.PLAIN

    def _in_speech(self, answer: Answer) -> str:
        match answer.manner:
            case Manner.GO_ON:
                return speech.going_on(self._random)
            case Manner.UNKNOWN:
                return speech.not_known(self._random)
            case Manner.UNSPECIFIC:
                return speech.what(self._random)
            case Manner.CAPPED:
                return speech.no_more(self._random)
            case _:
                asked = sum(each.manner != Manner.GO_ON for each in self._exchanges)
                return self._worded(answer.text, asked + 1)

    def _worded(self, text: str, nth: int) -> str:
        told = [each.answer for each in self._exchanges]
        return speech.worded(
            text,
            nth_question=nth,
            random=self._random,
            repeated=speech.told_before(text, told),
            keep=self._verbatim,
            most=self._most,
        )

    @property
    def _random(self) -> Random:
        """The same for the same person, request and turn, whatever was said."""
        who = f"{self._person.profile.id}/{self._person.request}"
        return Random(f"wording/{who}/{len(self._exchanges)}")

    @property
    def _verbatim(self) -> list[str]:
        """What is read by its exact words: preferences, code and output."""
        known = catalogue()
        code = blocks(f"{self._person.issue}\n\n{self._person.hints}")
        return [
            *(
                self._person.words.get(each, known[each].statement)
                for each in self._person.profile.preferences
            ),
            *code,
            *(each.splitlines()[-1].strip() for each in code),
        ]

    @property
    def _most(self) -> int:
        is_short = self._person.profile.style is Style.SHORT
        return self._limits.short if is_short else self._limits.verbose

    def _refused(self, text: str) -> Answer:
        refused = sum(each.manner == Manner.REFUSED for each in self._exchanges)
        if refused + 1 >= self._limits.refusals:
            return Answer("That is enough, I told you so. I stop here.", Manner.LEFT, over=True)
        return Answer(shortened(text, self._most) or "No. Go on.", Manner.REFUSED)


def without_files(text: str, files: tuple[str, ...]) -> str:
    """A text less the sentences and code blocks that name one of the files."""
    if not named_files(text, files):
        return text
    for block in blocks(text):
        if named_files(block, files):
            text = text.replace(block, "")
    kept = [each for each in sentences(text) if not named_files(each, files)]
    return " ".join(kept)


def shortened(text: str, most: int) -> str:
    """At most so many words: whole sentences where one fits, otherwise the first words."""
    if count(text) <= most:
        return text
    kept = ""
    for sentence in sentences(text):
        longer = f"{kept} {sentence}".strip()
        if count(longer) > most:
            break
        kept = longer
    if kept:
        return kept
    ends = [each.end() for each in re.finditer(r"\S+", text)]
    return text[: ends[most - 1]] if most else ""
