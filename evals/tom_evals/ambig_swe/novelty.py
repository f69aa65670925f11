"""How much new, relevant information an answer holds: marks from 1 to 5 by a model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from random import Random
from typing import Annotated, NamedTuple

from pydantic import Field

from tom_evals.ambig_swe import paid, score
from tom_evals.ambig_swe.data import Pair, Talk
from tom_evals.common.bounded import bounded
from tom_evals.common.engine import Job, Json, Ledger
from tom_evals.common.models import Language
from tom_evals.common.stats import Interval, ratio
from tom_swe.model.base import Value
from tom_swe.model.calls import Message, Prompt

SEED = 20_261_128
_MOST = 6_000  # characters of each text that are shown


class NewInformation(Value):
    """The mark of one answer."""

    mark: Annotated[int, Field(ge=1, le=5)]


class Marked(NamedTuple):
    """The marks of some pairs by instance; ``unanswered`` has the fault of each without one."""

    marks: tuple[tuple[str, int], ...]
    unanswered: tuple[str, ...]

    @property
    def mean(self) -> Interval:
        """Over pairs, of which there is at least one."""
        rows = [(instance, (mark, 1)) for instance, mark in self.marks]
        return score.intervals(rows, lambda sums: [ratio(sums[0], sums[1])])[0]


def marked(
    name: str,
    talks: Sequence[Talk],
    summaries: Mapping[str, str],
    ledger: Ledger,
    language: Language,
    most: int | None = None,
) -> Marked:
    """The marks of what one called ``name`` asked, at most so many of its pairs, drawn by a seed.

    Raises NoAnswer, EngineFault.
    """
    pairs = {
        f"{name}/{talk.instance}/{number}": (talk.instance, pair)
        for talk in talks
        if talk.instance in summaries
        for number, pair in enumerate(talk.pairs)
    }
    drawn = sorted(pairs, key=lambda key: Random(f"{SEED} {key}").random())[:most]

    def work(given: Json) -> Json:
        instance, pair = pairs[given["pair"]]
        asked = prompt(summaries[instance], pair)
        return {"mark": language.ask(asked, NewInformation, most_tokens=300).mark}

    jobs = [Job(f"{language.name}/{key}", {"pair": key}) for key in drawn]
    rows = paid.kept(jobs, work, ledger, language)
    return Marked(
        tuple(
            (pairs[key][0], row.result["mark"])
            for key, row in zip(drawn, rows, strict=True)
            if not row.failed
        ),
        paid.reasons(rows),
    )


def prompt(summary: str, pair: Pair) -> Prompt:
    """What the model is asked about one pair; of bounded size."""
    shown = {
        "summary": bounded(summary, _MOST),
        "message": bounded(pair.question, _MOST),
        "answer": bounded(pair.answer, _MOST),
    }
    return Prompt(
        system=instruction(),
        messages=(Message(role="user", text=json.dumps(shown, ensure_ascii=False)),),
    )


@cache
def instruction() -> str:
    """How to mark."""
    file = resources.files(__package__).joinpath("new_information.md")
    return file.read_text(encoding="utf-8").strip()
