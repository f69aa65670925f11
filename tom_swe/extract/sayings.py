"""Which sentences of a session may help with a later request, and how much."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from tom_swe.extract.requests import directs, is_question
from tom_swe.extract.scope import names_everywhere
from tom_swe.model.belief import Observation, Quote, Saying
from tom_swe.model.session import Turn
from tom_swe.text.prose import Sentence

# Raise it when a session would hold other sayings, or others would be useful.
VERSION = 1
# How much the chance that a sentence states something lasting counts, in log-odds of both, and
# how much that it asks for a way of working. Fitted with the ranking, `tom_swe.memory.earlier`.
LASTING, DIRECTS = 0.4, 1.0
# The chances of a sentence that no scorer saw: one in which the rules found something, and others.
FOUND, UNSCORED = 0.4, 0.02
LEAST, MOST = 1e-4, 1 - 1e-4
# Longer ones are descriptions.
LONGEST = 500
FEWEST_WORDS = 2

# A turn and where a sentence starts in it.
type Place = tuple[int, int]


class SpokenWords(Protocol):
    """A sentence, where it was said, and what the rules found in it."""

    @property
    def turn(self) -> Turn:
        """Where it was said."""
        ...

    @property
    def sentence(self) -> Sentence:
        """The sentence."""
        ...

    @property
    def found(self) -> tuple[Observation, ...]:
        """What the rules found in it."""
        ...


def sayings(spoken: Iterable[SpokenWords], scores: Mapping[Place, float]) -> Iterator[Saying]:
    """The sentences that may be of use later; a question asks and says nothing.

    ``scores`` say how likely some of them state something lasting.
    """
    for each in spoken:
        turn, sentence = each.turn, each.sentence
        words = sentence.words
        if len(words) > LONGEST or len(words.split()) < FEWEST_WORDS:
            continue
        if not each.found and (sentence.is_question or is_question(words)):
            continue
        unscored = FOUND if each.found else UNSCORED
        chance = scores.get((turn.ordinal, sentence.start), unscored)
        chance = min(max(chance, LEAST), MOST)
        useful = LASTING * math.log(chance / (1 - chance)) + DIRECTS * directs(words)
        yield Saying(
            quote=Quote(ordinal=turn.ordinal, text=turn.text[sentence.start : sentence.end]),
            useful=round(useful, 4),
            everywhere=names_everywhere(words),
        )
