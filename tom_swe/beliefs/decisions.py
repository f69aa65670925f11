"""What the person decides about a belief, and how the others stand by it. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tom_swe.beliefs.conflict import SimilarityFunction
from tom_swe.beliefs.reconsider import settled, stays_superseded, weighed
from tom_swe.beliefs.status import with_status
from tom_swe.model.belief import Belief, Change, Decision, DecisionKind, Scope, Status
from tom_swe.model.revision import Revision

DECIDED_OTHERWISE = "what it gave way to was decided otherwise"


def confirmed(belief: Belief, at: datetime) -> Belief:
    """The belief as the person's own: it holds, whatever was heard before."""
    if belief.decision(DecisionKind.CONFIRM) and belief.status is Status.CONFIRMED:
        return belief
    return _with(_without(belief, DecisionKind.REJECT), Decision(kind=DecisionKind.CONFIRM, at=at))


def rejected(belief: Belief, at: datetime) -> Belief:
    """The belief given up for good."""
    if belief.is_rejected_by_user:
        return belief
    bare = _without(belief, DecisionKind.CONFIRM, DecisionKind.PIN)
    return _with(bare, Decision(kind=DecisionKind.REJECT, at=at))


def pinned(belief: Belief, at: datetime) -> Belief:
    """The belief, to be told always and first."""
    return belief if belief.is_pinned else _with(belief, Decision(kind=DecisionKind.PIN, at=at))


def unpinned(belief: Belief) -> Belief:
    """The belief, to be told like any other."""
    return _without(belief, DecisionKind.PIN)


def edited(belief: Belief, text: str, at: datetime) -> Belief:
    """The belief in the person's words; what was learned stays beside them."""
    before = belief.decision(DecisionKind.EDIT)
    learned = before.learned if before else belief.statement
    bare = _without(belief, DecisionKind.EDIT).model_copy(update={"statement": text})
    if text == learned:
        return bare
    return _with(bare, Decision(kind=DecisionKind.EDIT, at=at, statement=text, learned=learned))


def placed(belief: Belief, scope: Scope, at: datetime) -> Belief:
    """The belief just where the person says that it holds."""
    before = belief.decision(DecisionKind.SCOPE)
    if before and before.scope == scope:
        return belief
    learned = before.learned if before else str(belief.scope)
    moved = belief.model_copy(update={"scope": scope})
    return _with(moved, Decision(kind=DecisionKind.SCOPE, at=at, scope=scope, learned=learned))


def joined(kept: Belief, other: Belief) -> Belief:
    """The first belief once it has the other's quotes: confirmed or pinned if either was.

    Unless the first was rejected, which then holds for both.
    """
    if kept.decision(DecisionKind.REJECT):
        return kept
    for kind in (DecisionKind.CONFIRM, DecisionKind.PIN):
        theirs = other.decision(kind)
        if theirs and not kept.decision(kind):
            kept = _with(kept, theirs)
    last = max((each.at for each in kept.supporting), default=kept.last_seen)
    return kept.model_copy(update={"last_seen": last})


def merged(beliefs: Sequence[Belief], belief: Belief, similarity: SimilarityFunction, reason: str) -> list[Revision]:
    """The changes of mind that merging another belief into this one brings."""
    now = {each.id: each for each in beliefs}
    successor = now.get(belief.superseded_by or 0)
    stays = (
        belief.status is Status.RETIRED
        and successor is not None
        and not successor.is_rejected_by_user
        and successor.last_word >= belief.last_word
    )
    now[belief.id] = with_status(belief, superseded=stays)
    revisions = [Revision(change=Change.RULE, belief=now[belief.id], reason=reason)]
    if now[belief.id].status is not Status.RETIRED:
        revisions += settled(now, belief.id, similarity)
    return revisions


def decided(beliefs: Sequence[Belief], belief: Belief, similarity: SimilarityFunction, reason: str) -> list[Revision]:
    """The changes of mind that a decision brings; ``belief`` is one of them as it was ruled on.

    It is weighed anew, and what cannot hold together with it ends, or comes back where it had
    given way to what is now rejected.
    """
    now = {each.id: each for each in beliefs}
    given_up = belief.status is Status.RETIRED
    now[belief.id] = with_status(belief, superseded=given_up and stays_superseded(belief, now))
    revisions = [Revision(change=Change.RULE, belief=now[belief.id], reason=reason)]
    if now[belief.id].status is not Status.RETIRED:
        revisions += settled(now, belief.id, similarity)
    freed = {each.id for each in now.values() if each.superseded_by == belief.id}
    return [*revisions, *weighed(list(now.values()), freed, similarity, DECIDED_OTHERWISE)]


def moment(belief: Belief, beliefs: Iterable[Belief], now: datetime) -> datetime:
    """When a decision counts as made: after all that was said on it, even if the clock went back."""
    successor = (each.last_word for each in beliefs if each.id == belief.superseded_by)
    return max(now, belief.last_word, *successor)


def _with(belief: Belief, decision: Decision) -> Belief:
    decisions = (*_without(belief, decision.kind).decisions, decision)
    return belief.model_copy(update={"decisions": decisions})


def _without(belief: Belief, *kinds: DecisionKind) -> Belief:
    decisions = tuple(each for each in belief.decisions if each.kind not in kinds)
    return belief.model_copy(update={"decisions": decisions})
