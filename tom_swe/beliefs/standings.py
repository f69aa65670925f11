"""Which of the beliefs that exclude each other stand. Pure."""

from __future__ import annotations

from tom_swe.beliefs.conflict import claim_of, conflicts, outweighs
from tom_swe.beliefs.draft import Draft
from tom_swe.beliefs.drafts import Drafts
from tom_swe.embed.similarity import Similarity
from tom_swe.model.belief import DecisionKind, Evidence, Status


class Standings:
    """Keeps the beliefs settled with each other."""

    def __init__(self, drafts: Drafts, similarity: Similarity) -> None:
        self._drafts = drafts
        self._similarity = similarity

    def settle(self, draft: Draft, other: Draft, against: Evidence | None = None) -> None:
        """Ends the weaker of two beliefs that exclude each other, with what speaks against it."""
        kept, ended = (draft, other) if outweighs(draft, other) else (other, draft)
        if against is not None and ended is other:
            ended.hear(against)
        ended.status, ended.superseded_by = Status.RETIRED, kept

    def settle_all(self, draft: Draft) -> None:
        """Ends one of each two that exclude each other, where this one is held again."""
        for other in self._drafts.about(claim_of(draft)):
            if (
                draft.is_live
                and other.is_live
                and other is not draft
                and other.holds_where(draft.scope)
                and conflicts(claim_of(draft), claim_of(other), self._similarity)
            ):
                self.settle(draft, other)

    def weigh_again(self, draft: Draft) -> None:
        """Gives a belief the status that it has now, and settles one that returns."""
        was_live = draft.is_live
        if was_live or not stays_superseded(draft):
            draft.weigh()
        if draft.is_live and not was_live:
            self.settle_all(draft)

    def take_up(self, draft: Draft, *, stays: bool | None = None) -> None:
        """Weighs a belief that the person did something to, and settles it with the others.

        ``stays`` says whether it stays superseded, where that is known otherwise.
        """
        if stays is None:
            stays = not draft.is_live and stays_superseded(draft)
        if not stays:
            draft.weigh()
        if draft.is_live:
            self.settle_all(draft)

    def ended_by(self, draft: Draft) -> list[Draft]:
        """What gave way to a belief."""
        return [each for each in self._drafts if each.superseded_by is draft]

    def free(self, draft: Draft) -> None:
        """Weighs what gave way to a belief, now that something was decided on that."""
        for each in self.ended_by(draft):
            self.weigh_again(each)


def stays_superseded(draft: Draft) -> bool:
    """Whether what a belief gave way to still goes before what was decided since."""
    successor = draft.superseded_by
    if successor is None or successor.is_rejected_by_user:
        return False
    confirmed = draft.decision(DecisionKind.CONFIRM)
    return confirmed is None or confirmed.at <= successor.last_word
