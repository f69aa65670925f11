"""Learns how much a word says of what a text is about: ``python -m tom_evals.earlier.train OUT``.

Makes OUT/topics.txt, which the package ships in `tom_swe/text`. No label is used: two messages
that one person sent in two sessions and that share a word are the more alike in meaning, by the
multilingual sentence encoder, the more that word says. The mean over people of how alike they
are, less how alike any two of their messages are, is the word's weight, in parts of a common one.
Words that three people sent as a whole message answer a question, or say to go on: they are about
nothing.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tom_evals.common.real_data import shared_data
from tom_evals.reading.data import WILD
from tom_swe.embed import Multilingual
from tom_swe.text.terms import terms

if TYPE_CHECKING:
    from tom_swe.ports import Vectors

SEED = 1
MOST_WORDS, MOST_CHARACTERS = 60, 500
# Words that fewer people say are left out. So many pairs of one person's messages are compared.
FEWEST_PEOPLE, MOST_PAIRS = 3, 80
# A word of so many people counts as much as what is believed of any word.
PRIOR = 2
# What the words of no topic have, and what a common word of one has beyond it.
FLOOR, SCALE = 0.06, 0.15


class Message(NamedTuple):
    """Something that a person said in a session."""

    person: str
    session: str
    text: str


def messages(data: Path) -> list[Message]:
    """The short messages of many people."""
    found: list[Message] = []
    with (data / WILD).open(encoding="utf-8") as lines:
        for each in map(json.loads, lines):
            text = " ".join(each["text"].split())
            if 1 < len(text) < MOST_CHARACTERS and len(text.split()) <= MOST_WORDS:
                found.append(Message(each["user"], each["session"], text))
    return found


def learned(said: Sequence[Message], vectors: Vectors) -> dict[str, float]:
    """The weight of each word that enough people say."""
    rng = random.Random(SEED)
    of_person: dict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(said):
        of_person[each.person].append(place)

    def alike(places: Sequence[int], pairs: int) -> list[float]:
        drawn = ((rng.choice(places), rng.choice(places)) for _ in range(pairs))
        return [
            float(vectors[a] @ vectors[b])
            for a, b in drawn
            if said[a].session != said[b].session and said[a].text != said[b].text
        ]

    sharing: dict[str, list[float]] = defaultdict(list)
    any_two: list[float] = []
    for places in of_person.values():
        holding: dict[str, list[int]] = defaultdict(list)
        for place in places:
            for term in set(terms(said[place].text)):
                holding[term].append(place)
        any_two += alike(places, len(places))
        for term, where in sorted(holding.items()):
            if found := alike(where, min(MOST_PAIRS, 3 * len(where))) if len(where) > 1 else []:
                sharing[term].append(float(np.mean(found)))
    base = float(np.mean(any_two))
    rare = [float(np.mean(each)) for each in sharing.values() if len(each) < FEWEST_PEOPLE]
    believed = float(np.mean(rare)) - base if rare else 0.0
    return {
        term: (sum(each) - base * len(each) + PRIOR * believed) / (len(each) + PRIOR)
        for term, each in sharing.items()
        if len(each) >= FEWEST_PEOPLE
    }


def answers(said: Iterable[Message]) -> set[str]:
    """The words that enough people sent alone."""
    alone: dict[str, set[str]] = defaultdict(set)
    for each in said:
        if len(each.text.split()) == 1 and len(found := terms(each.text)) == 1:
            alone[found[0]].add(each.person)
    return {term for term, people in alone.items() if len(people) >= FEWEST_PEOPLE}


def main() -> None:
    """Writes the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for topics.txt")
    given = parser.parse_args()
    said = messages(shared_data())
    weights = learned(said, Multilingual(threads=2).embed([each.text for each in said]))
    none = answers(said)
    lines = [
        f"{term} {0.0 if term in none else max(0.0, weights[term] - FLOOR) / SCALE:.2f}"
        for term in sorted({*weights, *none})
    ]
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "topics.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
