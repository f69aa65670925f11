"""Trains the reader of lasting sentences: ``python -m tom_evals.reading.train OUT``.

Makes OUT/lasting.json and OUT/lasting.weights, which the package ships in `tom_swe/extract`, and
OUT/out_of_fold.json, on which `python -m tom_evals reading` reports. Nothing is random, so the
same data make the same files but for the last digits of floating point. It takes some minutes and
nothing but numpy.

It sees the sentences of all labelled messages of the shared data, of `written.jsonl` and of
`written_languages.jsonl`. A sentence counts as lasting as its label is sure: 1 of 3 is .35, 2 is
.9 and 3 is 1. What the two models read is said in `tom_swe.extract.lasting`.

Out of fold means by people: a person's messages are scored by both models fitted without any of
that person's, and the scores that the second was fitted on were made without them, too. What was
written to train with is tested never. The probabilities are read off those scores, so they are a
little too sure of themselves.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_evals.common import regression, sparse
from tom_evals.common.real_data import shared_data
from tom_evals.reading.data import WILD, all_of_wild, cases, extras
from tom_evals.reading.examples import Example, examples, folds
from tom_swe.embed import Multilingual
from tom_swe.extract.lasting import (
    BITS,
    SHIPPED,
    WEIGHTS,
    digest,
    features,
    packed,
)
from tom_swe.ports import Embedder

type Floats = NDArray[np.float64]
type Chosen = NDArray[np.bool_]

STRENGTH = 3.0  # of the first model: the inverse of its ridge penalty
PENALTY = 25_000.0  # of the second, on vectors whose parts have a spread of about one
SPREAD = 22.0  # the parts of unit vectors of 512 dimensions have one of about 1 / 22
FREE = 30.0  # so large a score of the first is hardly held back by the penalty
# Few sentences are lasting; what was written for training is worth half of what was said.
RARE, WRITTEN_COUNTS = 3.0, 0.5
# The second model reads what the first gives at least this chance. Nearly all of what reaches the
# threshold is among it, and two thirds of all sentences are not.
FLOOR = 0.03
# The share that is to be right among the sentences above it, out of fold.
HINTED, SAID = 0.25, 0.5
NEVER = -1


class Material(NamedTuple):
    """Sentences as numbers: hashed features, meanings, how lasting, what they count, the fold."""

    rows: sparse.Rows
    meant: NDArray[np.float32]
    lasting: Floats
    counts: Floats
    fold: NDArray[np.int64]  # NEVER: trained on, never tested
    given: Sequence[Example]

    @property
    def tested(self) -> Chosen:
        """Which are scored out of fold."""
        return self.fold != NEVER

    def chosen(self, these: Chosen) -> Material:
        """Some of the sentences."""
        return Material(
            rows=self.rows.chosen(these),
            meant=self.meant[these],
            lasting=self.lasting[these],
            counts=self.counts[these],
            fold=self.fold[these],
            given=[each for each, wanted in zip(self.given, these, strict=True) if wanted],
        )


class First(NamedTuple):
    """The model of n-grams and signs."""

    weights: Floats
    bias: float

    def __call__(self, rows: sparse.Rows) -> Floats:
        """The raw score of each row."""
        return rows.times(self.weights) + self.bias


class Second(NamedTuple):
    """The model that weighs the first's score against meanings."""

    weight: float
    dense: Floats
    offset: float

    def __call__(self, first: Floats, meant: NDArray[np.float32]) -> Floats:
        """The raw score of each row."""
        return self.weight * first + meant @ self.dense + self.offset


def material(data: Path, encoder: Embedder, without: str = "") -> Material:
    """All there is to learn from; one part of the features may be left out."""
    labelled = [*cases(data), *all_of_wild(data)]
    given = examples([*labelled, *extras()])
    of_person = folds(labelled)
    said = [each.said for each in given]
    real = np.array([each.case.source not in {"extra", "written"} for each in given])
    lasting = np.array([each.lasting for each in given])
    return Material(
        rows=sparse.Rows.of([features(each, without) for each in said], 1 << BITS),
        meant=encoder.embed([each.words for each in said]),
        lasting=lasting,
        counts=np.where(real, 1.0, WRITTEN_COUNTS) * np.where(lasting > 0, RARE, 1.0),
        fold=np.array([of_person.get(each.case.group, NEVER) for each in given]),
        given=given,
    )


def first(of: Material, seen: Chosen) -> First:
    """The first model, fitted to these sentences."""
    weights, bias = sparse.fitted(of.rows.chosen(seen), of.lasting[seen], of.counts[seen], STRENGTH)
    return First(weights, bias)


def second(of: Material, scores: Floats, seen: Chosen) -> Second:
    """The second model, fitted to these sentences and the first's scores of them."""
    rows = np.hstack([scores[seen][:, None] * FREE, of.meant[seen] * SPREAD]).astype(np.float64)
    found = regression.fitted(rows, of.lasting[seen], of.counts[seen], PENALTY)
    return Second(float(found[0]) * FREE, found[1:-1] * SPREAD, float(found[-1]))


class OutOfFold(NamedTuple):
    """The first model's scores without a sentence's own people, and without two folds."""

    own: Floats
    both: dict[tuple[int, int], Floats]  # of the rows of either fold, by a model of neither

    def without(self, of: Material, fold: int) -> Floats:
        """Each sentence's score by a model that saw neither its fold nor this one."""
        scores = self.own.copy()
        for (one, other), found in self.both.items():
            if fold in {one, other}:
                rest = of.fold == (other if fold == one else one)
                scores[rest] = found[rest]
        return scores


