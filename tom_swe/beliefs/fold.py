"""The reducer: what is believed is a fold over the log. Pure.

`fold` takes the whole log in its order. `Fold` takes it event by event, for whoever looks on.

**Agreement.** An observation strengthens the belief that says the same in the same place, else
founds one. What is only hinted at takes the shortest wording, which has the least else in it.
**Widening.** What is said in two places, and opposed in neither, holds everywhere, unless the
person said where it holds. **Conflict.** Two beliefs that exclude each other in one place end in
one: `conflict.outweighs` says which. What is said of everywhere also ends the exception of the
repository that it is said in, for it is meant there too; exceptions of other repositories stay.
**Return.** What was given up is held again when it is said again; hints do it in as many sessions
as confirm a belief. **Taking back** ends the beliefs that say what is taken back, in the places
that it is said of, and forbids nothing.

**Decisions** go before all that. What the person rejects stays given up until they state it or
confirm it, and its words make no other belief. What they placed is never widened.
**Merging** makes one belief of two that do not exclude each other. **Feedback** moves confidence:
rejected advice may end a belief, and a second judgement of the same advice replaces the first.
"""

from __future__ import annotations

from collections.abc import Iterable

from tom_swe.beliefs.conflict import agreement, claim_of, conflicts, lifts, outweighs
from tom_swe.beliefs.draft import Draft
from tom_swe.beliefs.drafts import Drafts, Standings
from tom_swe.checkout import same_repository
from tom_swe.embed.similarity import Similarity
from tom_swe.model.belief import (
    EVERYWHERE,
    HINTS_TO_CONFIRM,
    Belief,
    Decision,
    Evidence,
    Kind,
    Observation,
    Reach,
    Source,
    Stance,
    Verdict,
)
from tom_swe.model.event import Decided, Event, Heard, Judged, Merged, order


def fold(events: Iterable[Event], similarity: Similarity) -> list[Belief]:
    """What is believed after all of this, whatever order it is given in.

    The beliefs are numbered from 1 in the order in which they were founded.
    """
    log = sorted(events, key=order)
    folding = Fold(similarity)
    folding.prepare(log)
    for event in log:
        folding.step(event)
    return folding.beliefs()


