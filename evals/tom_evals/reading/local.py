"""How well a model from a file tells right hints from wrong ones, and from which figure on.

A hint is right if it holds words that its message was labelled for. The hints are those of the
product with the scorer out of fold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import Counts, auc, bootstrap, counts
from tom_evals.reading.data import Case, cases, session_of
from tom_evals.reading.examples import holds
from tom_evals.reading.held_out import HeldOut
from tom_evals.reading.model import sample
from tom_swe.embed import MiniLM, Remembering
from tom_swe.extract import EmbeddedReader
from tom_swe.extract.verified import case as asked
from tom_swe.extract.verified import question
from tom_swe.llm import LocalVerifier
from tom_swe.model.belief import Source

REAL, WRITTEN = "real messages", "written utterances"
COLUMNS = (
    "hints",
    "people",
    "right",
    "AUC",
    "F1, all kept",
    "F1, chosen on the others",
    "best threshold",
    "F1 there",
)
AUC = (
    "AUC: how often a right hint gets a higher figure than a wrong one; .5 is chance. The 95 % "
    "interval is over people; the written utterances have one author."
)
ON_OTHERS = (
    "Chosen on the others: each person's hints are judged by the threshold that works best for "
    "everyone else."
)
NO_USE = (
    "Set TOM_LOCAL_THRESHOLD to the threshold. If the AUC's interval includes .5, or if the F1 "
    "chosen on the others is no higher than the F1 of keeping all, then nothing shows that the "
    "model helps: do not set TOM_LOCAL_MODEL."
)


class Hint(NamedTuple):
    """A hint: whose, where from, its words, whether it is right, and the model's yes."""

    group: str
    source: str
    words: str
    right: bool
    sure: float = 0.0


def run(data: Path, file: Path, most: int | None = None) -> Report:
    """The model in ``file`` over the hints of all cases, or of at most ``most`` of each source."""
    given = cases(data)
    by_source = {name: [c for c in given if c.source == name] for name in ("aider", "claude-code")}
    written = [c for c in given if c.source == "written"]
    chosen = [c for group in (*by_source.values(), written) for c in sample(group, most)]
    found = list(hints(chosen))
    with closing(LocalVerifier(file)) as verifier:
        verifier.verify(question(), [asked("")])  # the weights are loaded with the first
        began = time.perf_counter()
        sure = verifier.verify(question(), [asked(each.words) for each in found])
        took = time.perf_counter() - began
        name = verifier.name
    judged = [hint._replace(sure=score) for hint, score in zip(found, sure, strict=True)]
    kinds = {
        REAL: [each for each in judged if each.source != "written"],
        WRITTEN: [each for each in judged if each.source == "written"],
    }
    rows: list[tuple[Cell, ...]] = [(title, *_row(part)) for title, part in kinds.items() if part]
    return Report(
        "Hints asked about",
        [Table(f"{name}: its yes to the hints of {len(chosen)} messages", ("", *COLUMNS), rows)],
        [
            AUC,
            ON_OTHERS,
            NO_USE,
            f"{took / max(len(found), 1):.2f} s a hint.",
        ],
    )


def hints(given: Iterable[Case]) -> Iterable[Hint]:
    """What the product takes for hints when nothing of its scorer was fitted on their author."""
    held_out = HeldOut()
    reader = EmbeddedReader(Remembering(MiniLM()), held_out)
    for case in given:
        held_out.turn_to(case)
        for each in reader.read(session_of(case)).observations:
            if each.source is Source.HINT:
                words = each.quote.text
                start = case.text.find(words)
                end = start + len(words)
                right = any(holds(case.text, quote, start, end) for quote, _ in case.quotes)
                yield Hint(case.group, case.source, words, right)


def best(judged: Sequence[Hint]) -> float:
    """The threshold whose F1 is the best; the lowest of several."""
    tried = sorted({0.0, *(each.sure for each in judged)})
    return max(tried, key=lambda threshold: kept(judged, lambda _: threshold).f1)


def kept(judged: Sequence[Hint], threshold: Callable[[Hint], float]) -> Counts:
    """Right and wrong hints that are kept and dropped."""
    return counts(
        (each.right for each in judged), (each.sure >= threshold(each) for each in judged)
    )


def chosen_on_others(judged: Sequence[Hint]) -> Counts:
    """The same, each person's by the threshold that is best for the rest."""
    people = {each.group for each in judged}
    thresholds = {p: best([each for each in judged if each.group != p]) for p in people}
    return kept(judged, lambda each: thresholds[each.group])


def _row(judged: Sequence[Hint]) -> tuple[Cell, ...]:
    people = len({each.group for each in judged})
    threshold = best(judged)
    several = people > 1
    return (
        len(judged),
        people,
        sum(each.right for each in judged),
        str(bootstrap(judged, lambda each: each.group, _auc)) if several else _auc(judged),
        kept(judged, lambda _: 0.0).f1,
        chosen_on_others(judged).f1 if several else None,
        threshold,
        kept(judged, lambda _: threshold).f1,
    )


def _auc(judged: Sequence[Hint]) -> float:
    return auc([each.right for each in judged], [each.sure for each in judged])
