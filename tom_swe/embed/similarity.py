"""How similar statements are, and how those go together that were compared by their meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tom_swe.model.belief import Relation
from tom_swe.text.contrast import Contrast, contrast

if TYPE_CHECKING:
    from tom_swe.ports import Embedder, Pair, Vector

# Above this two statements of one polarity say the same. Lower ones merge few paraphrases
# and many opposites: of pairs of written quotes for one preference 7 in 1000 reach .80 and 102 in
# 1000 reach .60, of the catalogue's statements that exclude each other 52 and 340. Paraphrases
# are one belief by their dimension and value, which the reader names.
SAME = 0.80
# What may be similar is found by a matrix product, whose last digits depend on its shape.
_MAYBE = SAME - 0.01
# Rows of one matrix product: larger ones are no faster and take more memory.
_ROWS = 512
_WORD = re.compile(r"\w+")


class Similarity:
    """The cosine of statements whose vectors are known, else the share of words in common.

    Letter case makes no difference. Pairs whose relation is known are 1 where they agree and 0
    where they do not.
    """

    def __init__(
        self,
        vectors: Mapping[str, Vector] | None = None,
        relations: Mapping[Pair, Relation] | None = None,
    ) -> None:
        self._vectors = {text.casefold(): vector for text, vector in (vectors or {}).items()}
        self._relations: dict[str, dict[str, Relation]] = {}
        for pair, relation in (relations or {}).items():
            held, heard = pair.held.casefold(), pair.heard.casefold()
            for one, other in ((held, heard), (heard, held)):
                self._relations.setdefault(one, {})[other] = relation
        self._near: dict[str, set[str]] = {}
        self._rows: list[str] = []
        self._matrix: Vector | None = None
        self._by_word: dict[str, set[str]] = {}

    def __call__(self, one: str, other: str) -> float:
        """1 for the same statement, about 0 for unrelated ones."""
        one, other = one.casefold(), other.casefold()
        if one == other:
            return 1.0
        if relation := self._relations.get(one, {}).get(other):
            return 1.0 if relation is Relation.AGREE else 0.0
        a, b = self._vectors.get(one), self._vectors.get(other)
        if a is not None and b is not None:
            return float(a @ b)
        words, others = _words(one), _words(other)
        return len(words & others) / len(words | others) if words and others else 0.0

    def of_one_wish(self, one: str, other: str) -> float:
        """How similar two statements are; 0 where they are, but for a word that turns them."""
        found = self(one, other)
        if found < SAME or self.relation(one, other):
            return found
        return found if contrast(one, other) is Contrast.NONE else 0.0

    def contradict(self, one: str, other: str) -> bool:
        """Whether two statements that ask for something are known to exclude each other.

        Where nothing is known, similar ones do that say something else in one place.
        """
        if relation := self.relation(one, other):
            return relation is Relation.CONTRADICT
        return self(one, other) >= SAME and contrast(one, other) is Contrast.OPPOSITE

    def relation(self, one: str, other: str) -> Relation | None:
        """How two statements go together, where they were compared by their meaning."""
        return self._relations.get(one.casefold(), {}).get(other.casefold())

    def prepare(self, statements: Iterable[str]) -> None:
        """Finds which of these may be similar to each other, or to those prepared before."""
        said = dict.fromkeys(map(str.casefold, statements))
        fresh = [each for each in said if each not in self._near]
        for each in fresh:
            self._near[each] = {each, *self._relations.get(each, ())}
        self._by_vectors([each for each in fresh if each in self._vectors])
        for each in fresh:
            if each not in self._vectors:
                self._by_words(each)

    def near(self, statement: str) -> Iterable[str]:
        """The statements, in lower case, that may agree with this one or contradict it."""
        return self._near.get(statement.casefold(), ())

    def _by_vectors(self, fresh: list[str]) -> None:
        if not fresh:
            return
        import numpy as np

        added = np.stack([self._vectors[each] for each in fresh])
        self._matrix = added if self._matrix is None else np.concatenate((self._matrix, added))
        before, self._rows = len(self._rows), [*self._rows, *fresh]
        for start in range(0, len(fresh), _ROWS):
            # Only columns up to the block's own: each pair is met once.
            end = before + min(start + _ROWS, len(fresh))
            cosines = added[start : start + _ROWS] @ self._matrix[:end].T
            for row, column in np.argwhere(cosines >= _MAYBE).tolist():
                self._link(fresh[start + row], self._rows[column])

    def _by_words(self, statement: str) -> None:
        for word in _words(statement):
            for other in self._by_word.get(word, ()):
                if other not in self._near[statement] and self(statement, other) >= SAME:
                    self._link(statement, other)
        for word in _words(statement):
            self._by_word.setdefault(word, set()).add(statement)

    def _link(self, one: str, other: str) -> None:
        self._near[one].add(other)
        self._near[other].add(one)


def vectors_of(embedder: Embedder | None, texts: Iterable[str]) -> dict[str, Vector]:
    """A vector for each distinct text; empty where there is no embedder to make them."""
    distinct = list(dict.fromkeys(texts))
    if embedder is None or not distinct:
        return {}
    return dict(zip(distinct, embedder.embed(distinct), strict=True))


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.casefold()) if len(word) > 1}
