"""Labelled messages as labelled sentences, and which of them are tested together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tom_evals.reading.data import Case
from tom_swe.text.prose import sentences

MOST_CHARACTERS = 20_000
# A sentence holds a quote if it holds this many of its characters, or all of it.
LEAST_OVERLAP = 5
FOLDS = 4


class Example(NamedTuple):
    """A sentence of a case, and whether it holds what the case states."""

    case: Case
    words: str
    states: bool


def examples(cases: Iterable[Case]) -> list[Example]:
    """Every sentence of every case, as the product splits them."""
    return [
        Example(case, each.words, holds(case, each.start, each.end))
        for case in cases
        for each in sentences(case.text[:MOST_CHARACTERS])
    ]


def holds(case: Case, start: int, end: int) -> bool:
    """Whether this part of a case's text holds what the case states, or enough of it."""
    quote = case.quote if case.states else ""
    at = case.text.find(quote) if quote else -1
    shared = min(end, at + len(quote)) - max(start, at)
    return at >= 0 and shared >= min(LEAST_OVERLAP, len(quote))


def folds(cases: Sequence[Case]) -> dict[str, int]:
    """The fold of each person of the real messages; nobody is in two.

    Whoever states as much as all others of a source together is a fold alone. The rest are
    dealt out, those that state most first, back and forth.
    """
    stating: dict[str, int] = {}
    written: dict[str, int] = {}
    source: dict[str, str] = {}
    for case in cases:
        stating[case.group] = stating.get(case.group, 0) + case.states
        written[case.group] = written.get(case.group, 0) + 1
        source[case.group] = case.source
    of_source = {
        name: sum(stating[group] for group in stating if source[group] == name)
        for name in set(source.values())
    }
    alone = [group for group in stating if 2 * stating[group] > of_source[source[group]]]
    rest = sorted(set(stating) - set(alone), key=lambda g: (-stating[g], -written[g], g))
    there_and_back = [*range(FOLDS), *reversed(range(FOLDS))]
    dealt = {group: there_and_back[i % len(there_and_back)] for i, group in enumerate(rest)}
    return dealt | {group: FOLDS + i for i, group in enumerate(sorted(alone))}
