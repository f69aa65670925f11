"""What would this person want here? The belief on a task's subject, among many of theirs."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.report import Table
from tom_evals.common.stats import bootstraps
from tom_evals.keeping.material import Side, Utterance, dimensions, material
from tom_swe import LOCAL_USER, Belief, Query, Settings, Tom, open_tom
from tom_swe.extract.catalogue import catalogue
from tom_swe.ports import Embedder

# Utterances that are work on a subject and state nothing about it.
TASKS = frozenset({"oneoff", "question", "bug"})
DEPTHS = (1, 3, 8)


class Wanted(NamedTuple):
    """Where the first belief on a task's subject stands in a ranking; None where it is not."""

    preference: str
    place: int | None


def wanted(data: Path, embedder: Embedder) -> Table:
    """A person who has stated a wish on every subject of the catalogue, asked for each task.

    The share of tasks with a belief on their subject among the first so many, with intervals
    over preferences.
    """
    with tempfile.TemporaryDirectory() as folder:
        tom = open_tom(Settings(home=Path(folder) / "memory"), embedder=embedder)
        try:
            for dimension in catalogue():
                tom.remember(LOCAL_USER, dimension.values[0].statement)
            held = tom.memory.beliefs.told(LOCAL_USER)
            tasks = [task for task in _tasks(data) if _subject(task, held)]
            rows = {
                "the surest first": [_placed(task, held) for task in tasks],
                "full text alone": [_placed(task, _by_words(tom, task, held)) for task in tasks],
                "vectors alone": [
                    _placed(task, _by_meaning(tom, task, held, embedder)) for task in tasks
                ],
                "tom": [_placed(task, _recalled(tom, task)) for task in tasks],
            }
        finally:
            tom.close()
    return Table(
        f"What would they want here? {len(tasks)} tasks, {len(held)} beliefs of one person",
        ("ranking", *(f"@{depth}" for depth in DEPTHS)),
        [
            (name, *map(str, bootstraps(found, lambda each: each.preference, shares)))
            for name, found in rows.items()
        ],
    )


def shares(found: Sequence[Wanted]) -> list[float]:
    """The share of tasks whose belief is among the first so many, for each of `DEPTHS`."""
    places = [each.place for each in found]
    return [
        sum(place is not None and place < depth for place in places) / len(places)
        for depth in DEPTHS
    ]


def _tasks(data: Path) -> list[Utterance]:
    both = [each for side in Side for each in material(data, side).utterances]
    return [each for each in both if each.trap in TASKS]


def _subject(task: Utterance, held: Sequence[Belief]) -> list[int]:
    wanted_on = dimensions(task.preference)
    return [belief.id for belief in held if belief.dimension in wanted_on]


def _placed(task: Utterance, ranked: Sequence[Belief]) -> Wanted:
    on_it = dimensions(task.preference)
    places = [n for n, belief in enumerate(ranked[: max(DEPTHS)]) if belief.dimension in on_it]
    return Wanted(task.preference, places[0] if places else None)


def _recalled(tom: Tom, task: Utterance) -> Sequence[Belief]:
    return tom.recall(LOCAL_USER, Query(text=task.text, limit=max(DEPTHS))).beliefs


def _by_words(tom: Tom, task: Utterance, held: Sequence[Belief]) -> list[Belief]:
    by_id = {belief.id: belief for belief in held}
    found = tom.memory.search.beliefs(LOCAL_USER, task.text, max(DEPTHS))
    return [by_id[number] for number, _ in found if number in by_id]


def _by_meaning(
    tom: Tom, task: Utterance, held: Sequence[Belief], embedder: Embedder
) -> list[Belief]:
    vector = embedder.embed([task.text])[0]
    stored = tom.memory.vectors.of_beliefs((belief.id for belief in held), embedder.name)
    return sorted(held, key=lambda belief: -float(stored[belief.id] @ vector))
