"""What each input of the reader is worth: ``python -m tom_evals.reading.without``.

It trains without each part of the features, without the sentence's meaning, without what was
written in other languages, and on a half and a quarter of the people, and ranks the messages said
to agents out of fold. Takes some twenty minutes.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tom_evals.common.real_data import shared_data
from tom_evals.common.stats import auc, precision_at_recall
from tom_evals.reading import train
from tom_evals.reading.train import Floats, Material
from tom_swe.embed import Multilingual
from tom_swe.extract.lasting import PARTS

if TYPE_CHECKING:
    from tom_swe.ports import Vectors

RECALL = 0.3
SHARES = (0.5, 0.25)
# What `written_languages.jsonl` is grouped by.
LANGUAGES = frozenset(["de", "es", "fa", "fr", "it", "ja", "ko", "pl", "pt", "ru", "tr", "zh"])


@dataclass
class OnceEmbedded:
    """Gives every variant the same vectors: the sentences are the same."""

    vectors: Vectors
    name: str = Multilingual.name
    dimension: int = Multilingual.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of the sentences of the data, in their order."""
        del texts
        return self.vectors


def variants(whole: Material) -> Iterator[tuple[str, Floats, Material]]:
    """The name of each, its scores out of fold, and what they are of."""
    data, encoder = shared_data(), OnceEmbedded(whole.meant)
    known = train.apart(whole)
    yield "everything", train.out_of_fold(whole, known).scores, whole
    real = whole.tested
    quick = train.line(known.own[real], whole.lasting[real])
    yield "without the meaning", quick(known.own), whole
    for part in PARTS:
        other = train.material(data, encoder, part)
        yield f"without {part}", train.out_of_fold(other, train.apart(other)).scores, other
    other_than_english = np.array([each.case.group in LANGUAGES for each in whole.given])
    yield "without what was written in other languages", scored(whole, ~other_than_english), whole
    for share in SHARES:
        kept = np.array([_drawn(each.case.group) < share for each in whole.given])
        yield f"{share:.0%} of the people", scored(whole, kept | ~real), whole


def scored(of: Material, seen: NDArray[np.bool_]) -> Floats:
    """The scores of all by models that were fitted on some of the sentences only.

    The rest keep their folds and count nothing while the models are fitted.
    """
    fewer = of._replace(counts=np.where(seen, of.counts, 0.0))
    return train.out_of_fold(fewer, train.apart(fewer)).scores


def ranked(of: Material, scores: Floats, language: str = "") -> tuple[float, float]:
    """AUC and precision at RECALL of the messages said to agents, by their likeliest sentence."""
    best: dict[str, float] = {}
    truth: dict[str, bool] = {}
    for each, score in zip(of.given, scores, strict=True):
        if each.case.source == "wild" and language in {"", each.case.language}:
            best[each.case.id] = max(best.get(each.case.id, 0.0), float(score))
            truth[each.case.id] = each.case.states
    states = list(truth.values())
    found = list(best.values())
    return auc(states, found), precision_at_recall(states, found, RECALL)


def _drawn(group: str) -> float:
    """Where a person falls between 0 and 1."""
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 16**8


def main() -> None:
    """Prints a row a variant."""
    whole = train.material(shared_data(), Multilingual())
    sys.stdout.write(
        f"| variant | AUC | English | other | P at R {RECALL} |\n|---|---|---|---|---|\n"
    )
    for name, scores, of in variants(whole):
        (both, precise), (english, _), (other, _) = (
            ranked(of, scores, each) for each in ("", "english", "other")
        )
        sys.stdout.write(f"| {name} | {both:.3f} | {english:.3f} | {other:.3f} | {precise:.2f} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
