"""How what is believed changes without anything new being heard. Pure.

Evidence goes when it is forgotten; verdicts come when advice is judged. Both leave beliefs
to be weighed again, and what lives again has to agree with what has been held since.
"""

from collections.abc import Collection, Mapping, Sequence

from tom_swe.beliefs.conflict import SUPERSEDED, SimilarityFunction, conflicts, outweighs
from tom_swe.beliefs.status import with_status
from tom_swe.model.belief import Belief, Change, DecisionKind, Status
from tom_swe.model.revision import Revision

GONE = "evidence was forgotten or is gone"
REJECTED = "advice resting on it was rejected"
RULED_OUT = "you rejected it"


def reconsider(beliefs: Sequence[Belief], similarity: SimilarityFunction) -> list[Revision]:
    """The changes of mind needed because evidence has gone from under these beliefs.

    Confidence and status are computed again, and a belief whose successor is gone is
    believed again. Beliefs with no support left are for the caller to delete.
    """
    return weighed(beliefs, {belief.id for belief in beliefs}, similarity, GONE)


def weighed(
    beliefs: Sequence[Belief], on: Collection[int], similarity: SimilarityFunction, reason: str
) -> list[Revision]:
    """The changes of mind on the beliefs with these ids, by all that is for and against them.

    What rejected advice outweighs is retired. What another belief supersedes stays so.
    What lives again ends, or is ended by, what cannot hold together with it.
    """
    now = {belief.id: belief for belief in beliefs}
    revisions: list[Revision] = []
    revived: list[int] = []
    for old in beliefs:
        if old.id not in on or not old.supporting:
            continue
        given_up = old.status is Status.RETIRED
        new = with_status(old, superseded=given_up and stays_superseded(old, now))
        if new == old:
            continue
        now[new.id] = new
        change = Change.WEAKEN if new.confidence < old.confidence else Change.STRENGTHEN
        if new.status is Status.RETIRED and not given_up:
            revisions.append(Revision(change=Change.RETIRE, belief=new, reason=_why_ended(new)))
        else:
            revisions.append(Revision(change=change, belief=new, reason=reason))
        if given_up and new.status is not Status.RETIRED:
            revived.append(new.id)
    for belief_id in revived:
        revisions += settled(now, belief_id, similarity)
    return revisions


def stays_superseded(belief: Belief, now: Mapping[int, Belief]) -> bool:
    """Whether what a belief gave way to is still there, and goes before what was decided since."""
    successor = now.get(belief.superseded_by or 0)
    if successor is None or successor.is_rejected_by_user:
        return False
    confirmed = belief.decision(DecisionKind.CONFIRM)
    return confirmed is None or confirmed.at <= successor.last_word


def settled(now: dict[int, Belief], belief_id: int, similarity: SimilarityFunction) -> list[Revision]:
    """The end of one of each two beliefs that cannot hold together, one of them revived.

    ``now`` holds the beliefs as they stand, and is kept up.
    """
    revisions: list[Revision] = []
    for other in list(now.values()):
        belief = now[belief_id]
        if (
            other.id == belief_id
            or Status.RETIRED in (other.status, belief.status)
            or not other.scope.same_as(belief.scope)
            or not conflicts(belief, other, similarity)
        ):
            continue
        kept, ended = (belief, other) if outweighs(belief, other) else (other, belief)
        end = {"status": Status.RETIRED, "superseded_by": kept.id}
        now[ended.id] = ended.model_copy(update=end)
        revisions.append(
            Revision(change=Change.RETIRE, belief=now[ended.id], reason=SUPERSEDED, about=kept.id)
        )
    return revisions


def _why_ended(belief: Belief) -> str:
    return RULED_OUT if belief.is_rejected_by_user else REJECTED
