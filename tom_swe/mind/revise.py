"""Tier 2 to tier 3: how what was heard changes what is believed. Pure.

An observation agrees with a belief that says the same about the same thing, and speaks
against one that says otherwise about it. What is said later supersedes what was said
before; both stay, each with its quotes. A belief is a candidate until a second session
says it too. What is said in two places, and opposed in neither, holds everywhere.
"""

from collections.abc import Callable, Iterable, Sequence

from tom_swe.mind.confidence import confidence
from tom_swe.model.belief import (
    EVERYWHERE,
    Belief,
    Change,
    Evidence,
    Kind,
    Observation,
    Polarity,
    Reach,
    Source,
    Stance,
    Status,
)
from tom_swe.model.revision import Heard, Revision, Support

type Alike = Callable[[str, str], float]

# Above this cosine two statements of one polarity say the same. Chosen on the written
# utterances of the development data, where few pairs of different preferences reach it.
SAME = 0.80
SESSIONS_TO_CONFIRM = 2

_ABOUT_THEM = frozenset({Kind.HABIT, Kind.EXPERTISE, Kind.GOAL})


def revise(beliefs: Sequence[Belief], heard: Iterable[Heard], alike: Alike) -> list[Revision]:
    """The changes of mind that these observations bring, in the order they were said.

    The values of one dimension exclude each other. New beliefs get negative ids, -1,
    -2, ... Words about one task only teach nothing.
    """
    mind = _Mind(beliefs, alike)
    for each in sorted(heard, key=lambda h: (h.at, h.session_id, h.observation.quote.ordinal)):
        if each.observation.scope.reach is not Reach.TASK:
            mind.hear(each)
    return mind.revisions


def reconsider(beliefs: Sequence[Belief]) -> list[Revision]:
    """The changes of mind needed because evidence has gone from under these beliefs.

    Confidence and status are computed again, and a belief whose successor is gone is
    believed again. Beliefs with no support left are for the caller to delete.
    """
    there = {belief.id for belief in beliefs}
    revisions: list[Revision] = []
    for old in beliefs:
        if not any(e.stance is Stance.SUPPORTS for e in old.evidence):
            continue
        superseded = old.superseded_by in there and old.status is Status.RETIRED
        status = Status.RETIRED if superseded else _status(old.evidence)
        seen = [e.at for e in old.evidence if e.stance is Stance.SUPPORTS]
        new = old.model_copy(
            update={
                "status": status,
                "superseded_by": old.superseded_by if superseded else None,
                "confidence": confidence(old.evidence, max(e.at for e in old.evidence)),
                "first_seen": min(seen),
                "last_seen": max(seen),
            }
        )
        if new != old:
            change = Change.WEAKEN if new.confidence < old.confidence else Change.STRENGTHEN
            revisions.append(
                Revision(change=change, belief=new, reason="evidence was forgotten or is gone")
            )
    return revisions


