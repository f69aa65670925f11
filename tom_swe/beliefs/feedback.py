"""What the outcome of a suggestion says about the beliefs that it cited. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime

from tom_swe.errors import UsageError
from tom_swe.model.advice import Outcome
from tom_swe.model.belief import Judge, Stance, Verdict

# What one outcome weighs, in sessions, shared among the beliefs that it falls on; what a session
# did with a belief that it was told falls on that one.
WEIGHT = {Judge.PERSON: 1.0, Judge.AGENT: 0.5, Judge.SESSION: 0.1}

BECAME = {
    Outcome.ACCEPTED: "accepted",
    Outcome.PARTLY: "partly accepted",
    Outcome.REJECTED: "rejected",
}


def verdicts(
    consultation_id: int,
    cited: Sequence[int],
    outcome: Outcome,
    *,
    right: Collection[int] | None,
    by: Judge,
    at: datetime,
) -> dict[int, tuple[Verdict, ...]]:
    """The verdicts on the beliefs that a suggestion cited, by belief id.

    Nobody says which of them the outcome is due to, so each has an equal share. Of a partly
    accepted one those in ``right`` held and the others did not; where ``right`` is None each
    counts half for itself and half against. Raises UsageError.
    """
    _check(consultation_id, cited, outcome, right)
    shared: dict[int, tuple[Verdict, ...]] = {}
    for belief_id in cited:
        held = outcome is Outcome.ACCEPTED or (right is not None and belief_id in right)
        if outcome is Outcome.PARTLY and right is None:
            stances = (Stance.SUPPORTS, Stance.CONTRADICTS)
        else:
            stances = (Stance.SUPPORTS if held else Stance.CONTRADICTS,)
        weight = WEIGHT[by] / len(cited) / len(stances)
        shared[belief_id] = tuple(
            Verdict(consultation_id=consultation_id, stance=stance, weight=weight, by=by, at=at)
            for stance in stances
        )
    return shared


def _check(
    consultation_id: int, cited: Sequence[int], outcome: Outcome, right: Collection[int] | None
) -> None:
    if right is None:
        return
    if outcome is not Outcome.PARTLY:
        raise UsageError(f"name the right beliefs only with partly, not with {outcome.value}")
    if strays := sorted(set(right) - set(cited)):
        ids = ", ".join(f"b{each}" for each in strays)
        known = ", ".join(f"b{each}" for each in cited) or "no belief"
        raise UsageError(f"advice a{consultation_id} does not cite {ids}: it cites {known}")
