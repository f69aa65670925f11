"""A real message washed to fit a profile, in TOM-SWE's four ways, and the log of what was done.

arXiv 2510.21903, section 4: with probability 0.4 a message of the person is kept, has a
sentence replaced, has a preference appended, or is deleted. Pure; all is drawn from a `Random`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple, Protocol

from tom_evals.keeping.material import Side, Utterance, dimensions, material, meanings
from tom_evals.stateful_swe.profile import Profile
from tom_swe.extract import match

# Of the messages that get words of ours, those that get a trap.
TRAPS = 0.25
LASTING = ("explicit", "implicit", "correction")

_SENTENCE = re.compile(r"\S[^\n]*?(?:[.!?]+(?=\s|\Z)|$)", re.MULTILINE)


class Way(StrEnum):
    """What became of a message that was washed."""

    KEEP = "keep"
    REPLACE = "replace"
    APPEND = "append"
    DELETE = "delete"


class Voice(StrEnum):
    """In which kinds of words a person tells one preference, in all the history."""

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"
    CORRECTION = "correction"
    ALL = "all of them"


class Planting(NamedTuple):
    """What was done to one message.

    ``turn`` is its ordinal in the session as written; of a deleted one, the ordinal of what
    stands there now. ``quote`` is an exact substring of its text. ``preference``, ``quote`` and
    ``explicitness`` are "" where nothing was planted; of a trap ("distractor") the preference is
    the one that it is about and does not state. ``voice`` is the one that its preference has.
    ``held`` says whether the words are for it; of what is planted now, they always are. ``by``
    tells whose words they are: "hand", a model's name, or "hand: " and why the model's were not.
    """

    session: str
    turn: int
    way: Way
    preference: str = ""
    held: bool = True
    explicitness: str = ""
    quote: str = ""
    utterance: str = ""
    voice: str = ""
    by: str = ""


class Written(NamedTuple):
    """A message as rewritten; ``quote``, a substring of it, carries what was planted."""

    text: str
    quote: str
    by: str = "hand"


class Writer(Protocol):
    """Rewrites a message so that it tells what an utterance does."""

    def write(self, message: str, said: Utterance, way: Way, random: Random) -> Written:
        """The message with the utterance's preference in it, or with its trap."""
        ...


class ByHand:
    """Puts the utterances in as they were written."""

    def write(self, message: str, said: Utterance, way: Way, random: Random) -> Written:
        """A correction goes first, since it answers what the agent said; a trap stays whole."""
        quote = said.quote or said.text
        if way is Way.REPLACE and said.quote:
            return Written(replaced(message, quote, random), quote)
        around = (said.text, message) if said.how == "correction" else (message, said.text)
        return Written("\n\n".join(around), quote)


class Deck:
    """Deals what a person says: each preference as often as any other, no words twice too soon.

    Words that gainsay another preference of the profile, as tom's catalogue reads them, are
    left out; what it misreads on their own dimension stays in. Traps are about preferences on
    whose dimensions the profile has nothing, so that believing one is never right. Raises
    ValueError where nothing tells a preference.
    """

    def __init__(self, profile: Profile, utterances: Iterable[Utterance], random: Random) -> None:
        self._random = random
        wanted = (*profile.preferences, *profile.manner)
        about = {subject for each in wanted for subject in dimensions(each)}
        asked = {value for each in wanted for value in meanings()[each, True]}
        words: dict[str, list[Utterance]] = {each: [] for each in wanted}
        traps: list[Utterance] = []
        for said in utterances:
            others = about - dimensions(said.preference)
            if any(value.partition("=")[0] in others for value in _shown(said.text) - asked):
                continue
            if said.preference in words and said.how in LASTING:
                words[said.preference].append(said)
            elif said.how == "distractor" and not dimensions(said.preference) & about:
                traps.append(said)
        self.voices: dict[str, Voice] = {}
        self._words: dict[str, _Round[Utterance]] = {}
        for preference, own in words.items():
            if not own:
                raise ValueError(f"no utterance states {preference!r} and nothing else")
            hows = {said.how for said in own}
            voice = random.choice([v for v in Voice if v is Voice.ALL or v in hows])
            self.voices[preference] = voice
            spoken = [said for said in own if voice in (Voice.ALL, said.how)]
            self._words[preference] = _Round(spoken, random)
        self._preferences = _Round(wanted, random)
        self._traps = _Round(traps, random) if traps else None

    def deal(self) -> Utterance:
        """The next utterance."""
        if self._traps and self._random.random() < TRAPS:
            return self._traps.next()
        return self._words[self._preferences.next()].next()


class _Round[T]:
    """Gives all of some things in a drawn order, then all again in another."""

    def __init__(self, things: Sequence[T], random: Random) -> None:
        self._things = things
        self._random = random
        self._left: list[T] = []

    def next(self) -> T:
        if not self._left:
            self._left = self._random.sample(self._things, len(self._things))
        return self._left.pop()


@cache
def _shown(text: str) -> frozenset[str]:
    """The values that tom's catalogue finds in any sentence of a text."""
    return frozenset(
        f"{found.dimension.id}={found.choice.id}"
        for sentence in _SENTENCE.findall(text)
        for found in match(sentence)
        if not found.negated
    )


def written_utterances(data: Path) -> tuple[Utterance, ...]:
    """All written utterances, of both sides of the measurement of keeping."""
    return tuple(said for side in Side for said in material(data, side).utterances)


def replaced(message: str, quote: str, random: Random) -> str:
    """The message with ``quote`` in the place of one of its sentences.

    What the quote lacks of a sentence's end is added, so that it does not run into the next.
    """
    spans = [found.span() for found in _SENTENCE.finditer(message)]
    start, end = random.choice(spans) if spans else (0, len(message))
    closed = f"{quote}." if quote[-1].isalnum() else quote
    return f"{message[:start]}{closed}{message[end:]}"
