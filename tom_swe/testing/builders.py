"""An embedder and a scorer without a model, and sessions from what was said."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tom_swe.model.session import Role, SaidSentence, Session, Turn

if TYPE_CHECKING:
    from tom_swe.ports import Vectors

_WORD = re.compile(r"\w+")
START = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


class HashEmbedder:
    """An embedder with no model: texts are alike as far as they share words.

    Each word is hashed to a few signed places of the vector; deterministic everywhere.
    """

    def __init__(self, dimension: int = 256) -> None:
        self._dimension = dimension

    @property
    def name(self) -> str:
        """Names the scheme and its size."""
        return f"hash-{self._dimension}"

    @property
    def dimension(self) -> int:
        """The length of every vector."""
        return self._dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        import numpy as np

        vectors: Vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.casefold()) or [""]:
                digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
                for place in range(0, 8, 2):
                    number = int.from_bytes(digest[place : place + 2], "little")
                    vectors[row, number % self._dimension] += 1.0 if number & 0x8000 else -1.0
            length = float((vectors[row] ** 2).sum() ** 0.5)
            vectors[row] /= length or 1.0
        return vectors


class FixedScorer:
    """A scorer that gives every sentence one score, and remembers what it was asked.

    By default each sentence that reaches it is worth a hint.
    """

    name = "fixed"
    threshold = 0.3

    def __init__(self, score: float = 0.43, *, sure: float = 0.8) -> None:
        self.sure = sure
        self.asked: list[SaidSentence] = []
        self._score = score

    def score(self, said: Sequence[SaidSentence]) -> list[float]:
        """The one score of each."""
        self.asked += said
        return [self._score] * len(said)


def session_of(
    *said: str | tuple[Role, str],
    host: str = "jsonl",
    host_id: str = "one",
    repository: str = "",
    started: datetime = START,
) -> Session:
    """A session: strings are the user's, pairs name who speaks; a minute between turns."""
    turns: list[Turn] = []
    for ordinal, each in enumerate(said):
        role, text = (Role.USER, each) if isinstance(each, str) else each
        at = started + timedelta(minutes=ordinal)
        turns.append(Turn(ordinal=ordinal, role=role, text=text, at=at))
    return Session(
        host=host,
        host_id=host_id,
        repository=repository,
        cwd=f"/home/someone/{repository}" if repository else "",
        started=turns[0].at if turns else None,
        ended=turns[-1].at if turns else None,
        turns=tuple(turns),
    )
