"""Trains the sentence scorer: ``python -m tom_evals.reading.train OUT``.

Makes OUT/scorer.json, which the package ships as `tom_swe/embed/scorer.json`, and
OUT/out_of_fold.json, on which `python -m tom_evals reading` reports. Nothing is random, so
the same data make the same files but for the last digits of floating point. It takes minutes.

A sentence is read by the int8 MiniLM that embeds (pinned by digest in `tom_swe.embed.minilm`),
untouched: the means over its tokens after layers 3, 4 and 5. Two logistic regressions stand on
that. The first, standardised, C = .005, sees the sentences of the real messages, of the written
utterances (`TOM_SHARED_DATA`/reading) and of `written.jsonl`, which were written for it. The
second weighs its score, times 3, against the cue patterns of `wording`, C = .005, and sees real
sentences alone, with the first's scores of them as out of fold.

Out of fold means by people: a person's messages are scored by both stages fitted without any of
that person's, and the scores that the second stage was fitted on were made without them, too.
The written utterances are scored by stages that saw none of them. The probabilities are read
off those scores, so they are a little too sure of themselves.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tom_evals.common.regression import Floats, fitted
from tom_evals.reading.data import cases, extras
from tom_evals.reading.examples import Example, examples, folds
from tom_evals.reading.wording import patterns
from tom_swe.embed import Cues, MiniLM
from tom_swe.embed.cues import COUNTED
from tom_swe.embed.minilm import MODEL_SHA256
from tom_swe.embed.scorer import digest

type Chosen = NDArray[np.bool_]

PENALTY = 1 / 0.005
SCALE = 3.0
TOKENS = 64
# Where half of what was said was right in the first run, kept since: choosing it again on every
# run would flatter the figures.
THRESHOLD = -1.4654
# A cue that hardly any sentence has would else weigh as much as a common one.
LEAST_SPREAD = 0.05


class Line(NamedTuple):
    """A linear score of a row."""

    weights: Floats
    bias: float

    def __call__(self, rows: Floats) -> Floats:
        """The score of each row."""
        return rows @ self.weights + self.bias


class Material(NamedTuple):
    """Sentences as numbers: by the layers, by the cues, what they state and who said them."""

    layers: Floats
    cues: Floats
    states: Floats
    fold: NDArray[np.int64]  # of real messages; WRITTEN or EXTRA
    given: Sequence[Example]

    @property
    def real(self) -> Chosen:
        """Which were said to an agent."""
        return self.fold >= 0


WRITTEN, EXTRA = -1, -2


def material(data: Path) -> Material:
    """All there is to learn from."""
    labelled = cases(data)
    given = examples([*labelled, *extras()])
    of_person = folds([case for case in labelled if case.source != "written"])
    other = {"written": WRITTEN, "extra": EXTRA}
    fold = [other.get(each.case.source, of_person.get(each.case.group, EXTRA)) for each in given]
    cues = Cues(dict.fromkeys(patterns(), 0.0), dict.fromkeys(COUNTED, 0.0))
    words = [each.words for each in given]
    return Material(
        layers=MiniLM().states(words, TOKENS).astype(float),
        cues=np.array([cues.present(each) for each in words]),
        states=np.array([each.states for each in given], dtype=float),
        fold=np.array(fold),
        given=given,
    )


def by_layers(of: Material, seen: Chosen) -> Line:
    """The first stage, fitted to these sentences."""
    rows = of.layers[seen]
    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    found = _fitted((rows - mean) / spread, of.states[seen], PENALTY)
    weights = found.weights / spread
    return Line(weights, found.bias - float(mean @ weights))


class Both(NamedTuple):
    """The second stage: what a score of the first counts, what each cue does, and the bias."""

    score: float
    cues: Floats
    bias: float

    def __call__(self, scores: Floats, cues: Floats) -> Floats:
        """The score of each sentence."""
        return self.score * scores + cues @ self.cues + self.bias


def with_cues(of: Material, scores: Floats, seen: Chosen) -> Both:
    """The second stage, fitted to these sentences and the first's scores of them."""
    mean, spread = float(scores[seen].mean()), float(scores[seen].std())
    middle = of.cues[seen].mean(0)
    width = np.maximum(of.cues[seen].std(0), LEAST_SPREAD)
    first = ((scores[seen] - mean) / spread * SCALE)[:, None]
    rows = np.hstack([first, (of.cues[seen] - middle) / width])
    found = _fitted(rows, of.states[seen], PENALTY)
    score, cues = float(found.weights[0]) * SCALE / spread, found.weights[1:] / width
    return Both(score, cues, found.bias - score * mean - float(middle @ cues))


