"""Labelled messages as labelled sentences, and which of them are tested together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tom_evals.reading.data import Case
from tom_swe.extract.embedded import as_said
from tom_swe.model.session import SaidSentence
from tom_swe.text import Sentence
from tom_swe.text.prose import sentences

MOST_CHARACTERS = 20_000
# A sentence holds a quote if it holds this many of its characters, or all of it.
LEAST_OVERLAP = 5
FOLDS = 4
# How lasting a sentence counts that holds a quote whose label is so sure, of 3.
LASTING = (0.0, 0.35, 0.9, 1.0)


class Example(NamedTuple):
    """A sentence of a case as the scorer gets it, and how lasting its labels call it."""

    case: Case
    said: SaidSentence
    lasting: float


def examples(cases: Iterable[Case]) -> list[Example]:
    """Every sentence of every case, as the product splits them."""
    return [
        Example(case, said, LASTING[_sure(case, each.start, each.end)])
        for case in cases
        for each, said in sentences_of(case)
    ]


def sentences_of(case: Case) -> list[tuple[Sentence, SaidSentence]]:
    """The sentences of a case, and each as the scorer gets it."""
    found = sentences(case.text[:MOST_CHARACTERS])
    return list(zip(found, as_said(found, case.text, case.before), strict=True))


def _sure(case: Case, start: int, end: int) -> int:
    """How sure the surest label is whose quote this part of a case's text holds enough of."""
    return max(
        (sure for quote, sure in case.quotes if holds(case.text, quote, start, end)), default=0
    )


def holds(text: str, quote: str, start: int, end: int) -> bool:
    """Whether this part of a text holds a quote, or enough of it."""
    at = text.find(quote) if quote else -1
    shared = min(end, at + len(quote)) - max(start, at)
    return at >= 0 and shared >= min(LEAST_OVERLAP, len(quote))


def folds(cases: Sequence[Case]) -> dict[str, int]:
    """The fold of each group of cases; none is in two.

    They are dealt out, those that state most first, back and forth. The written utterances have
    one author, so they all go to one fold.
    """
    stating: dict[str, int] = {}
    count: dict[str, int] = {}
    for case in cases:
        group = _dealt_as(case)
        stating[group] = stating.get(group, 0) + case.states
        count[group] = count.get(group, 0) + 1
    order = sorted(stating, key=lambda g: (-stating[g], -count[g], g))
    there_and_back = [*range(FOLDS), *reversed(range(FOLDS))]
    dealt = {group: there_and_back[i % len(there_and_back)] for i, group in enumerate(order)}
    return {case.group: dealt[_dealt_as(case)] for case in cases}


def _dealt_as(case: Case) -> str:
    return "written" if case.source == "written" else case.group
