"""What a user's answer adds to the vague summary: how far it moves the summary's meaning.

Information gain is 1 - cos(E(summary), E(summary + " " + answer)), one value a pair of question
and answer, what the answer refuses left out (Vijayvargiya et al. 2026, section 5).
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from tom_evals.ambig_swe.data import Gain, Pair, Talk
from tom_evals.people import Exchange
from tom_swe.ports import Embedder

# Up to the end of the sentence, or to what is told all the same.
_REFUSAL = re.compile(
    r"\bI (?:do not|don['\u2019]t) have [^.!?\n]*?\b(?:information|details?|specifics?|insights?)\b"
    r"[^.!?\n]*?(?:,? but\b|[.!?]|(?=\n)|\Z)",
    re.IGNORECASE,
)
_EMPTY_ITEM = re.compile(r"^[ \t]*(?:\d+[.)]|[-*])?[ \t]*$\n?", re.MULTILINE)


def told(answer: str) -> str:
    """An answer without its refusals and the items of a list that were nothing else."""
    return _EMPTY_ITEM.sub("", _REFUSAL.sub("", answer)).strip()


def gains(
    talks: Iterable[Talk], summaries: Mapping[str, str], embedder: Embedder
) -> tuple[Gain, ...]:
    """The gain of each pair of the instances that have a summary; 0 where nothing was told.

    Raises EmbedderUnavailable.
    """
    pairs = [
        (talk.instance, pair) for talk in talks if talk.instance in summaries for pair in talk.pairs
    ]
    texts: dict[str, int] = {}
    before = [texts.setdefault(summaries[i], len(texts)) for i, _ in pairs]
    after = [texts.setdefault(_with(summaries[i], pair), len(texts)) for i, pair in pairs]
    if not pairs:
        return ()
    vectors = embedder.embed(list(texts))
    return tuple(
        Gain(instance, pair, 0.0 if a == b else 1.0 - float(vectors[a] @ vectors[b]))
        for (instance, pair), a, b in zip(pairs, before, after, strict=True)
    )


def _with(summary: str, pair: Pair) -> str:
    return f"{summary} {told(pair.answer)}".rstrip()


def correlation(ours: Sequence[Gain], theirs: Sequence[Gain]) -> tuple[float, int]:
    """Pearson's r over the pairs that both have, and how many; nan where either does not vary."""
    of_pair = {(each.instance, each.pair): each.value for each in theirs}
    both = [
        (each.value, of_pair[each.instance, each.pair])
        for each in ours
        if (each.instance, each.pair) in of_pair
    ]
    if any(len(set(column)) < 2 for column in zip(*both, strict=True)) or not both:
        return math.nan, len(both)
    return float(np.corrcoef(np.array(both).T)[0, 1]), len(both)


def talk(instance: str, exchanges: Iterable[Exchange], asked: Collection[str]) -> Talk:
    """What was asked in a session of a run: the exchanges answered in one of these manners."""
    return Talk(
        instance,
        tuple(Pair(each.said, each.answer) for each in exchanges if each.manner in asked),
    )
