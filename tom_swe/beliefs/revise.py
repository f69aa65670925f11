"""Tier 2 to tier 3: how what was heard changes what is believed. Pure.

An observation agrees with a belief that says the same about the same thing, and speaks
against one that says otherwise about it. What is said later supersedes what was said
before; both stay, each with its quotes. A belief is a candidate until a second session
says it too, or the person states it outright. What is said in two places, and opposed in
neither, holds everywhere, unless the person stated where it holds. What is said of everywhere
ends the exception of the repository that it is said in, for it is meant there too; exceptions
of other repositories stay.

What the person ruled goes before all that: what they rejected stays given up and its words make
no other belief, and what they placed is never widened. What was said before they placed it
supports it wherever it was said.
"""

from collections.abc import Iterable, Sequence

from tom_swe.beliefs.confidence import confidence, newest
from tom_swe.beliefs.conflict import SAME, SUPERSEDED, SimilarityFunction, conflicts, outweighs
from tom_swe.beliefs.status import SESSIONS_TO_CONFIRM, status_of, status_of_belief
from tom_swe.model.belief import (
    EVERYWHERE,
    Belief,
    Change,
    Evidence,
    Kind,
    Observation,
    Reach,
    DecisionKind,
    Source,
    Stance,
    Status,
    in_order,
    same_repository,
)
from tom_swe.model.revision import Heard, Revision, Support

_ABOUT_THEM = frozenset({Kind.HABIT, Kind.EXPERTISE, Kind.GOAL})


def revise(beliefs: Sequence[Belief], heard: Iterable[Heard], similarity: SimilarityFunction) -> list[Revision]:
    """The changes of mind that these observations bring, in the order they were said.

    The values of one dimension exclude each other. New beliefs get negative ids, -1,
    -2, ... Words about one task only teach nothing.
    """
    mind = _Mind(beliefs, similarity)
    for each in sorted(heard, key=lambda h: (h.at, h.session_id, h.observation.quote.ordinal)):
        if each.observation.scope.reach is not Reach.TASK:
            mind.hear(each)
    return mind.revisions


