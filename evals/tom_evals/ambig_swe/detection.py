"""Who asks when much is left out: ``python -m tom_evals ambig-swe --detect``.

At each level of encouragement each instance is given in full or as the vague summary of it, by
a draw; whoever sends the user any message has asked (Vijayvargiya et al. 2026, section 4).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tom_evals.ambig_swe import paid, score
from tom_evals.ambig_swe.askers import Asker, by_model, offline, prompts
from tom_evals.ambig_swe.data import LEVELS, Issue, Release, Seen, release
from tom_evals.common.engine import Job, Json, Ledger, Row, Work
from tom_evals.common.models import language
from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import Interval

SEED = 20_261_128
FILE = "decisions.jsonl"
COLUMNS = (
    "who asks",
    "level",
    "accuracy",
    "false positives",
    "false negatives",
    "cases",
    "no answer",
)


class Decided(NamedTuple):
    """What one asker did at a level; ``unanswered`` has the fault of each that did not decide."""

    asker: str
    level: str
    seen: tuple[Seen, ...]
    unanswered: tuple[str, ...] = ()


type Answered = Callable[[Sequence[Job], Work], Sequence[Row]]
"""Does jobs, or knows what came of them; a row a job, in their order."""


def is_vague(instance: str, level: str) -> bool:
    """Whether the instance is given vague at that level: one of two, the same in every run."""
    return Random(f"{SEED} {instance} {level}").random() < 0.5


def sample(issues: Sequence[Issue], most: int | None) -> list[Issue]:
    """So many issues, all where ``most`` is None; of a larger sample, a smaller one is a part."""
    drawn = sorted(issues, key=lambda issue: Random(f"{SEED} {issue.instance}").random())
    chosen = {issue.instance for issue in drawn[:most]}
    return [issue for issue in issues if issue.instance in chosen]


def run(
    data: Path,
    model: str = "",
    most: int | None = None,
    budget: float = 1.0,
    out: Path | None = None,
) -> Report:
    """The tables of all who need no model, and of a model where one is named.

    ``budget`` is what the model may cost in this run, in USD. Its decisions are kept in ``out``
    and not made again; the others take seconds and follow the product, so they are made anew.
    Raises Unreadable, EngineFault, NoAnswer.
    """
    found = release(data)
    chosen = sample(found.issues, most)
    decided = [d for asker in offline(found.issues) for d in decide(asker, chosen, _anew)]
    if not model:
        return report(decided, found)
    with (
        TemporaryDirectory(prefix="tom-ambig-") as passing,
        Ledger((out or Path(passing)) / FILE, _identity()) as ledger,
        language(model, budget=budget) as asked,
    ):
        answered = partial(paid.kept, ledger=ledger, language=asked)
        decided += [d for asker in by_model(asked) for d in decide(asker, chosen, answered)]
        return report(decided, found, [paid.told(model, paid.used(ledger, model))])


def decide(asker: Asker, issues: Sequence[Issue], answered: Answered) -> list[Decided]:
    """What an asker does with each issue at each of its levels."""
    of_instance = {issue.instance: issue for issue in issues}

    def work(given: Json) -> Json:
        issue, level = of_instance[given["instance"]], given["level"]
        text = issue.summary if is_vague(issue.instance, level) else issue.full
        return {"asked": asker.decide(text, level)}

    found: list[Decided] = []
    for level in asker.levels:
        jobs = [
            Job(f"{asker.name}/{level}/{instance}", {"instance": instance, "level": level})
            for instance in of_instance
        ]
        rows = answered(jobs, work)
        seen = tuple(
            Seen(instance, is_vague(instance, level), row.result["asked"])
            for instance, row in zip(of_instance, rows, strict=True)
            if not row.failed
        )
        found.append(Decided(asker.name, level, seen, paid.reasons(rows)))
    return found


def _anew(jobs: Sequence[Job], work: Work) -> list[Row]:
    return [Row(job.key, work(job.given)) for job in jobs]


def report(decided: Sequence[Decided], found: Release, notes: Iterable[str] = ()) -> Report:
    """The table of what was decided, and that of the released models beside it."""
    released = [Decided(model, level, seen) for (model, level), seen in found.seen.items()]
    return Report(
        "Ambig-SWE: who asks when much is left out",
        [
            Table("Asking, each instance in full or vague", COLUMNS, list(_rows(decided))),
            Table("The models of the release", COLUMNS, list(_rows(released))),
        ],
        [*notes, *_unanswered(decided), *_NOTES],
    )


def _unanswered(decided: Iterable[Decided]) -> Iterator[str]:
    for each in decided:
        if each.unanswered:
            yield f"{each.asker}, {each.level}, no answer: {paid.summed(each.unanswered)}."


def _rows(decided: Iterable[Decided]) -> Iterator[tuple[Cell, ...]]:
    for each in decided:
        rates = map(_shown, score.detection(each.seen)) if each.seen else [None] * 3
        yield each.asker, each.level, *rates, len(each.seen), len(each.unanswered)


def _shown(rate: Interval) -> Cell:
    return None if math.isnan(rate.value) else str(rate)


def _identity() -> Json:
    """What decisions depend on beside the one who makes them."""
    return {"benchmark": "ambig-swe detection", "seed": SEED, "prompts": prompts()}


_NOTES = (
    (
        "For each instance and level, a draw decides whether the full or the vague text is "
        f"shown (seed {SEED}). The release also drew again for each level. Only a model's "
        f"first step depends on the level, so the other rows differ between the {len(LEVELS)} "
        "levels only because of the draw."
    ),
    (
        "Intervals: 95 %, bootstrap over the repositories (1000 draws of whole repositories; "
        "there are 12)."
    ),
    (
        "The product's report scorer was fitted to these issues and summaries. Out of fold, "
        "the scorer of a text saw nothing from its repository; as shipped it saw all of them. "
        "The summaries were written by a model, and their style is part of what gives them "
        'away. With the marks hidden, markup and the opening "The issue ..." are removed and '
        "both texts of an issue are cut to the length of the shorter one; `python -m tom_evals "
        "clarity` has more."
    ),
    (
        "The product and a model here read only the text; the released models were agents that "
        "could look into the repository before they asked."
    ),
    (
        "No answer: the model gave no usable answer, or its budget was spent. Such a case "
        "counts in no rate, and the next run with the same --work tries it again. In the "
        "release a row without output counts as not asked."
    ),
)
