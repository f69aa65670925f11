"""What the product hears of people whom it was not made on.

The messages are `wild.jsonl` of the shared data, or of a folder of the same shape. The shipped
scorer was trained on the shared data, so there the figures are out of fold: each person is read
by a scorer that saw nothing of theirs. On another folder the product reads as shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tom_evals.common.report import Cell, Report, Table
from tom_evals.reading.data import SURE, Case, session_of, wild_cases
from tom_evals.reading.held_out import HeldOut
from tom_evals.reading.run import by_product, is_said
from tom_evals.reading.score import FIGURES, RECALLS, Judged, at_recalls, by, figures
from tom_swe.embed import MiniLM, Multilingual
from tom_swe.extract import EmbeddedReader
from tom_swe.extract.lasting import LastingSentences
from tom_swe.model.belief import Source
from tom_swe.model.session import SaidSentence
from tom_swe.ports import Embedder, Scorer

STATES = (
    f"A message states something if a label of it is sure to {SURE} or 3 of 3; the borderline ones "
    "count as stating nothing. Messages from files of kept prompts are left out."
)
RANKED = (
    "AUC and precision at a recall rank messages by the score of their likeliest sentence. What is "
    "sure counts from the first session on, a hint once three sessions hint at the same, or one "
    "says it outright."
)
CEILING = "A second careful reader has a precision of .89 and a recall of .73 against these labels."


def run(data: Path, *, unseen: bool) -> Report:
    """The product and its rules alone, on every message; ``unseen`` data by the shipped scorer."""
    given = list(wild_cases(data))
    embedder = MiniLM()
    held_out = HeldOut()
    scorer: Scorer = LastingSentences(Multilingual()) if unseen else held_out
    turn_to: Callable[[Case], None] = (lambda _: None) if unseen else held_out.turn_to
    read = by_scored_product(given, embedder, scorer, turn_to)
    how = "as shipped" if unseen else "out of fold"
    readers = {
        "the product's rules": by_product(given, EmbeddedReader(embedder)),
        f"the product, {how}, what it is sure of": read.sure,
        f"the product, {how}, with hints": read.all,
    }
    rows: list[tuple[Cell, ...]] = []
    for name, judged in readers.items():
        shown = (each if isinstance(each, float) else str(each) for each in figures(judged))
        rows.append((name, *shown, *at_recalls(judged)))
    stating = sum(case.states for case in given)
    parts: list[tuple[Cell, ...]] = [
        (str(name), count, of_them, counted.precision, counted.recall, counted.f1)
        for key in (_language, _label)
        for name, (count, of_them, counted) in by(read.all, key).items()
    ]
    ranked: list[tuple[Cell, ...]] = [
        (name, *at_recalls(part), str(figures(part)[3]))
        for name in ("english", "other")
        if (part := [each for each in read.all if each.case.language == name])
    ]
    return Report(
        "Reading new people",
        [
            Table(
                f"{len(given)} messages of {len({c.group for c in given})} people, "
                f"{stating} state something",
                ("reader", *FIGURES, *(f"P at R {r}" for r in RECALLS)),
                rows,
            ),
            Table(
                "the product with hints, by language and label",
                ("part", "messages", "stating", "precision", "recall", "F1"),
                parts,
            ),
            Table(
                "the product's ranking by language",
                ("language", *(f"P at R {r}" for r in RECALLS), "AUC"),
                ranked,
            ),
        ],
        ["95 % intervals over people.", STATES, RANKED, CEILING],
    )


class ProductRead:
    """What the product is sure of in each message, and what it hears at all."""

    def __init__(self) -> None:
        self.sure: list[Judged] = []
        self.all: list[Judged] = []


class Watched:
    """A scorer that keeps the highest score since it was last reset."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self.name, self.threshold, self.sure = scorer.name, scorer.threshold, scorer.sure
        self.highest = 0.0

    def score(self, said: Sequence[SaidSentence]) -> list[float]:
        """The scorer's scores."""
        scores = self._scorer.score(said)
        self.highest = max([self.highest, *scores])
        return scores


def by_scored_product(
    given: Sequence[Case],
    embedder: Embedder,
    scorer: Scorer,
    turn_to: Callable[[Case], None],
) -> ProductRead:
    """What the product makes of each message, read with the agent's turn before it."""
    watched = Watched(scorer)
    reader = EmbeddedReader(embedder, watched)
    read = ProductRead()
    for case in given:
        turn_to(case)
        watched.highest = 0.0
        said = [o for o in reader.read(session_of(case)).observations if is_said(o)]
        sure = any(each.source is not Source.HINT for each in said)
        read.sure.append(Judged(case, watched.highest, sure))
        read.all.append(Judged(case, watched.highest, bool(said)))
    return read


def _language(case: Case) -> str:
    return case.language


def _label(case: Case) -> str:
    return case.label
