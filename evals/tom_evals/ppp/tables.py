"""What training made of a tiny policy, as tables."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence

from tom_evals.common.report import Cell, Report, Table
from tom_evals.ppp.steps import Step
from tom_evals.ppp.study import Trained

_FIGURES: Mapping[str, Callable[[Step], float | None]] = {
    "productivity": lambda each: each.productivity,
    "proactivity": lambda each: each.proactivity,
    "personalisation": lambda each: each.personalisation,
    "all three rewards": lambda each: each.total,
    "sessions: nothing asked": lambda each: each.unasked,
    "sessions: low effort at most": lambda each: each.low,
    "sessions: medium effort": lambda each: each.medium,
    "sessions: high effort": lambda each: each.high,
    "questions a session: low effort": lambda each: each.questions["low"],
    "questions a session: medium effort": lambda each: each.questions["medium"],
    "questions a session: high effort": lambda each: each.questions["high"],
}
_BY_PREFERENCE: Mapping[str, Callable[[Step], Mapping[str, float]]] = {
    "Questions a session, by preference": lambda each: each.asked,
    "Sessions that kept to the preference, those without a question too": lambda each: each.kept,
}


def report(found: Trained) -> Report:
    """Before training, and after it for each arm: means and deviations over seeds."""
    policies: Mapping[str, Sequence[Step]] = {"before": found.before, **found.after}
    sessions = found.before[0].sessions
    title = f"{len(found.before)} seeds, {sessions} sessions each on repositories not trained on"
    return Report(
        "PPP: a tiny policy",
        [
            Table(title, ("figure", *policies), list(_rows(policies, _FIGURES))),
            *(
                Table(each, ("preference", *policies), list(_rows(policies, _parts(policies, of))))
                for each, of in _BY_PREFERENCE.items()
            ),
        ],
        _NOTES,
    )


def _parts(
    policies: Mapping[str, Sequence[Step]], of: Callable[[Step], Mapping[str, float]]
) -> Mapping[str, Callable[[Step], float | None]]:
    def part(name: str) -> Callable[[Step], float | None]:
        return lambda each: of(each).get(name)

    names = sorted({name for steps in policies.values() for each in steps for name in of(each)})
    return {name: part(name) for name in names}


def _rows(
    policies: Mapping[str, Sequence[Step]], values: Mapping[str, Callable[[Step], float | None]]
) -> Iterator[tuple[Cell, ...]]:
    for name, value in values.items():
        yield (name, *(_spread(list(map(value, steps))) for steps in policies.values()))


def _spread(values: Sequence[float | None]) -> str | None:
    """The mean, and the unbiased deviation where there are several."""
    there = [each for each in values if each is not None]
    if not there:
        return None
    mean = f"{statistics.mean(there):.3f}"
    return f"{mean} \u00b1 {statistics.stdev(there):.3f}" if len(there) > 1 else mean


_NOTES = (
    (
        "\u00b1 is the standard deviation over seeds: of the first policy, the sessions it learnt "
        "from and the drawing. All arms of a seed start from the same policy and train on the same "
        "tasks; everything is measured for all arms, whatever they were trained for."
    ),
    (
        "The policy has about a hundred thousand parameters and a hundred words and is made from "
        "nothing; tasks are synthetic, people are UserVille's, played by rules. That shows that "
        "the objective trains what it is said to train, and nothing about real agents."
    ),
    (
        "Before training it asks for what was meant, for what nobody knows and for the file alike, "
        "and keeps to how the person wants to be asked in half of its sessions: so do the scripts "
        "that it learnt from. It may ask three questions; a fourth ends a session unanswered."
    ),
    (
        "Proactivity is the share of sessions with a cost reward of 0 or more; personalisation the "
        "share that kept to the preference among those that asked."
    ),
)
