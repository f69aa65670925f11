"""How alike two statements are, with or without a sentence embedder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tom_swe.model.belief import Relation

if TYPE_CHECKING:
    from tom_swe.ports import Embedder, Pair, Vector

_WORD = re.compile(r"\w+")


# How alike statements are that were compared by their meaning.
_TOLD = {Relation.AGREE: 1.0, Relation.DIFFERENT: 0.0, Relation.CONTRADICT: -1.0}


class Similarity:
    """Cosine between statements whose vectors are known, else the share of words in common.

    Pairs whose relation was told are 1 alike where they agree, 0 where they are about
    different things, and -1 where they contradict each other, which no cosine says.
    """

    def __init__(
        self, vectors: Mapping[str, Vector], relations: Mapping[Pair, Relation] | None = None
    ) -> None:
        self._vectors = dict(vectors)
        self._told = {
            frozenset((held.casefold(), heard.casefold())): _TOLD[relation]
            for (held, heard), relation in (relations or {}).items()
        }

    def add(self, vectors: Mapping[str, Vector]) -> None:
        """Makes more vectors known."""
        self._vectors.update(vectors)

    def __call__(self, one: str, other: str) -> float:
        """1 for the same statement, about 0 for unrelated ones, -1 for ones that exclude others."""
        if one.casefold() == other.casefold():
            return 1.0
        told = self._told.get(frozenset((one.casefold(), other.casefold())))
        if told is not None:
            return told
        a, b = self._vectors.get(one), self._vectors.get(other)
        if a is not None and b is not None:
            return float(a @ b)
        words, others = _words(one), _words(other)
        return len(words & others) / len(words | others) if words and others else 0.0


def vectors_of(embedder: Embedder | None, texts: Iterable[str]) -> dict[str, Vector]:
    """A vector for each distinct text; empty where there is no embedder to make them."""
    distinct = list(dict.fromkeys(texts))
    if embedder is None or not distinct:
        return {}
    return dict(zip(distinct, embedder.embed(distinct), strict=True))


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.casefold()) if len(word) > 1}
