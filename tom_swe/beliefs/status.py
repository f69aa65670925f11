"""How a belief stands: its status and confidence by what is for and against it. Pure."""

from collections.abc import Iterable

from tom_swe.beliefs.confidence import confidence, newest, weigh
from tom_swe.model.belief import (
    Belief,
    Evidence,
    Decision,
    DecisionKind,
    Source,
    Stance,
    Status,
    Verdict,
)

SESSIONS_TO_CONFIRM = 2


def with_status(belief: Belief, *, superseded: bool) -> Belief:
    """The belief as what is for and against it makes it; ``superseded`` keeps it retired.

    It has to have support.
    """
    seen = [each.at for each in belief.supporting]
    as_of = newest(belief.evidence)
    return belief.model_copy(
        update={
            "status": Status.RETIRED if superseded else status_of_belief(belief),
            "superseded_by": belief.superseded_by if superseded else None,
            "confidence": confidence(belief.evidence, as_of, belief.verdicts, belief.decisions),
            "first_seen": min(seen),
            "last_seen": max(seen),
        }
    )


def status_of_belief(belief: Belief) -> Status:
    """The status of a belief that no other supersedes: the person's decision, else the evidence."""
    if belief.is_rejected_by_user:
        return Status.RETIRED
    return status_of(belief.evidence, belief.verdicts, belief.decisions)


def status_of(
    evidence: Iterable[Evidence], verdicts: Iterable[Verdict], decisions: Iterable[Decision] = ()
) -> Status:
    """The status of a belief that no other supersedes and that the person did not reject.

    The person confirms it, or enough sessions do, or one word stated outright; no verdict does.
    """
    if any(each.kind is DecisionKind.CONFIRM for each in decisions):
        return Status.CONFIRMED
    evidence = list(evidence)
    if is_rejected(evidence, verdicts):
        return Status.RETIRED
    supporting = [each for each in evidence if each.stance is Stance.SUPPORTS]
    stated = any(each.source is Source.STATED for each in supporting)
    enough = stated or sessions(supporting) >= SESSIONS_TO_CONFIRM
    return Status.CONFIRMED if enough else Status.CANDIDATE


def is_rejected(evidence: Iterable[Evidence], verdicts: Iterable[Verdict]) -> bool:
    """Whether rejected advice ends a belief: more is against it than for it.

    What the person says after the last rejection holds, whatever was rejected before.
    """
    evidence, verdicts = list(evidence), list(verdicts)
    rejections = [each.at for each in verdicts if each.stance is Stance.CONTRADICTS]
    said = [each.at for each in evidence if each.stance is Stance.SUPPORTS]
    if not rejections or not said or max(said) > max(rejections):
        return False
    support, against = weigh(evidence, verdicts, newest(evidence))
    return against > support


def sessions(evidence: Iterable[Evidence]) -> int:
    """In how many sessions a belief is supported."""
    return len({each.session_id for each in evidence if each.stance is Stance.SUPPORTS})
