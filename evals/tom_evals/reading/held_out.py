"""What the sentence scorer gave each labelled message when it was fitted without its author.

`train` makes ``out_of_fold.json``: probabilities of a message's sentences in their order, by the
message's id, and no text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tom_evals.reading.data import Case
from tom_evals.reading.examples import MOST_CHARACTERS
from tom_swe.model.session import SaidSentence
from tom_swe.text.prose import sentences

FILE = Path(__file__).with_name("out_of_fold.json")


class HeldOut:
    """A scorer for one case at a time that knows no sentence but that case's."""

    name = "held-out"

    def __init__(self, file: Path = FILE) -> None:
        kept = json.loads(file.read_text(encoding="utf-8"))
        self._scores: dict[str, list[float]] = kept["scores"]
        self._threshold = float(kept["threshold"])
        self._sure = float(kept["sure"])
        self._of: dict[str, float] = {}

    @property
    def threshold(self) -> float:
        """That of the shipped scorer."""
        return self._threshold

    @property
    def sure(self) -> float:
        """That of the shipped scorer."""
        return self._sure

    def turn_to(self, case: Case) -> None:
        """Takes up a case. Raises ValueError if its sentences are not those that were scored."""
        words = [each.words for each in sentences(case.text[:MOST_CHARACTERS])]
        self._of = dict(zip(words, self._scores.get(case.id, ()), strict=True))

    def score(self, said: Sequence[SaidSentence]) -> list[float]:
        """The scores of sentences of the case at hand; 0 for one that is split otherwise now."""
        return [self._of.get(each.words, 0.0) for each in said]

    def best(self, case: Case) -> float:
        """The highest score of a case's sentences; 0 where it has none."""
        return max(self._scores.get(case.id, ()), default=0.0)
