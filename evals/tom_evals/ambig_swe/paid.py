"""Answers of a model that are kept with what they cost, so that a run that is cut off goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tom_evals.common.engine import Job, Ledger, Row, Work, run
from tom_evals.common.models import Language
from tom_swe.model.calls import Usage

AT_ONCE = 4
_USED = "used"


class NoAnswer(Exception):
    """A model answered nothing at all: says why."""


def kept(jobs: Sequence[Job], work: Work, ledger: Ledger, language: Language) -> list[Row]:
    """The rows of all jobs, in their order; only those without an answer are asked again.

    What the model has used is written after each row. Raises NoAnswer where every job failed,
    EngineFault.
    """
    before = sum(key.startswith(f"{_USED}/") for key in ledger.rows())
    key = f"{_USED}/{language.name}/{before}"

    def tell(_: Row) -> None:
        ledger.add(Row(key, language.used.model_dump()))

    rows = run(jobs, work, ledger, at_once=AT_ONCE, again=True, tell=tell)
    if rows and all(row.failed for row in rows):
        raise NoAnswer(f"{language.name} gave no answer: {rows[0].failed}")
    return rows


def used(ledger: Ledger, name: str) -> Usage:
    """What a model has used for all the rows of a ledger, in every run that wrote to it."""
    begins = f"{_USED}/{name}/"
    # Each use of a ledger writes a row of its own, whose newest version holds the whole of it.
    usages = [
        Usage.model_validate(row.result)
        for key, row in ledger.rows().items()
        if key.startswith(begins)
    ]
    return sum(usages, Usage())


def told(name: str, usage: Usage) -> str:
    """A note on what a model has used."""
    cost = "no known price" if usage.cost is None else f"{usage.cost:.4f} USD"
    return f"{name} received {usage.tokens_in} tokens and wrote {usage.tokens_out}: {cost}."


def reasons(rows: Iterable[Row]) -> tuple[str, ...]:
    """The kind of fault of each row that has no answer."""
    return tuple(row.failed.partition(":")[0] for row in rows if row.failed)


def summed(faults: Iterable[str]) -> str:
    """How often each fault was."""
    return ", ".join(f"{many} {fault}" for fault, many in Counter(faults).items())
