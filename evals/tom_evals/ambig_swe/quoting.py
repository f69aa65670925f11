"""A proxy's words without a language model: the reporter's own sentences nearest a question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tom_evals.ambig_swe.proxy import Held
from tom_evals.harness.session import Exchange
from tom_evals.stateful_swe.asking import Sort, questions, sort
from tom_evals.stateful_swe.user_by_rules import Piece, pieces
from tom_swe.ports import Embedder

# Cosine of a question and the piece that answers it. Of 337 questions in the release this tells
# the answered from the others with a balanced accuracy of .66; from .30 to .50 all do as well.
THRESHOLD = 0.45
MOST = 2  # pieces for a question
_NEAR = 0.1
# Code says nothing of being an example or an output, which is what questions ask for.
_BLOCK = "Example, code to reproduce it, error message and output:\n"


class Quoting:
    """A `Mind` that quotes the issue and the hints."""

    def __init__(self, embedder: Embedder, threshold: float = THRESHOLD) -> None:
        self._embedder = embedder
        self._threshold = threshold

    def find(self, held: Held, message: str, before: Sequence[Exchange]) -> str:
        """What answers the message's questions, each piece once; a question for the place has
        the files. Raises EmbedderUnavailable.
        """
        del before  # the same question has the same answer
        return "\n".join(dict.fromkeys(self._answers(held, message)))

    def _answers(self, held: Held, message: str) -> Iterator[str]:
        known = pieces(f"{held.issue}\n\n{held.hints}")
        for question in questions(message):
            if held.files and sort(question) is Sort.PLACE:
                yield f"It is in {', '.join(held.files)}."
            ranked = self.ranked(question, known)
            yield from (
                piece.text
                for near, piece in ranked[:MOST]
                if near >= max(self._threshold, ranked[0][0] - _NEAR)
            )

    def ranked(self, question: str, known: Sequence[Piece]) -> list[tuple[float, Piece]]:
        """The pieces with their cosines to a question, nearest first."""
        if not known:
            return []
        texts = [f"{_BLOCK}{each.text}" if each.is_block else each.text for each in known]
        vectors = self._embedder.embed([question, *texts])
        near = vectors[1:] @ vectors[0]
        return sorted(zip(map(float, near), known, strict=True), key=lambda pair: -pair[0])
