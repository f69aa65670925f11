"""What a text can be answered from: its sentences and blocks, and which answer a question. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from tom_evals.people.words import blocks, content, prose, sentences

# What a question says that is after code or output, so that a block can answer it.
_OF_BLOCKS = content(
    "code snippet example reproduce script traceback stack trace error message output log "
    "exception command"
)


class Piece(NamedTuple):
    """Something that can be told: a sentence, or a block of code or output."""

    text: str
    words: frozenset[str]
    is_block: bool


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
