"""The simulated user without a model: what they hold, found by the words of the question."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from tom_evals.harness.speech import Wording
from tom_evals.stateful_swe import subjects
from tom_evals.stateful_swe.asking import Sort, sort
from tom_evals.stateful_swe.profile import Style, catalogue
from tom_evals.stateful_swe.user import Asked, Found, Limits, Manner, Person, SimulatedUser
from tom_evals.stateful_swe.wording import blocks, content, prose, sentences

# What a question says that is after code or output, so that a block can answer it.
_OF_BLOCKS = content(
    "code snippet example reproduce script traceback stack trace error message output log "
    "exception command"
)
_AT_LENGTH = 2  # sentences
_NOT_SPECIFIC = "What do you want to know exactly?"
_UNKNOWN = "I don't know that."


class Piece(NamedTuple):
    """Something that can be told: a sentence, or a block of code or output."""

    text: str
    words: frozenset[str]
    is_block: bool


class Rules:
    """A `Mind` that knows nothing but the issue, the hints, the files and the preferences."""

    def find(self, person: Person, asked: Asked) -> Found:
        """The answers to the questions, each once; the same questions have the same answers."""
        found = [_answer(person, each) for each in asked.questions]
        told = [each.text for each in found if each.manner is Manner.ANSWERED]
        if told:
            return Found("\n".join(dict.fromkeys(told)), Manner.ANSWERED)
        return found[0]


def rule_user(
    person: Person, limits: Limits | None = None, wording: Wording = Wording.PLAIN
) -> SimulatedUser:
    """The user that needs no model."""
    return SimulatedUser(person, Rules(), limits, wording)


def _answer(person: Person, question: str) -> Found:
    wanted = subjects.asked(question, person.profile.preferences)
    if wanted:
        known = catalogue()
        said = [person.words.get(each, known[each].statement) for each in wanted]
        return Found(" ".join(said), Manner.ANSWERED)
    if sort(question) is Sort.PLACE and person.files:
        return Found(f"It is in {', '.join(person.files)}.", Manner.ANSWERED)
    if sort(question) is Sort.GENERIC:
        return Found(_NOT_SPECIFIC, Manner.UNSPECIFIC)
    short = person.profile.style is Style.SHORT
    told = best(question, pieces(f"{person.issue}\n\n{person.hints}"), 1 if short else _AT_LENGTH)
    if not told:
        return Found(_UNKNOWN, Manner.UNKNOWN)
    # The last line of a block says what came of it, the error of a traceback for one.
    texts = [p.text.splitlines()[-1].strip() if short and p.is_block else p.text for p in told]
    return Found("\n".join(texts), Manner.ANSWERED)


@lru_cache(maxsize=64)
def pieces(text: str) -> tuple[Piece, ...]:
    """What a text can be answered from, in its order; blocks after the sentences.

    Others' questions answer nothing, and neither do blocks of a word or none.
    """
    lines = [each.lstrip("-* ") for each in sentences(prose(text)) if not each.endswith("?")]
    said = [Piece(each, content(each), is_block=False) for each in lines]
    code = [Piece(each, content(each), is_block=True) for each in blocks(text)]
    return tuple(dict.fromkeys((*said, *(each for each in code if len(each.words) > 1))))


def best(question: str, known: Iterable[Piece], most: int) -> list[Piece]:
    """The pieces that share words with a question, by the sum of the words' rarity, best first.

    A word's rarity is ln(1 + pieces / those that have it). A piece after the best needs half of
    its score. Blocks count only for questions after code or output.
    """
    wanted = content(question)
    pool = [each for each in known if not each.is_block or wanted & _OF_BLOCKS]
    having = Counter(word for each in pool for word in each.words)

    def score(piece: Piece) -> float:
        shared = wanted & (piece.words | (_OF_BLOCKS if piece.is_block else frozenset()))
        return math.fsum(sorted(math.log1p(len(pool) / max(having[w], 1)) for w in shared))

    ranked = sorted(((score(each), each) for each in pool), key=lambda pair: -pair[0])
    if not ranked or not ranked[0][0]:
        return []
    return [each for value, each in ranked[:most] if value >= ranked[0][0] / 2]
