"""The beliefs while the log is folded: what finds them, and which of those that exclude each other
stand. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from tom_swe.beliefs.conflict import Claim, claim_of, conflicts, outweighs
from tom_swe.beliefs.draft import Draft
from tom_swe.embed.similarity import Similarity
from tom_swe.model.belief import Decision, DecisionKind, Evidence


class Drafts:
    """Drafts by number, by dimension, by wording and by the events that hold them up."""

    def __init__(self, similarity: Similarity) -> None:
        self._similarity = similarity
        self._drafts: dict[int, Draft] = {}
        self._on: dict[str, dict[int, Draft]] = {}
        self._worded: dict[str, dict[int, Draft]] = {}
        self._under: dict[str, Draft] = {}
        self._rejected: dict[int, Draft] = {}

    def __iter__(self) -> Iterator[Draft]:
        return iter(self._drafts.values())

    def about(self, claim: Claim) -> list[Draft]:
        """Those that may agree or conflict with a claim, the oldest first."""
        found: dict[int, Draft] = {}
        if claim.dimension:
            found.update(self._on.get(claim.dimension, {}))
        for wording in claim.wordings:
            for near in self._similarity.near(wording):
                found.update(self._worded.get(near, {}))
        return [found[number] for number in sorted(found)]

    def under(self, event: str) -> Draft | None:
        """The one that an event holds up."""
        return self._under.get(event)

    def rejected(self) -> list[Draft]:
        """Those that the person rejected."""
        return [each for each in self._rejected.values() if each.is_rejected_by_user]

    def hold(self, event: str, draft: Draft) -> None:
        """Notes that an event holds a draft up."""
        self._under[event] = draft

    def decide(self, draft: Draft, decision: Decision) -> bool:
        """Takes a decision in; whether it changes anything."""
        self._unword(draft)
        changed = draft.decide(decision)
        self.add(draft)
        return changed

    def add(self, draft: Draft) -> None:
        """Takes a draft in, or what has changed of it."""
        self._drafts[draft.number] = draft
        if draft.dimension:
            self._on.setdefault(draft.dimension, {})[draft.number] = draft
        if draft.decision(DecisionKind.REJECT):
            self._rejected[draft.number] = draft
        for wording in draft.wordings:
            self._worded.setdefault(wording.casefold(), {})[draft.number] = draft
        for each in draft.supporting():
            self._under[each.event] = draft

    def drop(self, draft: Draft) -> None:
        """Takes a draft out; what it held up another is for the caller to see to."""
        del self._drafts[draft.number]
        self._rejected.pop(draft.number, None)
        self._on.get(draft.dimension, {}).pop(draft.number, None)
        self._unword(draft)
        for each in draft.supporting():
            self._under.pop(each.event, None)

    def _unword(self, draft: Draft) -> None:
        for wording in draft.wordings:
            self._worded.get(wording.casefold(), {}).pop(draft.number, None)


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
        ended.end(kept)

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
