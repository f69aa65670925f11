"""The release of Ambig-SWE scored again: ``python -m tom_evals ambig-swe --replay``."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tom_evals.ambig_swe import figures, score
from tom_evals.ambig_swe.data import MODELS, SETTINGS, Issue, Release, release
from tom_evals.ambig_swe.figures import Told
from tom_evals.common.paired import paired, sign_test
from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import Interval, ratio

PERCENT = 100.0
COLUMNS = ("figure", "published", "recomputed", "now", "low", "high", "cases")


class Compared(NamedTuple):
    """A figure as it was told and as it comes out now; ``now`` is None without data for it."""

    figure: str
    told: Told
    now: float | None = None
    between: tuple[float, float] | None = None
    cases: int | None = None

    @property
    def row(self) -> tuple[Cell, ...]:
        """As it stands in a table."""
        low, high = self.between or (None, None)
        told = self.told
        return (
            self.figure,
            told.published or None,
            told.recomputed or None,
            _shown(self.now),
            low,
            high,
            self.cases,
        )

    @property
    def differences(self) -> list[tuple[Cell, ...]]:
        """What was told otherwise: the figure, by whom, as what, and what it is now."""
        return [
            (self.figure, how, told, _shown(self.now))
            for how, told in zip(Told._fields, self.told, strict=True)
            if told and self.now is not None and not score.agrees(told, self.now)
        ]


def run(data: Path) -> Report:
    """Every table of the replay, and where it does not agree with what was told."""
    return replayed(release(data))


def replayed(found: Release) -> Report:
    """The report on a release that was read."""
    parts: list[tuple[str, list[Compared]]] = [
        ("Resolved, % and issues of all 500", list(_resolved(found))),
        ("Hidden against Interaction, paired by instance", list(_paired(found))),
        ("Asking by level of encouragement: accuracy, FPR, FNR", list(_detected(found))),
        ("Resolved % by whether the answers name a gold file", list(_navigated(found))),
        ("Questions and the information that answers bring", list(_questions(found))),
        ("The texts", list(_texts(found.issues))),
    ]
    compared = [each for _, rows in parts for each in rows]
    without = [each for each in compared if each.now is None]
    without += [Compared(name, told) for name, told in figures.ELSEWHERE.items()]
    tables = [
        Table(title, COLUMNS, [each.row for each in rows if each.now is not None])
        for title, rows in parts
    ]
    return Report(
        "Ambig-SWE: the release scored again",
        [
            *tables,
            Table(
                "Differences: figures that do not match the printed digits",
                ("figure", "by", "told", "now"),
                [row for each in compared for row in each.differences],
            ),
            Table(
                "Not computed: the release has no data for it",
                COLUMNS[:3],
                [each.row[:3] for each in without],
            ),
            Table(
                "Broken rows",
                ("file", "what", "rows"),
                [tuple(each) for each in found.broken],
            ),
        ],
        [*_notes(found), *_NOTES],
    )


def _resolved(found: Release) -> Iterator[Compared]:
    instances = [each.instance for each in found.issues]
    for model in MODELS:
        for setting in SETTINGS:
            key, solved = (model, setting), found.solved[model, setting]
            rate = score.resolve_rate(solved, instances)
            yield _percent(f"{model}, {setting}, %", Told(figures.RATES[key]), rate, len(instances))
            count = Told(recomputed=figures.COUNTS[key])
            yield Compared(f"{model}, {setting}, issues", count, sum(solved.values()))
    haiku, sonnet = (
        {setting: sum(found.solved[model, setting].values()) for setting in SETTINGS}
        for model in (figures.HAIKU, figures.SONNET)
    )
    yield Compared(
        "Claude Haiku 3.5, Interaction over Hidden, gain in %",
        Told(figures.HAIKU_GAIN),
        PERCENT * (ratio(haiku["Interaction"], haiku["Hidden"]) - 1),
    )
    yield Compared(
        "Claude Sonnet 3.5, Interaction over Full, %",
        Told(figures.SONNET_SHARE),
        PERCENT * ratio(sonnet["Interaction"], sonnet["Full"]),
    )


def _paired(found: Release) -> Iterator[Compared]:
    for model in MODELS:
        told = figures.PAIRED[model]
        now = paired(found.solved[model, "Hidden"], found.solved[model, "Interaction"])
        yield Compared(f"{model}, Wilcoxon p", Told(recomputed=told.p), now.p, cases=now.pairs)
        yield Compared(f"{model}, gains", Told(recomputed=told.gains), now.gains)
        yield Compared(f"{model}, losses", Told(recomputed=told.losses), now.losses)
        yield Compared(f"{model}, pairs", Told(recomputed=figures.PAIRS), now.pairs)
        exact = sign_test(now.gains, now.losses)
        yield Compared(f"{model}, exact sign test p", Told(), exact, cases=now.gains + now.losses)


def _detected(found: Release) -> Iterator[Compared]:
    for (model, level), seen in found.seen.items():
        told = figures.DETECTED[model, level]
        for name, figure, now in zip(
            ("accuracy", "FPR", "FNR"), told, score.detection(seen), strict=True
        ):
            yield _interval(f"{model}, {level}, {name}", Told(figure), now, len(seen))


def _navigated(found: Release) -> Iterator[Compared]:
    files = {each.instance: each.files for each in found.issues}
    for model, told in figures.NAVIGATED.items():
        named, other = f"{model}, named", f"{model}, not named"
        if model not in found.talks:
            yield Compared(f"resolved %: {named} (n = {told[1]})", Told(told[0]))
            yield Compared(f"resolved %: {other} (n = {told[3]})", Told(told[2]))
            continue
        solved = found.solved[model, "Interaction"]
        now = score.navigation(found.talks[model], files, solved)
        yield _percent(f"{named}, %", Told(told[0]), now.named, now.named_cases)
        yield Compared(f"{named}, instances", Told(told[1]), now.named_cases)
        yield _percent(f"{other}, %", Told(told[2]), now.other, now.other_cases)
        yield Compared(f"{other}, instances", Told(told[3]), now.other_cases)


def _questions(found: Release) -> Iterator[Compared]:
    for model, told in figures.GAINS.items():
        gain = Told(recomputed=told)
        marks = Told(recomputed=figures.MARKS.get(model, ""))
        if model not in found.talks:
            yield Compared(f"information gain, mean: {model}", gain)
            if marks.recomputed:
                yield Compared(f"question marks a message: {model}", marks)
            continue
        gains, talks = found.gains[model], found.talks[model]
        yield _interval(
            f"{model}, information gain, mean", gain, score.mean_gain(gains), len(gains)
        )
        message, session = score.question_marks(talks)
        messages, asked = (sum(len(t.pairs) for t in talks), sum(bool(t.pairs) for t in talks))
        yield _interval(f"{model}, question marks a message", marks, message, messages)
        yield _interval(f"{model}, question marks a session that asks", Told(), session, asked)


def _texts(issues: Sequence[Issue]) -> Iterator[Compared]:
    def median(figure: str, told: str, texts: Sequence[str]) -> Compared:
        return Compared(
            figure, Told(recomputed=told), statistics.median(len(text.split()) for text in texts)
        )

    def many(figure: str, told: str, which: Sequence[object]) -> Compared:
        return Compared(figure, Told(recomputed=told), sum(map(bool, which)), cases=len(which))

    full, summary = [each.full for each in issues], [each.summary for each in issues]
    as_released = [each.released for each in issues]
    yield median("full issue, median words", "144", full)
    yield median("full issue with its escapes, median words", "144", as_released)
    yield median("summary, median words", "58", summary)
    yield many("full issue, has a code fence", "232", ["```" in each for each in full])
    yield many("summary, has a code fence", "0", ["```" in each for each in summary])
    names = score.names_python
    yield many("full issue, mentions a .py name", "192", list(map(names, full)))
    yield many(
        "full issue with its escapes, mentions a .py name", "192", list(map(names, as_released))
    )
    yield many("summary, mentions a .py name", "4", list(map(names, summary)))
    yield many(
        "summary, begins with “The issue”", "197", [t.startswith("The issue") for t in summary]
    )
    shared = statistics.fmean(map(score.kept_vocabulary, issues))
    yield Compared("summary, % of its words in the issue", Told(recomputed="44"), PERCENT * shared)
    yield many("files are named", "474", [each.files for each in issues])
    yield many("hints are given", "335", [each.hints.strip() for each in issues])
    yield many("the patch touches one file", "429", [each.touched == 1 for each in issues])
    yield many("an escaped carriage return in any field", "252", [e.escaped for e in issues])
    yield many(
        "an escaped carriage return in the issue", "252", [e.full != e.released for e in issues]
    )


def _interval(figure: str, told: Told, now: Interval, cases: int) -> Compared:
    if math.isnan(now.value):
        return Compared(figure, told)
    return Compared(figure, told, now.value, (now.low, now.high), cases)


def _percent(figure: str, told: Told, now: Interval, cases: int) -> Compared:
    return _interval(figure, told, Interval(*(PERCENT * each for each in now)), cases)


def _shown(now: float | None) -> Cell:
    """Whole numbers as they are, others by four digits: as many as any figure was told with."""
    if now is None or math.isnan(now):
        return None
    return int(now) if now == int(now) else f"{now:.4g}"


def _notes(found: Release) -> Iterator[str]:
    """What has to be known of these very data."""
    instances = {each.instance for each in found.issues}
    for setting in SETTINGS:
        absent = len(instances - found.solved[figures.SONNET, setting].keys())
        if absent:
            yield (
                f"{absent} of the {len(instances)} issues have no result in {setting}; they "
                "count as not resolved, as in the paper."
            )
    for model, gains in found.gains.items():
        pairs = {(talk.instance, pair) for talk in found.talks[model] for pair in talk.pairs}
        strange = sum((each.instance, each.pair) not in pairs for each in gains)
        if strange:
            yield (
                f"{model}: {strange} of {len(gains)} pairs with a distance appear in no "
                "conversation."
            )


_NOTES = (
    (
        "Published: Vijayvargiya et al., ICLR 2026, arXiv 2502.13069. Recomputed: computed "
        "earlier from the same release, without this code. A figure agrees if it rounds to the "
        "printed digits."
    ),
    (
        "Low and high: 95 %, bootstrap over the repositories (1000 draws of whole repositories; "
        "there are 12)."
    ),
    (
        "Wilcoxon's test is two-sided and uses the normal approximation, with a correction for "
        "ties and without unchanged pairs. For yes/no pairs it is McNemar's test; the exact "
        "sign test is shown beside it."
    ),
    (
        "Detection measures whether a model asks, not what it would say to a yes-or-no "
        "question. Rows without gold are left out, and a row without output counts as not "
        "asked. Only then does Llama's FPR, neutral, match the published one (without those "
        "rows it is .46)."
    ),
    (
        "An answer names a gold file if it contains the whole path. Instances without files or "
        "without a result are left out; instances where nothing was asked count as naming none."
    ),
    (
        "The published counts of words and of .py names were made with the escapes left in, "
        "which add words and hide the ends of names. Rows counted that way are shown beside "
        "those with the escapes undone."
    ),
)
