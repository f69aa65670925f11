"""The tables of the scores, and what has to be known to read them. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tom_evals.common.harness.session import Ended
from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import ratio
from tom_evals.people import Manner
from tom_evals.stateful_swe.adherence import By, Outcome
from tom_evals.stateful_swe.judge import RULES, Marks, Satisfaction, Unjudged
from tom_evals.stateful_swe.profile import catalogue
from tom_evals.stateful_swe.scores import (
    UNFITTING,
    Arms,
    Row,
    by_arm,
    fitted,
    kept,
    mark,
    mean,
    over_profiles,
    pairs,
    resolved,
    share_kept,
    spent,
)

_SCALES = tuple(Marks.model_fields)
_ANSWERED = (Manner.ANSWERED, Manner.CUT)
_ASKED = ("answered", "no information", "not specific", "refused")
_SHARES = ("coding, by code", "coding, by a model", "talking")
_UNTOLD = ("not applicable", "unknown")


def report(rows: Sequence[Row], name: str = "Stateful SWE") -> Report:
    """Every table, and what has to be known to read them."""
    arms = by_arm(rows)
    tables = [
        Table(
            "Resolved, and how sessions ended",
            ("arm", "episodes", "resolved", "low", "high", *Ended),
            [_resolved_row(arm, each) for arm, each in arms.items()],
        ),
        Table(
            "Satisfaction, 1 to 5",
            ("arm", "by", "judged", "unjudged", "overall", "low", "high", *_SCALES[1:]),
            [row for arm, each in arms.items() for row in _satisfaction_rows(arm, each)],
        ),
        Table(
            "Messages that asked",
            ("arm", "messages", "a session", "fitted", "low", "high", *_ASKED),
            [_asked_row(arm, each) for arm, each in arms.items()],
        ),
        Table(
            "Preferences kept",
            ("arm", "kept", "broken", "share", "low", "high", *_SHARES, *_UNTOLD),
            [_kept_row(arm, each) for arm, each in arms.items()],
        ),
        Table(
            "Used in a session, mean by part",
            ("arm", "part", "tokens in", "tokens out", "USD", "sessions without a price"),
            [
                (arm, part, round(used.tokens_in), round(used.tokens_out), used.cost, used.unpriced)
                for arm, each in arms.items()
                for part, used in spent(each).items()
            ],
        ),
        Table(
            "Arms against each other, paired by profile and instance",
            ("measure", "from", "to", "pairs", "gains", "losses", "p"),
            [(*names, t.pairs, t.gains, t.losses, t.p) for *names, t in pairs(arms)],
        ),
    ]
    return Report(name, [*tables, _seconds(arms)], _notes(rows))


def _seconds(arms: Arms) -> Table:
    """Apart from the rest, which is the same whenever it is run."""
    rows = [(arm, mean(each.seconds for each in found)) for arm, found in arms.items()]
    return Table("Seconds a session, on this machine", ("arm", "mean"), rows)


def _resolved_row(arm: str, rows: Sequence[Row]) -> tuple[Cell, ...]:
    ended = [sum(each.ended is how for each in rows) for how in Ended]
    return (arm, len(rows), *resolved(rows), *ended)


def _satisfaction_rows(arm: str, rows: Sequence[Row]) -> list[tuple[Cell, ...]]:
    """A row for each that judged: marks of different judges have no common mean."""
    found: list[tuple[Cell, ...]] = []
    for by in dict.fromkeys(each.satisfaction.by for each in rows):
        theirs = [each for each in rows if each.satisfaction.by == by]
        judged = [each for each in theirs if isinstance(each.satisfaction, Satisfaction)]
        others = [mean(mark(each, scale) for each in judged) for scale in _SCALES[1:]]
        overall = over_profiles(judged, lambda drawn: mean(mark(r, "overall") for r in drawn))
        unjudged = len(theirs) - len(judged)
        found.append((arm, by, len(judged), unjudged, *map(_known, (*overall, *others))))
    return found


def _asked_row(arm: str, rows: Sequence[Row]) -> tuple[Cell, ...]:
    asked = [manner for each in rows for manner in each.asked]
    sorts = (_ANSWERED, (Manner.UNKNOWN,), (Manner.UNSPECIFIC,), UNFITTING)
    shares = [sum(each in sort for each in asked) for sort in sorts]
    return (arm, len(asked), ratio(len(asked), len(rows)), *map(_known, fitted(rows)), *shares)


def _kept_row(arm: str, rows: Sequence[Row]) -> tuple[Cell, ...]:
    found = [each for row in rows for each in row.findings]
    numbers = {o: sum(each.outcome is o for each in found) for o in Outcome}
    coding = [each for each in found if each.preference in catalogue()]
    shares = [
        share_kept(each for each in coding if each.by is By.CODE),
        share_kept(each for each in coding if each.by is By.MODEL),
        share_kept(each for each in found if each.preference not in catalogue()),
    ]
    return (
        arm,
        numbers[Outcome.KEPT],
        numbers[Outcome.BROKEN],
        *map(_known, (*kept(rows), *shares)),
        numbers[Outcome.NOT_APPLICABLE],
        numbers[Outcome.UNKNOWN],
    )


def _notes(rows: Sequence[Row]) -> list[str]:
    notes = [
        "Intervals are 95 % bootstrap intervals over profiles.",
        "p is from Wilcoxon's signed-rank test, two-sided, over the pairs that both arms have.",
        (
            "Cases with no occasion to keep a preference, or where it could not be decided, are in "
            "no share."
        ),
    ]
    if any(each.satisfaction.by == RULES for each in rows):
        notes.append(
            f"Marks by “{RULES}” only try the benchmark out; they measure nobody's satisfaction."
        )
    lost = [each.satisfaction for each in rows if isinstance(each.satisfaction, Unjudged)]
    notes += [f"Not judged: {reason}" for reason in dict.fromkeys(each.reason for each in lost)]
    return notes


def _known(value: float) -> float | None:
    """As it stands in a table: nothing where there is nothing to take a share of."""
    return None if math.isnan(value) else value