def held_out(of: Material, seen: Chosen) -> Floats:
    """The first stage's scores of the real sentences among these, each without its fold."""
    scores = np.full(len(of.states), np.nan)
    for fold in _folds(of, seen):
        inside = seen & (of.fold == fold)
        scores[inside] = by_layers(of, seen & ~inside)(of.layers[inside])
    return scores


def scored(of: Material, tested: Chosen) -> Floats:
    """The scores of the tested sentences, by stages that saw none of them."""
    seen = ~tested
    first = by_layers(of, seen)(of.layers[tested])
    second = with_cues(of, held_out(of, seen), seen & of.real)
    return second(first, of.cues[tested])


def out_of_fold(of: Material) -> Floats:
    """The score of each real sentence without its fold, of each written one without all those."""
    scores = np.full(len(of.states), np.nan)
    for fold in (*_folds(of, of.real), WRITTEN):
        tested = of.fold == fold
        scores[tested] = scored(of, tested)
    return scores


def trained(of: Material) -> tuple[dict[str, object], dict[str, object]]:
    """What the package ships, and the scores out of fold by the id of the message."""
    everything = np.ones(len(of.states), dtype=bool)
    first = by_layers(of, everything)
    second = with_cues(of, held_out(of, everything), of.real)
    apart = out_of_fold(of)
    line = _fitted(apart[of.real][:, None], of.states[of.real], 1e-6)
    slope, offset = float(line.weights[0]), line.bias
    layers = Line(second.score * first.weights, second.score * first.bias + second.bias)
    named = (*patterns(), *COUNTED)
    weighed = {name: _short(each) for name, each in zip(named, second.cues, strict=True)}
    facts: dict[str, object] = {
        "made_by": "python -m tom_evals.reading.train",
        "encoder": MODEL_SHA256,
        "tokens": TOKENS,
        "threshold": _short(float(_sure(np.array(slope * THRESHOLD + offset)))),
        "highest": _short(float(layers(of.layers[of.real]).max())),
        "calibration": {"slope": _short(slope), "offset": _short(offset)},
        "bias": _short(layers.bias),
        "counted": {name: weighed[name] for name in COUNTED},
        "cues": {name: weighed[name] for name in patterns()},
        "weights": [_short(each) for each in layers.weights],
    }
    facts["sha256"] = digest(facts)
    return facts, {
        "threshold": facts["threshold"],
        "scores": _by_message(of.given, _sure(slope * apart + offset)),
    }


def _by_message(given: Iterable[Example], scores: Floats) -> dict[str, list[float]]:
    kept: dict[str, list[float]] = {}
    for each, score in zip(given, scores, strict=True):
        if each.case.source != "extra":
            kept.setdefault(each.case.id, []).append(_short(score, 4))
    return kept


def _folds(of: Material, seen: Chosen) -> list[int]:
    return sorted({int(fold) for fold in of.fold[seen & of.real]})


def _fitted(rows: Floats, states: Floats, penalty: float) -> Line:
    found = fitted(rows, states, np.ones(len(states)), penalty)
    return Line(found[:-1], float(found[-1]))


def _sure(raw: Floats) -> Floats:
    return 1 / (1 + np.exp(-raw))


def _short(number: float, digits: int = 6) -> float:
    return float(f"{number:.{digits}g}")


def main() -> None:
    """Writes both files into the folder that is named."""
    from tom_evals.common.real_data import shared_data

    if len(sys.argv) != 2:
        sys.exit("give a folder to write to: python -m tom_evals.reading.train OUT")
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    facts, apart = trained(material(shared_data()))
    for name, document, indent in (("scorer", facts, 1), ("out_of_fold", apart, None)):
        text = json.dumps(document, ensure_ascii=False, indent=indent)
        (place / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
