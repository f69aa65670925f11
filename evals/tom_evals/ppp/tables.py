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
    "Sessions that kept to the preference, including those without a question": lambda each: (
        each.kept
    ),
}


def report(found: Trained) -> Report:
    """Before training, and after it for each arm: means and deviations over seeds."""
    policies: Mapping[str, Sequence[Step]] = {"before": found.before, **found.after}
    sessions = found.before[0].sessions
    title = (
        f"{len(found.before)} seeds, {sessions} sessions each, on repositories that were not "
        "in training"
    )
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
        "± is the standard deviation over seeds, which set the first policy, the scripted "
        "sessions and the sampling. For one seed, all arms start from the same policy and "
        "train on the same tasks. Everything is measured for every arm, whatever it was "
        "trained for."
    ),
    (
        "The policy has about a hundred thousand parameters and a hundred words, and is "
        "trained from scratch. The tasks are synthetic; the people are UserVille's, played by "
        "rules. This shows that the objective trains what it should, and says nothing about "
        "real agents."
    ),
    (
        "Before training, it asks equally for what was meant, for what nobody knows and for "
        "the file. It keeps to how the person wants to be asked in half of its sessions. The "
        "scripts it learnt from do the same. It may ask three questions; a fourth ends the "
        "session without an answer."
    ),
    (
        "Proactivity is the share of sessions with a cost reward of 0 or more. Personalisation "
        "is the share that kept to the preference, among the sessions that asked."
    ),
)
