"""What the person decides about a belief, and how the others stand by it. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tom_swe.beliefs.conflict import Alike
from tom_swe.beliefs.reconsider import settled, stays_superseded, weighed
from tom_swe.beliefs.status import standing
from tom_swe.model.belief import Belief, Change, Ruling, RulingKind, Scope, Status
from tom_swe.model.revision import Revision

RULED_OTHERWISE = "what it gave way to was decided otherwise"


def confirmed(belief: Belief, at: datetime) -> Belief:
    """The belief as the person's own: it holds, whatever was heard before."""
    if belief.ruling(RulingKind.CONFIRM) and belief.status is Status.CONFIRMED:
        return belief
    return _with(_without(belief, RulingKind.REJECT), Ruling(kind=RulingKind.CONFIRM, at=at))


def rejected(belief: Belief, at: datetime) -> Belief:
    """The belief given up for good."""
    if belief.is_ruled_out:
        return belief
    bare = _without(belief, RulingKind.CONFIRM, RulingKind.PIN)
    return _with(bare, Ruling(kind=RulingKind.REJECT, at=at))


def pinned(belief: Belief, at: datetime) -> Belief:
    """The belief, to be told always and first."""
    return belief if belief.is_pinned else _with(belief, Ruling(kind=RulingKind.PIN, at=at))


def unpinned(belief: Belief) -> Belief:
    """The belief, to be told like any other."""
    return _without(belief, RulingKind.PIN)


def edited(belief: Belief, text: str, at: datetime) -> Belief:
    """The belief in the person's words; what was learned stays beside them."""
    before = belief.ruling(RulingKind.EDIT)
    learned = before.learned if before else belief.statement
    bare = _without(belief, RulingKind.EDIT).model_copy(update={"statement": text})
    if text == learned:
        return bare
    return _with(bare, Ruling(kind=RulingKind.EDIT, at=at, statement=text, learned=learned))


def placed(belief: Belief, scope: Scope, at: datetime) -> Belief:
    """The belief just where the person says that it holds."""
    before = belief.ruling(RulingKind.SCOPE)
    if before and before.scope == scope:
        return belief
    learned = before.learned if before else str(belief.scope)
    moved = belief.model_copy(update={"scope": scope})
    return _with(moved, Ruling(kind=RulingKind.SCOPE, at=at, scope=scope, learned=learned))


def joined(kept: Belief, other: Belief) -> Belief:
    """The first belief once it has the other's quotes: confirmed or pinned if either was.

    Unless the first was rejected, which then holds for both.
    """
    if kept.ruling(RulingKind.REJECT):
        return kept
    for kind in (RulingKind.CONFIRM, RulingKind.PIN):
        theirs = other.ruling(kind)
        if theirs and not kept.ruling(kind):
            kept = _with(kept, theirs)
    last = max((each.at for each in kept.supporting), default=kept.last_seen)
    return kept.model_copy(update={"last_seen": last})


def merged(beliefs: Sequence[Belief], belief: Belief, alike: Alike, reason: str) -> list[Revision]:
    """The changes of mind that merging another belief into this one brings."""
    now = {each.id: each for each in beliefs}
    successor = now.get(belief.superseded_by or 0)
    stays = (
        belief.status is Status.RETIRED
        and successor is not None
        and not successor.is_ruled_out
        and successor.last_word >= belief.last_word
    )
    now[belief.id] = standing(belief, superseded=stays)
    revisions = [Revision(change=Change.RULE, belief=now[belief.id], reason=reason)]
    if now[belief.id].status is not Status.RETIRED:
        revisions += settled(now, belief.id, alike)
    return revisions


def ruled(beliefs: Sequence[Belief], belief: Belief, alike: Alike, reason: str) -> list[Revision]:
    """The changes of mind that a ruling brings; ``belief`` is one of them as it was ruled on.

    It is weighed anew, and what cannot hold together with it ends, or comes back where it had
    given way to what is now rejected.
    """
    now = {each.id: each for each in beliefs}
    given_up = belief.status is Status.RETIRED
    now[belief.id] = standing(belief, superseded=given_up and stays_superseded(belief, now))
    revisions = [Revision(change=Change.RULE, belief=now[belief.id], reason=reason)]
    if now[belief.id].status is not Status.RETIRED:
        revisions += settled(now, belief.id, alike)
    freed = {each.id for each in now.values() if each.superseded_by == belief.id}
    return [*revisions, *weighed(list(now.values()), freed, alike, RULED_OTHERWISE)]


def moment(belief: Belief, beliefs: Iterable[Belief], now: datetime) -> datetime:
    """When a ruling counts as made: after all that was said on it, even if the clock went back."""
    successor = (each.last_word for each in beliefs if each.id == belief.superseded_by)
    return max(now, belief.last_word, *successor)


def _with(belief: Belief, ruling: Ruling) -> Belief:
    rulings = (*_without(belief, ruling.kind).rulings, ruling)
    return belief.model_copy(update={"rulings": rulings})


def _without(belief: Belief, *kinds: RulingKind) -> Belief:
    rulings = tuple(each for each in belief.rulings if each.kind not in kinds)
    return belief.model_copy(update={"rulings": rulings})
