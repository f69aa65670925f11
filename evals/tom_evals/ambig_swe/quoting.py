"""A proxy's words without a language model: the reporter's own sentences nearest a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tom_evals.ambig_swe.proxy import Held
from tom_evals.people import Asked, Found
from tom_evals.people.asking import Sort, sort
from tom_evals.people.pieces import Piece, pieces
from tom_swe.ports import Embedder

# Cosine of a question and the piece that answers it. Of 337 questions in the release this tells
# the answered from the others with a balanced accuracy of .66; from .30 to .50 all do as well.
THRESHOLD = 0.45
MOST = 2  # pieces for a question
_NEAR = 0.1
# Code says nothing of being an example or an output, which is what questions ask for.
_BLOCK = "Example, code to reproduce it, error message and output:\n"


class Quoting:
    """A `Finder` that quotes the issue and the hints."""

    def __init__(self, held: Held, embedder: Embedder, threshold: float = THRESHOLD) -> None:
        self._held = held
        self._embedder = embedder
        self._threshold = threshold

    def find(self, asked: Asked) -> Found:
        """What answers the questions, each piece once, whatever was said before; a question for
        the place has the files. Raises EmbedderUnavailable.
        """
        return Found("\n".join(dict.fromkeys(self._answers(asked.questions))).strip())

    def _answers(self, questions: Iterable[str]) -> Iterator[str]:
        known = pieces(self._held.known)
        for question in questions:
            if self._held.files and sort(question) is Sort.PLACE:
                yield f"It is in {', '.join(self._held.files)}."
            near = ranked(self._embedder, question, known)
            yield from (
                piece.text
                for cosine, piece in near[:MOST]
                if cosine >= max(self._threshold, near[0][0] - _NEAR)
            )


def ranked(embedder: Embedder, question: str, known: Sequence[Piece]) -> list[tuple[float, Piece]]:
    """The pieces with their cosines to a question, nearest first."""
    if not known:
        return []
    texts = [f"{_BLOCK}{each.text}" if each.is_block else each.text for each in known]
    vectors = embedder.embed([question, *texts])
    near = vectors[1:] @ vectors[0]
    return sorted(zip(map(float, near), known, strict=True), key=lambda pair: -pair[0])