class _Mind:
    """The beliefs while they are being revised."""

    def __init__(self, beliefs: Sequence[Belief], alike: Alike) -> None:
        self._beliefs = {belief.id: belief for belief in beliefs}
        self._alike = alike
        self.revisions: list[Revision] = []

    def hear(self, heard: Heard) -> None:
        said = heard.observation
        evidence = _evidence(heard, Stance.SUPPORTS)
        same = self._agreeing(said, elsewhere=False)
        if same is None and not self._opposed_here(said):
            same = self._agreeing(said, elsewhere=True)
        if same is None:
            belief = self._add(said, evidence, heard)
        else:
            belief = self._strengthen(same, evidence, heard)
        for other in self._contradicting(belief):
            self._settle(belief, other, heard)

    def _agreeing(self, said: Observation, *, elsewhere: bool) -> Belief | None:
        """The belief this says again; a live one before a retired one, the most alike first.

        ``elsewhere`` looks for a live one that holds in another place, to be widened.
        """
        scored = [
            (belief.status is not Status.RETIRED, likeness, -belief.id, belief)
            for belief in self._beliefs.values()
            if belief.scope.same_as(said.scope) is not elsewhere
            and not (elsewhere and belief.status is Status.RETIRED)
            and (likeness := self._agreement(belief, said)) > 0
        ]
        return max(scored, key=lambda each: each[:3])[3] if scored else None

    def _opposed_here(self, said: Observation) -> bool:
        """Whether something else is held in the very place that this is said of."""
        return any(
            belief.status is not Status.RETIRED
            and belief.scope.same_as(said.scope)
            and self._contradicts(said, belief)
            for belief in self._beliefs.values()
        )

    def _agreement(self, belief: Belief, said: Observation) -> float:
        if belief.polarity is not said.polarity:
            return 0.0
        if (belief.kind in _ABOUT_THEM) != (said.kind in _ABOUT_THEM):
            return 0.0
        if belief.dimension and said.dimension:
            if (belief.dimension, belief.value) != (said.dimension, said.value):
                return 0.0
            if belief.value:
                return 1.0
        likeness = self._alike(belief.statement, said.statement)
        return likeness if likeness >= SAME else 0.0

    def _contradicting(self, belief: Belief) -> list[Belief]:
        """Live beliefs that cannot hold together with this one."""
        return [
            other
            for other in self._beliefs.values()
            if other.id != belief.id
            and other.status is not Status.RETIRED
            and other.scope.same_as(belief.scope)
            and self._contradicts(belief, other)
        ]

    def _contradicts(self, one: Belief | Observation, other: Belief) -> bool:
        opposed = one.polarity is not other.polarity
        if one.dimension and one.dimension == other.dimension:
            if one.value and one.value == other.value:
                return opposed
            if one.value and other.value:
                return not opposed and one.polarity is Polarity.FOR
        return opposed and self._alike(one.statement, other.statement) >= SAME

    def _add(self, said: Observation, evidence: Evidence, heard: Heard) -> Belief:
        belief = Belief(
            id=min(0, *self._beliefs, 0) - 1,
            kind=said.kind,
            statement=said.statement,
            dimension=said.dimension,
            value=said.value,
            polarity=said.polarity,
            scope=said.scope,
            confidence=confidence([evidence], heard.at),
            first_seen=heard.at,
            last_seen=heard.at,
            evidence=(evidence,),
        )
        return self._change(Change.ADD, belief, "first heard", evidence)

    def _strengthen(self, belief: Belief, evidence: Evidence, heard: Heard) -> Belief:
        held = (*belief.evidence, evidence)
        last = max(belief.last_seen, heard.at)
        again = {e.session_id for e in belief.evidence if e.stance is Stance.SUPPORTS}
        reason = "heard again in the same session"
        if heard.session_id not in again:
            reason = "heard in another session"
        status, superseded = belief.status, belief.superseded_by
        if status is Status.RETIRED and heard.at >= belief.last_seen:
            status, superseded, reason = Status.CANDIDATE, None, "said again after it was given up"
        if status is not Status.RETIRED:
            status = _status(held)
        scope, change = belief.scope, Change.STRENGTHEN
        if not scope.same_as(heard.observation.scope) and scope != EVERYWHERE:
            scope, change = EVERYWHERE, Change.MERGE
            reason = f"holds beyond {belief.scope}"
        stronger = belief.model_copy(
            update={
                "evidence": held,
                "status": status,
                "scope": scope,
                "superseded_by": superseded,
                "confidence": confidence(held, last),
                "first_seen": min(belief.first_seen, heard.at),
                "last_seen": last,
            }
        )
        return self._change(change, stronger, reason, evidence)

    def _settle(self, belief: Belief, other: Belief, heard: Heard) -> None:
        """Two beliefs that exclude each other: evidence against one, and perhaps its end."""
        current = self._beliefs[belief.id]
        newer, older = (current, other) if _outweighs(current, other) else (other, current)
        if older.status is Status.RETIRED:
            return
        against = _evidence(heard, Stance.CONTRADICTS) if older is other else None
        held = older.evidence if against is None else (*older.evidence, against)
        given_up = older.model_copy(
            update={
                "evidence": held,
                "status": Status.RETIRED,
                "superseded_by": newer.id,
                "confidence": confidence(held, max(newer.last_seen, older.last_seen)),
            }
        )
        self._change(Change.RETIRE, given_up, f"superseded: {newer.statement}", against)

    def _change(
        self, change: Change, belief: Belief, reason: str, added: Evidence | None
    ) -> Belief:
        self._beliefs[belief.id] = belief
        support = (
            (Support(observation_id=added.observation_id, stance=added.stance),) if added else ()
        )
        self.revisions.append(Revision(change=change, belief=belief, reason=reason, added=support))
        return belief


def _outweighs(one: Belief, other: Belief) -> bool:
    """Whether the first of two beliefs that exclude each other is the one to keep.

    What was said outweighs what was only seen. Of two things said the later one holds;
    of two things seen the one seen in more sessions, then the later.
    """
    if _only_seen(one) != _only_seen(other):
        return _only_seen(other)
    if _only_seen(one):
        return (_sessions(one.evidence), one.last_seen) >= (
            _sessions(other.evidence),
            other.last_seen,
        )
    return one.last_seen >= other.last_seen


def _only_seen(belief: Belief) -> bool:
    return all(e.source is Source.BEHAVIOUR for e in belief.evidence if e.stance is Stance.SUPPORTS)


def _sessions(evidence: Iterable[Evidence]) -> int:
    return len({e.session_id for e in evidence if e.stance is Stance.SUPPORTS})


def _status(evidence: Iterable[Evidence]) -> Status:
    enough = _sessions(evidence) >= SESSIONS_TO_CONFIRM
    return Status.CONFIRMED if enough else Status.CANDIDATE


def _evidence(heard: Heard, stance: Stance) -> Evidence:
    return Evidence(
        observation_id=heard.id,
        session_id=heard.session_id,
        host=heard.host,
        repository=heard.repository,
        ordinal=heard.observation.quote.ordinal,
        quote=heard.observation.quote.text,
        stance=stance,
        source=heard.observation.source,
        at=heard.at,
    )