class _Mind:
    """The beliefs while they are being revised."""

    def __init__(self, beliefs: Sequence[Belief], similarity: SimilarityFunction) -> None:
        self._beliefs = {belief.id: belief for belief in beliefs}
        self._similarity = similarity
        self.revisions: list[Revision] = []

    def hear(self, heard: Heard) -> None:
        said = heard.observation
        evidence = _evidence(heard, Stance.SUPPORTS)
        same = self._agreeing(heard, elsewhere=False)
        # Where the person says outright how far something holds, it is not widened.
        narrow = said.source is Source.STATED and said.scope != EVERYWHERE
        if same is None and not narrow and not self._opposed_here(said):
            same = self._agreeing(heard, elsewhere=True)
        if same is None and said.source is not Source.STATED and self._is_rejected_by_user(said):
            return
        if same is None:
            belief = self._add(said, evidence, heard)
        else:
            belief = self._strengthen(same, evidence, heard)
        if belief.status is Status.RETIRED:
            return
        for other in self._contradicting(belief, heard):
            self._settle(belief, other, heard)

    def _agreeing(self, heard: Heard, *, elsewhere: bool) -> Belief | None:
        """The belief this says again; a live one before a retired one, the most alike first.

        ``elsewhere`` looks for a live one that holds in another place, to be widened.
        """
        said = heard.observation
        scored = [
            (belief.status is not Status.RETIRED, score, -belief.id, belief)
            for belief in self._beliefs.values()
            if _is_for(belief, heard) is not elsewhere
            and not (elsewhere and belief.status is Status.RETIRED)
            and not (elsewhere and _is_placed(belief) and belief.scope != EVERYWHERE)
            and (score := self._agreement(belief, said)) > 0
        ]
        return max(scored, key=lambda each: each[:3])[3] if scored else None

    def _opposed_here(self, said: Observation) -> bool:
        """Whether something else is held in the very place that this is said of."""
        return any(
            belief.status is not Status.RETIRED
            and belief.scope.same_as(said.scope)
            and conflicts(said, belief, self._similarity)
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
        score = max(self._similarity(wording, said.statement) for wording in belief.wordings)
        return score if score >= SAME else 0.0

    def _is_rejected_by_user(self, said: Observation) -> bool:
        """Whether a belief on just these words was rejected: they make no other one."""
        words = _words(said.quote.text)
        return any(
            words == _words(each.quote)
            for belief in self._beliefs.values()
            if belief.is_rejected_by_user
            for each in belief.supporting
        )

    def _contradicting(self, belief: Belief, heard: Heard) -> list[Belief]:
        """Live beliefs that cannot hold together with this one."""
        return [
            other
            for other in self._beliefs.values()
            if other.id != belief.id
            and other.status is not Status.RETIRED
            and (other.scope.same_as(belief.scope) or _is_meant_here(heard, belief, other))
            and conflicts(belief, other, self._similarity)
        ]

    def _add(self, said: Observation, evidence: Evidence, heard: Heard) -> Belief:
        belief = Belief(
            id=min(0, *self._beliefs, 0) - 1,
            kind=said.kind,
            statement=said.statement,
            dimension=said.dimension,
            value=said.value,
            polarity=said.polarity,
            scope=said.scope,
            status=status_of([evidence], ()),
            confidence=confidence([evidence], heard.at),
            first_seen=heard.at,
            last_seen=heard.at,
            evidence=(evidence,),
        )
        return self._change(Change.ADD, belief, "first heard", evidence)

    def _strengthen(self, belief: Belief, evidence: Evidence, heard: Heard) -> Belief:
        held = tuple(sorted((*belief.evidence, evidence), key=in_order))
        last = max(belief.last_seen, heard.at)
        again = {e.session_id for e in belief.evidence if e.stance is Stance.SUPPORTS}
        reason = "heard again in the same session"
        if heard.session_id not in again:
            reason = "heard in another session"
        status, superseded = belief.status, belief.superseded_by
        given_up = status is Status.RETIRED
        if not given_up or self._is_taken_up(belief, held, heard):
            status = status_of_belief(belief.model_copy(update={"evidence": held}))
            superseded = None
        if given_up and status is not Status.RETIRED:
            reason = "said again after it was given up"
        scope, change = belief.scope, Change.STRENGTHEN
        if not _is_for(belief, heard) and scope != EVERYWHERE:
            scope, change = EVERYWHERE, Change.MERGE
            reason = f"holds beyond {belief.scope}"
        stronger = belief.model_copy(
            update={
                "evidence": held,
                "status": status,
                "scope": scope,
                "superseded_by": superseded,
                "confidence": confidence(held, newest(held), belief.verdicts, belief.decisions),
                "first_seen": min(belief.first_seen, heard.at),
                "last_seen": last,
            }
        )
        return self._change(change, stronger, reason, evidence)

    def _is_taken_up(self, belief: Belief, held: Sequence[Evidence], heard: Heard) -> bool:
        """Whether a belief that was given up is believed again on what was heard.

        The person's plain word does it where it is the newest; hints do it in as many sessions
        as confirm a belief, since what it gave way to was last said.
        """
        if heard.observation.source is not Source.HINT:
            return belief.superseded_by is None or heard.at >= belief.last_seen
        successor = self._beliefs.get(belief.superseded_by or 0)
        if successor is None:
            return False
        since = {
            e.session_id
            for e in held
            if e.stance is Stance.SUPPORTS and e.at >= successor.last_seen
        }
        return len(since) >= SESSIONS_TO_CONFIRM

    def _settle(self, belief: Belief, other: Belief, heard: Heard) -> None:
        """Two beliefs that exclude each other: evidence against one, and perhaps its end."""
        current = self._beliefs[belief.id]
        newer, older = (current, other) if outweighs(current, other) else (other, current)
        if older.status is Status.RETIRED:
            return
        against = _evidence(heard, Stance.CONTRADICTS) if older is other else None
        held = older.evidence
        if against is not None:
            held = tuple(sorted((*held, against), key=in_order))
        given_up = older.model_copy(
            update={
                "evidence": held,
                "status": Status.RETIRED,
                "superseded_by": newer.id,
                "confidence": confidence(held, newest(held), older.verdicts, older.decisions),
            }
        )
        self._change(Change.RETIRE, given_up, SUPERSEDED, against, about=newer.id)

    def _change(
        self,
        change: Change,
        belief: Belief,
        reason: str,
        added: Evidence | None,
        about: int | None = None,
    ) -> Belief:
        self._beliefs[belief.id] = belief
        support = (
            (Support(observation_id=added.observation_id, stance=added.stance),) if added else ()
        )
        self.revisions.append(
            Revision(change=change, belief=belief, reason=reason, added=support, about=about)
        )
        return belief


def _is_placed(belief: Belief) -> bool:
    """Whether the person said themselves where a belief holds."""
    return belief.is_stated or belief.decision(DecisionKind.SCOPE) is not None


def _is_for(belief: Belief, heard: Heard) -> bool:
    """Whether what was heard is said of just the place that a belief holds in.

    What was said before the person placed the belief is, wherever it was said.
    """
    placed = belief.decision(DecisionKind.SCOPE)
    if placed is not None and heard.at <= placed.at:
        return True
    return belief.scope.same_as(heard.observation.scope)


def _words(text: str) -> list[str]:
    return text.casefold().split()


def _is_meant_here(heard: Heard, belief: Belief, exception: Belief) -> bool:
    """Whether words about everywhere were said, since, in the very place of an exception."""
    return (
        heard.observation.scope == EVERYWHERE
        and exception.scope.reach is Reach.REPOSITORY
        and same_repository(exception.scope.name, heard.repository)
        and heard.at >= exception.last_word
        and outweighs(belief, exception)
    )


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
        basis=heard.observation.basis,
    )
