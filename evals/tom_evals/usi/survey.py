"""How a simulator's judgement of a session agrees with people's: the index's Eval. Pure."""

from __future__ import annotations

import random
import statistics
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tom_evals.common.stats import SEED

type Answers = Mapping[str, str]
type Levels = Mapping[str, Mapping[str, int]]

PERCENT = 100.0


def level(answer: str | None, levels: Mapping[str, int]) -> float | None:
    """An answer's level among its field's, from 0 (lowest) to 1; None, where it is none of them."""
    if answer is None or answer not in levels:
        return None
    lowest, highest = min(levels.values()), max(levels.values())
    return (levels[answer] - lowest) / (highest - lowest)


def agreement(
    person: Answers, simulator: Answers, survey: Levels, *, task: str, seed: int = SEED
) -> float | None:
    """How alike two sets of answers are, 0 to 100: 100 (1 - mean distance of levels).

    A field that the person left blank is skipped; None, where all are. Where the simulator gave
    no answer that can be used, a level is drawn for it, which depends on seed, task and field
    alone.
    """
    apart: list[float] = []
    for field, levels in survey.items():
        theirs = level(person.get(field), levels)
        if theirs is None:
            continue
        ours = level(simulator.get(field), levels)
        if ours is None:
            draw = random.Random(f"{seed} {task} {field}")
            # By level, not by answer: of the amount of questions, two answers share one.
            by_level = {each: answer for answer, each in levels.items()}
            ours = level(by_level[draw.choice(sorted(by_level))], levels)
            assert ours is not None, "an answer of the field"
        apart.append(abs(theirs - ours))
    return PERCENT * (1 - statistics.fmean(apart)) if apart else None


def agreements(
    batches: Sequence[Mapping[str, tuple[Answers, Answers]]],
    tasks: Sequence[str],
    survey: Levels,
    *,
    seed: int = SEED,
) -> NDArray[np.float64]:
    """By batch and task: the agreement of the person's answers and the simulator's.

    Nan where there are no two sets of answers to compare.
    """
    found = np.full((len(batches), len(tasks)), np.nan)
    for number, batch in enumerate(batches):
        for place, task in enumerate(tasks):
            if task in batch:
                person, simulator = batch[task]
                drawn = f"{number} {task}"
                value = agreement(person, simulator, survey, task=drawn, seed=seed)
                found[number, place] = np.nan if value is None else value
    return found
