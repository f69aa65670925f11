"""How alike two statements are, with or without a sentence embedder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tom_swe.ports import Embedder, Vector

_WORD = re.compile(r"\w+")


class Likeness:
    """Cosine between statements whose vectors are known, else the share of words in common."""

    def __init__(self, vectors: Mapping[str, Vector]) -> None:
        self._vectors = dict(vectors)

    def add(self, vectors: Mapping[str, Vector]) -> None:
        """Makes more vectors known."""
        self._vectors.update(vectors)

    def __call__(self, one: str, other: str) -> float:
        """1 for the same statement, about 0 for unrelated ones."""
        if one.casefold() == other.casefold():
            return 1.0
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
