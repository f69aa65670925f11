"""The beliefs while the log is folded, found by what they are on and what holds them up."""

from __future__ import annotations

from collections.abc import Iterator

from tom_swe.beliefs.conflict import Claim
from tom_swe.beliefs.draft import Draft
from tom_swe.embed.similarity import Similarity
from tom_swe.model.belief import Decision, DecisionKind


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