def apart(of: Material) -> OutOfFold:
    """The first model's scores of each fold, of what is never tested as of one more."""
    every = sorted(set(of.fold.tolist()))
    own = np.zeros(len(of.lasting))
    for fold in every:
        inside = of.fold == fold
        own[inside] = first(of, ~inside)(of.rows.chosen(inside))
    both: dict[tuple[int, int], Floats] = {}
    for one, other in combinations(every, 2):
        inside = (of.fold == one) | (of.fold == other)
        found = np.zeros(len(own))
        found[inside] = first(of, ~inside)(of.rows.chosen(inside))
        both[one, other] = found
    return OutOfFold(own, both)


class Line(NamedTuple):
    """What makes a probability of a raw score."""

    slope: float
    offset: float

    def __call__(self, raw: Floats) -> Floats:
        """The probability of each."""
        return 1 / (1 + np.exp(-np.clip(self.slope * raw + self.offset, -30, 30)))


def line(raw: Floats, lasting: Floats) -> Line:
    """Fitted to scores out of fold."""
    found = regression.fitted(raw[:, None], lasting, np.ones(len(raw)), 1e-6)
    return Line(float(found[0]), float(found[1]))


def raw_of(of: Material, known: OutOfFold, fold: int) -> Floats:
    """The second model's scores of a fold's sentences, of which neither model saw any."""
    inside = of.fold == fold
    scores = known.without(of, fold)
    quick = line(scores[~inside & of.tested], of.lasting[~inside & of.tested])
    fitted = second(of, scores, ~inside & (quick(scores) >= FLOOR))
    return fitted(known.own[inside], of.meant[inside])


class Scored(NamedTuple):
    """The probability of each sentence out of fold, and what made one of each model's scores."""

    scores: Floats
    first: Line
    second: Line


def out_of_fold(of: Material, known: OutOfFold) -> Scored:
    """By models that saw none of a sentence's own people."""
    real = of.tested & np.array([each.case.source != "written" for each in of.given])
    quick = line(known.own[real], of.lasting[real])
    scores = quick(known.own)
    hopeful = scores >= FLOOR
    raw = np.full(len(scores), np.nan)
    for fold in sorted(set(of.fold[of.tested].tolist())):
        inside = of.fold == fold
        raw[inside] = raw_of(of, known, fold)
    last = line(raw[real & hopeful], of.lasting[real & hopeful])
    tested = of.tested & hopeful
    scores[tested] = last(raw[tested])
    return Scored(scores, quick, last)


def threshold(of: Material, scores: Floats, right: float) -> float:
    """The least score above which so many of the sentences said to agents are lasting."""
    wild = np.array([each.case.source == "wild" for each in of.given])
    order = np.argsort(-scores[wild])
    precise = np.cumsum(of.lasting[wild][order] > 0.5) / np.arange(1, len(order) + 1)
    return float(scores[wild][order][np.flatnonzero(precise >= right)[-1]])


class Trained(NamedTuple):
    """What the package ships, and the scores out of fold by the id of the message."""

    facts: dict[str, object]
    weights: bytes
    kept: dict[str, object]


def trained(of: Material, encoder: Embedder) -> Trained:
    """The two models fitted to everything."""
    known = apart(of)
    found = out_of_fold(of, known)
    every = np.ones(len(of.lasting), dtype=bool)
    one = first(of, every)
    two = second(of, known.own, found.first(known.own) >= FLOOR)
    weights = packed(one.weights.astype(np.float32), two.dense.astype(np.float32))
    facts: dict[str, object] = {
        "made_by": "python -m tom_evals.reading.train",
        "encoder": encoder.name,
        "threshold": _short(threshold(of, found.scores, HINTED)),
        "sure": _short(threshold(of, found.scores, SAID)),
        "floor": FLOOR,
        "first": {name: _short(each) for name, each in found.first._asdict().items()},
        "second": {name: _short(each) for name, each in found.second._asdict().items()},
        "bias": _short(one.bias),
        "weight": _short(two.weight),
        "offset": _short(two.offset),
        "weights": hashlib.sha256(weights).hexdigest(),
    }
    kept = {
        "threshold": facts["threshold"],
        "sure": facts["sure"],
        "scores": _by_message(of, found.scores),
    }
    return Trained(facts, weights, kept)


def _by_message(of: Material, scores: Floats) -> dict[str, list[float]]:
    kept: dict[str, list[float]] = {}
    for each, score, fold in zip(of.given, scores, of.fold, strict=True):
        if fold != NEVER:
            kept.setdefault(each.case.id, []).append(_short(score, 3))
    return kept


def _short(number: float, digits: int = 6) -> float:
    return float(f"{number:.{digits}g}")


def digests(data: Path, named: Iterable[Path]) -> dict[str, str]:
    """The first characters of the digest of each file that was trained on."""
    return {
        name.as_posix(): hashlib.sha256((data / name).read_bytes()).hexdigest()[:16]
        for name in named
    }


TRAINED_ON = (
    WILD,
    *(
        Path("reading") / name
        for name in (
            "messages.jsonl",
            "message_labels.jsonl",
            "claude_code.jsonl",
            "claude_code_labels.jsonl",
            "utterances.jsonl",
        )
    ),
)


def main() -> None:
    """Writes both files into the folder that is named."""
    if len(sys.argv) != 2:
        sys.exit("give a folder to write to: python -m tom_evals.reading.train OUT")
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    data, encoder = shared_data(), Multilingual()
    made = trained(material(data, encoder), encoder)
    facts = made.facts | {"trained_on": digests(data, TRAINED_ON)}
    facts["sha256"] = digest(facts)
    (place / WEIGHTS).write_bytes(made.weights)
    for name, document, indent in ((SHIPPED, facts, 1), ("out_of_fold.json", made.kept, None)):
        text = json.dumps(document, ensure_ascii=False, indent=indent)
        (place / name).write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
