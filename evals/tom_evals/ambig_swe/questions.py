"""How good questions are, by what their answers bring: ``... ambig-swe --questions``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

from tom_evals.ambig_swe import figures, novelty, paid, score
from tom_evals.ambig_swe.data import Gain, Release, Talk, release
from tom_evals.ambig_swe.information import correlation, gains, told
from tom_evals.ambig_swe.novelty import Marked, marked
from tom_evals.common.engine import Ledger
from tom_evals.common.models import language
from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import Interval, ratio
from tom_swe.embed import MiniLM
from tom_swe.ports import Embedder

FILE = "marks.jsonl"
PERCENT = 100.0

type Talks = Mapping[str, Sequence[Talk]]
"""What was asked and answered, by who asked."""


def run(
    data: Path,
    model: str = "",
    most: int | None = None,
    budget: float = 1.0,
    out: Path | None = None,
    embedder: Embedder | None = None,
) -> Report:
    """The tables of the release's questions; with a model, its marks of their answers, too.

    ``most`` pairs of each who asked are marked, for ``budget`` USD in this run. Marks are kept
    in ``out`` and not made again. ``embedder`` is the bundled MiniLM without one. Raises
    Unreadable, EngineFault, NoAnswer, EmbedderUnavailable.
    """
    found = release(data)
    summaries = {each.instance: each.summary for each in found.issues}
    tables = [*_embedded(found, summaries, embedder or MiniLM()), *counted(found)]
    if not model:
        return Report(_NAME, tables, _NOTES)
    with (
        TemporaryDirectory(prefix="tom-ambig-") as passing,
        Ledger((out or Path(passing)) / FILE, _identity()) as ledger,
        language(model, budget=budget) as judge,
    ):
        marks = {
            name: marked(name, talks, summaries, ledger, judge, most)
            for name, talks in found.talks.items()
        }
        cost = paid.told(model, paid.used(ledger, model))
    return Report(_NAME, [*tables, judged(model, marks)], [cost, *_faults(marks), *_NOTES])


# By an embedder


def _embedded(found: Release, summaries: Mapping[str, str], embedder: Embedder) -> Iterator[Table]:
    ours = {name: gains(talks, summaries, embedder) for name, talks in found.talks.items()}
    yield informed(ours, found.gains, embedder.name)
    yield ordered(ours, found.gains, embedder.name)


def informed(
    ours: Mapping[str, Sequence[Gain]], released: Mapping[str, Sequence[Gain]], embedder: str
) -> Table:
    """The mean gain of each who asked, beside the released one, and how the pairs agree."""
    rows: list[tuple[Cell, ...]] = []
    for name, found in ours.items():
        r, both = correlation(found, released.get(name, ()))
        rows.append(
            (
                name,
                str(score.mean_gain(found)) if found else None,
                len(found),
                sum(not told(each.pair.answer) for each in found),
                str(score.mean_gain(released[name])) if released.get(name) else None,
                figures.GAINS.get(name),
                None if math.isnan(r) else r,
                both,
            )
        )
    columns = (
        "who asked",
        f"mean gain, {embedder}",
        "pairs",
        "nothing told",
        "mean gain, released",
        "as told",
        "Pearson's r of ours and the released",
        "pairs that both have",
    )
    return Table("Information gain of a question", columns, rows)


def ordered(
    ours: Mapping[str, Sequence[Gain]], released: Mapping[str, Sequence[Gain]], embedder: str
) -> Table:
    """Whether the embedder puts each two in the order that the released distances have."""
    rows: list[tuple[Cell, ...]] = []
    for one, other in combinations([name for name in ours if released.get(name)], 2):
        here = difference(ours[one], ours[other])
        there = difference(released[one], released[other])
        same = "yes" if here.value * there.value > 0 else "no"
        rows.append((f"{other} over {one}", str(here), str(there), same))
    columns = ("difference of mean gains", embedder, "released", "same order")
    return Table("The order of the askers, by this embedder and as released", columns, rows)


def difference(one: Iterable[Gain], other: Iterable[Gain]) -> Interval:
    """By how much the mean gain of the other is more, both drawn by the same repositories."""
    rows = [(each.instance, (each.value, 1.0, 0.0, 0.0)) for each in one]
    rows += [(each.instance, (0.0, 0.0, each.value, 1.0)) for each in other]
    return score.intervals(rows, lambda s: [ratio(s[2], s[3]) - ratio(s[0], s[1])])[0]


# By counting


def counted(found: Release) -> Iterator[Table]:
    """How much was asked, and whether an answer that names a file to change helps."""
    columns = ("who asked", "sessions", "with a question", "? a message", "? a session that asks")
    asked: list[tuple[Cell, ...]] = [
        (
            name,
            len(talks),
            sum(bool(each.pairs) for each in talks),
            *map(str, score.question_marks(talks)),
        )
        for name, talks in found.talks.items()
    ]
    yield Table("Questions", columns, asked)
    files = {each.instance: each.files for each in found.issues}
    navigated: list[tuple[Cell, ...]] = []
    for name, talks in found.talks.items():
        now = score.navigation(talks, files, found.solved[name, "Interaction"])
        navigated.append(
            (name, _percent(now.named), now.named_cases, _percent(now.other), now.other_cases)
        )
    yield Table(
        "Resolved, %, by whether the answers name a gold file",
        ("who asked", "named", "instances", "not named", "instances, not named"),
        navigated,
    )


def _percent(rate: Interval) -> Cell:
    if math.isnan(rate.value):
        return None
    return "{:.1f} [{:.1f}, {:.1f}]".format(*(PERCENT * each for each in rate))


# By a judge


def judged(judge: str, marks: Mapping[str, Marked]) -> Table:
    """The mean mark of each who asked, and how often each mark was given."""
    scale = range(1, 6)
    rows: list[tuple[Cell, ...]] = []
    for name, each in marks.items():
        given = [mark for _, mark in each.marks]
        told = figures.ELSEWHERE.get(f"judge of new information, 1 to 5: {name}")
        rows.append(
            (
                name,
                str(each.mean) if given else None,
                *map(given.count, scale),
                len(given),
                len(each.unanswered),
                told.published if told else None,
            )
        )
    columns = ("who asked", "mean mark", *map(str, scale), "pairs", "no answer", "published")
    return Table(f"New relevant information in an answer, 1 to 5, by {judge}", columns, rows)


def _faults(marks: Mapping[str, Marked]) -> Iterator[str]:
    for name, each in marks.items():
        if each.unanswered:
            yield f"{name}, no mark: {paid.summed(each.unanswered)}."


def _identity() -> Mapping[str, object]:
    """What marks depend on beside the one who gives them."""
    return {"benchmark": "ambig-swe questions", "prompt": novelty.instruction()}


_NAME = "Ambig-SWE: what questions bring"
_NOTES = (
    (
        "Information gain: 1 - the cosine of the summary and the summary followed by the "
        "answer. Refusals are first removed from the answer; a pair in which nothing else was "
        "said gains 0. The released figures were made with OpenAI's text-embedding-3-small. "
        "tom has no embedder that calls a server, so those figures could not be computed "
        "again. Figures of two embedders are on different scales, so only their order can be "
        "compared."
    ),
    "If an interval includes 0, these data do not support that order.",
    "MiniLM reads only the first 256 tokens of a text, so the end of a long answer does not count.",
    (
        "The release has the pairs of only two models, so there is one order to check. "
        "Intervals: 95 %, bootstrap over the repositories (1000 draws of whole repositories)."
    ),
)