class Fold:
    """What is believed, and how each event changes it."""

    def __init__(self, similarity: Similarity) -> None:
        self._similarity = similarity
        self._drafts = Drafts(similarity)
        self._standings = Standings(self._drafts, similarity)
        self._next = 1
        self._touched: dict[int, Draft] = {}

    def prepare(self, events: Iterable[Event]) -> None:
        """Compares the statements that are to come, all at once."""
        self._similarity.prepare(
            each.observation.statement if isinstance(each, Heard) else each.statement
            for each in events
            if isinstance(each, Heard | Decided)
        )

    def beliefs(self) -> list[Belief]:
        """What is believed and what was given up, in the order in which it was founded."""
        return [draft.value() for draft in self._drafts]

    def touched(self) -> list[Draft]:
        """The beliefs that may have changed since this was last asked, the oldest first."""
        found = [self._touched[number] for number in sorted(self._touched)]
        self._touched.clear()
        return found

    def under(self, event: str) -> int | None:
        """The number of the belief that something heard holds up."""
        draft = self._drafts.under(event)
        return draft.number if draft else None

    def step(self, event: Event) -> None:
        """Takes in an event that is newer than all before."""
        match event:
            case Heard():
                self._hear(event)
            case Decided():
                self._decide(event)
            case Merged():
                self._merge(event)
            case Judged():
                self._judge(event)

    # What is heard

    def _hear(self, heard: Heard) -> None:
        said = heard.observation
        if said.scope.reach is Reach.TASK:
            return
        if said.kind is Kind.TAKEN_BACK:
            self._take_back(heard)
            return
        about = self._drafts.about(claim_of(said))
        same = self._agreeing(said, [each for each in about if each.holds_where(said.scope)])
        # Where the person says outright how far something holds, it is not widened.
        narrow = said.source is Source.STATED and said.scope != EVERYWHERE
        if same is None and not narrow and not self._is_opposed(said, about):
            same = self._agreeing(said, [each for each in about if _may_widen(each, said)])
        if same is None and said.source is not Source.STATED and self._is_rejected(said):
            return
        draft = self._found(heard) if same is None else self._strengthen(same, heard)
        if not draft.is_live:
            return
        for other in self._drafts.about(claim_of(draft)):
            if draft.is_live and other.is_live and self._excludes(draft, other, heard):
                self._standings.settle(draft, other, evidence_of(heard, Stance.CONTRADICTS))

    def _take_back(self, heard: Heard) -> None:
        against = evidence_of(heard, Stance.CONTRADICTS)
        for draft in self._drafts:
            if not draft.is_live or not lifts(heard.observation, draft, self._similarity):
                continue
            if _is_taken_back_there(heard, draft):
                draft.take_back(against)
            elif draft.scope == EVERYWHERE:
                draft.hear(against)

    def _agreeing(self, said: Observation, among: Iterable[Draft]) -> Draft | None:
        """The belief this says again: live, most similar, of everywhere, oldest, in this order."""
        scored = [
            (each.is_live, likeness, each.scope == EVERYWHERE, -each.number, each)
            for each in among
            if (likeness := agreement(each, said, self._similarity)) > 0
        ]
        return max(scored, key=lambda each: each[:4])[4] if scored else None

    def _is_opposed(self, said: Observation, about: Iterable[Draft]) -> bool:
        """Whether something else is held in the very place that this is said of."""
        return any(
            each.is_live
            and each.holds_where(said.scope)
            and conflicts(claim_of(said), claim_of(each), self._similarity)
            for each in about
        )

    def _is_rejected(self, said: Observation) -> bool:
        """Whether a belief on just these words was rejected: they make no other one."""
        words = _words(said.quote.text)
        return any(
            draft.is_rejected_by_user
            and any(words == _words(each.quote) for each in draft.supporting())
            for draft in self._drafts.rejected()
        )

    def _found(self, heard: Heard) -> Draft:
        said = heard.observation
        draft = Draft(
            number=self._next,
            founded_on=heard.event,
            kind=said.kind,
            statement=said.statement,
            dimension=said.dimension,
            value=said.value,
            polarity=said.polarity,
            scope=said.scope,
            touched=self._touched,
        )
        draft.hear(evidence_of(heard, Stance.SUPPORTS))
        draft.weigh()
        self._next += 1
        self._drafts.add(draft)
        return draft

    def _strengthen(self, draft: Draft, heard: Heard) -> Draft:
        said, given_up = heard.observation, not draft.is_live
        draft.hear(evidence_of(heard, Stance.SUPPORTS))
        if draft.word(said.statement):
            self._drafts.add(draft)
        self._drafts.hold(heard.event, draft)
        if not given_up or said.source is not Source.HINT or _is_taken_up_by_hints(draft):
            draft.weigh()
        if not draft.holds_where(said.scope) and draft.scope != EVERYWHERE:
            draft.heard_in = EVERYWHERE
        return draft

    # What excludes what

    def _excludes(self, draft: Draft, other: Draft, heard: Heard) -> bool:
        return (
            other is not draft
            and (other.holds_where(draft.scope) or _is_meant_here(heard, draft, other))
            and conflicts(claim_of(draft), claim_of(other), self._similarity)
        )

    # What the person does

    def _decide(self, decided: Decided) -> None:
        draft = self._drafts.under(decided.on)
        if draft is None:
            return
        decision = Decision(
            kind=decided.kind, at=decided.at, statement=decided.statement, scope=decided.scope
        )
        if not self._drafts.decide(draft, decision):
            return
        self._standings.take_up(draft)
        self._standings.free(draft)

    def _merge(self, merged: Merged) -> None:
        kept, other = self._drafts.under(merged.kept), self._drafts.under(merged.other)
        if kept is None or other is None or kept is other:
            return
        if conflicts(claim_of(kept), claim_of(other), self._similarity):
            return
        self._drafts.drop(other)
        self._touched.pop(other.number, None)
        for each in self._standings.ended_by(other):
            each.end(kept if each is not kept else None)
        kept.absorb(other)
        self._drafts.add(kept)
        successor = kept.superseded_by
        stays = (
            not kept.is_live
            and successor is not None
            and not successor.is_rejected_by_user
            and successor.last_word >= kept.last_word
        )
        self._standings.take_up(kept, stays=stays)

    def _judge(self, judged: Judged) -> None:
        known = judged.consultation_id
        moved: dict[int, Draft] = {}
        if known is not None:
            for draft in self._drafts:
                left = tuple(each for each in draft.verdicts if each.consultation_id != known)
                if left != draft.verdicts:
                    draft.judge(left)
                    moved[draft.number] = draft
        for share in judged.shares:
            if (draft := self._drafts.under(share.on)) is None:
                continue
            verdict = Verdict(
                consultation_id=known,
                stance=share.stance,
                weight=share.weight,
                by=judged.by,
                at=judged.at,
                session_id=judged.session_id,
            )
            draft.judge((*draft.verdicts, verdict))
            moved[draft.number] = draft
        for draft in moved.values():
            self._standings.weigh_again(draft)


def _may_widen(draft: Draft, said: Observation) -> bool:
    """Whether a belief that holds elsewhere may come to hold here too."""
    placed = draft.is_placed and draft.scope != EVERYWHERE
    return draft.is_live and not draft.holds_where(said.scope) and not placed


def _is_taken_up_by_hints(draft: Draft) -> bool:
    """Whether hints came in enough sessions since what the belief gave way to was last said."""
    successor = draft.superseded_by
    if successor is None:
        return False
    since = {e.session_id for e in draft.supporting() if e.at >= successor.last_seen}
    return len(since) >= HINTS_TO_CONFIRM


def _is_taken_back_there(heard: Heard, draft: Draft) -> bool:
    """Whether words that take something back are about the place of a belief.

    Said without a place they are about all that holds where they were said, and where the
    person says so to tom itself, about all there is.
    """
    said = heard.observation
    if draft.holds_where(said.scope):
        return True
    if said.scope != EVERYWHERE:
        return False
    return (
        draft.scope.reach is Reach.LANGUAGE
        or said.source is Source.STATED
        or same_repository(draft.scope.name, heard.repository)
    )


def _is_meant_here(heard: Heard, belief: Draft, exception: Draft) -> bool:
    """Whether words about everywhere were said in the very place of an exception."""
    return (
        heard.observation.scope == EVERYWHERE
        and exception.scope.reach is Reach.REPOSITORY
        and same_repository(exception.scope.name, heard.repository)
        and heard.at >= exception.last_word
        and outweighs(belief, exception)
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.casefold().split())


def evidence_of(heard: Heard, stance: Stance) -> Evidence:
    """What was heard, as evidence for or against a belief."""
    said = heard.observation
    return Evidence(
        event=heard.event,
        observation_id=heard.observation_id,
        session_id=heard.session_id,
        host=heard.host,
        repository=heard.repository,
        ordinal=said.quote.ordinal,
        quote=said.quote.text,
        stance=stance,
        source=said.source,
        at=heard.at,
        basis=said.basis,
    )
