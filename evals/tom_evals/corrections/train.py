"""``python -m tom_evals.corrections.train``: makes the model of corrective turns that ships.

It takes a minute or two on one core and nothing but numpy. ``out_of_fold.json`` beside it gets the
score of each turn by a model that saw no turn of the same person.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import tom_swe.extract
from tom_evals.common.real_data import shared_data
from tom_evals.common.sparse import Floats, Rows, fitted
from tom_evals.common.stats import counts
from tom_evals.corrections.data import REAL, developers
from tom_evals.corrections.examples import WILD, WRITER, Example, examples
from tom_evals.corrections.out_of_fold import FILE
from tom_evals.corrections.score import by_reading
from tom_swe.extract.corrective import BITS, SHIPPED, features
from tom_swe.text import language_of

STRENGTH = 3.0
# Of the turns that are found, this share is to be right, out of fold.
WANTED = 0.72
FOLDS, NEVER = 4, -1
# A language is read where out of fold so many of its turns were found, and right, of so many.
FEWEST, LEAST_RECALL, LEAST_PRECISION = 12, 0.2, 0.6


def main() -> None:
    """Trains, and writes the model and the scores out of fold."""
    data = shared_data()
    given = examples(data)
    scores = out_of_fold(given)
    threshold = threshold_of(data, given, scores)
    weights, bias = trained(given)
    scale = float(np.abs(weights).max()) / 127
    packed = np.round(weights / scale).astype(np.int8).tobytes()
    levels = levels_of(given, scores, threshold)
    facts = {
        "threshold": round(threshold, 4),
        "bias": round(bias, 6),
        "scale": scale,
        "bits": BITS,
        "languages": sorted(levels),
        "sha256": hashlib.sha256(packed).hexdigest(),
        "trained_on": {
            name: _digest(data / name) for name in (str(REAL / "labels.jsonl"), str(WILD))
        },
        "weights": base64.b85encode(zlib.compress(packed, 9)).decode(),
    }
    shipped = Path(next(iter(tom_swe.extract.__path__))) / SHIPPED
    shipped.write_text(f"{json.dumps(facts)}\n", encoding="utf-8")
    kept = {
        "threshold": facts["threshold"],
        "scores": {
            ":".join(map(str, e.id)): round(s, 3)
            for e, s in zip(given, scores, strict=True)
            if e.person != WRITER
        },
    }
    FILE.write_text(f"{json.dumps(kept, indent=0)}\n", encoding="utf-8")
    sys.stdout.write(f"threshold {threshold:.3f}, {len(given)} turns, languages {levels}\n")


def trained(given: Sequence[Example]) -> tuple[Floats, float]:
    """The weights and the bias that these turns give."""
    rows = Rows.of([features(each.spoken) for each in given], 1 << BITS)
    truth = np.array([each.corrects for each in given])
    weight = np.array([each.weight for each in given])
    return fitted(rows, truth, weight, STRENGTH)


def out_of_fold(given: Sequence[Example]) -> list[float]:
    """The probability of each turn by a model of other people's."""
    fold = np.array([fold_of(each.person) for each in given])
    scores = np.zeros(len(given))
    for tested in sorted(set(fold.tolist()) - {NEVER}):
        weights, bias = trained([e for e, at in zip(given, fold, strict=True) if at != tested])
        inside = [at for at, each in enumerate(fold) if each == tested]
        rows = Rows.of([features(given[at].spoken) for at in inside], 1 << BITS)
        scores[inside] = 1 / (1 + np.exp(-(rows.times(weights) + bias)))
    return scores.tolist()


def fold_of(person: str) -> int:
    """The one developer who wrote most of the sessions is a fold, the others are one, too.

    What was written to train with is tested never.
    """
    if person == WRITER:
        return NEVER
    if person.startswith("dev"):
        return 0 if person == "dev01" else 1
    return 2 + int(hashlib.sha256(person.encode()).hexdigest(), 16) % FOLDS


def threshold_of(data: Path, given: Sequence[Example], scores: Sequence[float]) -> float:
    """The least probability above which the wanted share is right.

    Counted on the developers' turns, weighted by reading, and on the drawn ones of others.
    """
    by_id = dict(zip((each.id for each in given), scores, strict=True))
    messages = [m for each in developers(data) for m in each.messages]
    rows = [(by_id[w.message.place], w.weight, float(w.corrects)) for w in by_reading(messages)]
    rows += [(s, 1.0, e.corrects) for e, s in zip(given, scores, strict=True) if e.is_drawn]
    table = np.array(sorted(rows, reverse=True))
    precise = np.cumsum(table[:, 1] * table[:, 2]) / np.cumsum(table[:, 1])
    return float(table[np.flatnonzero(precise >= WANTED)[-1], 0])


def levels_of(
    given: Sequence[Example], scores: Sequence[float], threshold: float
) -> dict[str, tuple[float, float, int]]:
    """The languages in which corrections are found, with precision, recall and number of turns.

    Counted on the developers' turns and on those drawn, not on those chosen to learn from.
    """
    named: dict[str, list[tuple[bool, bool]]] = {}
    for each, score in zip(given, scores, strict=True):
        if each.corrects in {0.0, 1.0} and (each.is_drawn or each.person.startswith("dev")):
            language = language_of(each.spoken.text)
            named.setdefault(language, []).append((each.corrects > 0.5, score >= threshold))
    levels: dict[str, tuple[float, float, int]] = {}
    for language, pairs in named.items():
        seen = counts((true for true, _ in pairs), (found for _, found in pairs))
        sys.stdout.write(f"{language or '?':4} {len(pairs):5} {seen}\n")
        enough = seen.hits + seen.misses >= FEWEST
        if (
            language
            and enough
            and seen.recall >= LEAST_RECALL
            and seen.precision >= LEAST_PRECISION
        ):
            levels[language] = (round(seen.precision, 2), round(seen.recall, 2), len(pairs))
    return levels


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


if __name__ == "__main__":
    main()
