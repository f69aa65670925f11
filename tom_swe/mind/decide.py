"""What the person does to beliefs with their own hands. No agent does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tom_swe.beliefs.draft import Draft
from tom_swe.errors import NotFound, UsageError
from tom_swe.mind.derive import Deriving
from tom_swe.mind.no_secrets import as_kept
from tom_swe.mind.user_acts import user_act_of
from tom_swe.model.belief import Belief, Decision, DecisionKind, Reach, Scope, Status
from tom_swe.model.user_acts import Did

if TYPE_CHECKING:
    from tom_swe.memory.store import Store

LONGEST = 500  # characters


class Decisions:
    """Keeps what the person decides, each with what takes it back."""

    def __init__(self, memory: Store, deriving: Deriving, redact: Callable[[str], str]) -> None:
        self._memory = memory
        self._deriving = deriving
        self._redact = redact

    def confirm(self, user_id: str, belief_id: int) -> Belief:
        """Holds a belief on the person's word. Raises NotFound."""
        return self._decide(user_id, belief_id, Did.CONFIRM)

    def reject(self, user_id: str, belief_id: int) -> Belief:
        """Retires a belief permanently. Raises NotFound."""
        return self._decide(user_id, belief_id, Did.REJECT)

    def pin(self, user_id: str, belief_id: int) -> Belief:
        """Has a belief always told, and first. Raises NotFound; UsageError of one given up."""
        return self._decide(user_id, belief_id, Did.PIN)

    def unpin(self, user_id: str, belief_id: int) -> Belief:
        """Has a belief told like any other. Raises NotFound; UsageError of one not pinned."""
        return self._decide(user_id, belief_id, Did.UNPIN)

    def edit(self, user_id: str, belief_id: int, text: str, *, confirm: bool = False) -> Belief:
        """Words a belief as the person does. Raises NotFound, UsageError.

        With ``confirm`` the same act confirms it.
        """
        words = checked_words(as_kept(text, self._redact))
        also = [DecisionKind.CONFIRM] if confirm else []
        return self._decide(user_id, belief_id, Did.EDIT, also, statement=words, detail=words)

    def rescope(self, user_id: str, belief_id: int, scope: Scope) -> Belief:
        """Has a belief hold just there. Raises NotFound and UsageError."""
        if scope.reach is Reach.TASK or (scope.reach is Reach.EVERYWHERE) == bool(scope.name):
            raise UsageError(
                "give a scope: everywhere, a repository (repository:NAME) or a language "
                "(language:NAME)"
            )
        return self._decide(user_id, belief_id, Did.SCOPE, scope=scope, detail=str(scope))

    def merge(self, user_id: str, kept_id: int, other_id: int) -> Belief:
        """Makes one belief part of another, which keeps its wording, place and decisions.

        That the person confirmed or pinned the other one holds for both, unless the one that is
        kept was rejected. Raises NotFound; UsageError where the two exclude each other.
        """
        if kept_id == other_id:
            raise UsageError(f"b{kept_id} cannot be merged with itself: name two beliefs")
        with self._memory.learning.from_outside(user_id) as change:
            before = change.beliefs.all()
            kept, other = one_of(before, kept_id), one_of(before, other_id)
            at = moment(before, kept, other)
            moved = change.user_edits.merge(kept_id, other_id)
            ids = (kept_id, other_id)
            change.user_edits.log(user_act_of(Did.MERGE, ids, (kept, other), at, moved=moved))
            self._deriving.derive(user_id, change)
            now = one_of(change.beliefs.all(), kept_id)
            both = {each.event for each in (*kept.supporting, *other.supporting)}
            if both - {each.event for each in now.supporting}:
                raise UsageError(
                    f"b{kept_id} and b{other_id} conflict, so they cannot be merged: "
                    "reject the wrong one"
                )
            return now

    def _decide(
        self,
        user_id: str,
        belief_id: int,
        did: Did,
        also: Sequence[DecisionKind] = (),
        *,
        statement: str = "",
        scope: Scope | None = None,
        detail: str = "",
    ) -> Belief:
        with self._memory.learning.from_outside(user_id) as change:
            before = change.beliefs.all()
            held = one_of(before, belief_id)
            _check(held, did)
            decision = Decision(
                kind=DecisionKind(did.value),
                at=moment(before, held),
                statement=statement,
                scope=scope,
            )
            draft = Draft.of(held)
            more = [Decision(kind=kind, at=decision.at) for kind in also]
            changed = [draft.decide(each) for each in (decision, *more)]
            if not any(changed):
                return held
            change.beliefs.decide(belief_id, draft.value().decisions)
            change.user_edits.log(
                user_act_of(did, (belief_id,), (held,), decision.at, detail=detail)
            )
            self._deriving.derive(user_id, change)
            return one_of(change.beliefs.all(), belief_id)


def checked_words(text: str) -> str:
    """A belief's wording as the person gives it, on one line. Raises UsageError."""
    words = " ".join(text.split())
    if not any(sign.isalnum() for sign in words):
        raise UsageError("the text is empty: say in words what tom should believe")
    if len(words) > LONGEST:
        raise UsageError(f"that is {len(words)} characters: use at most {LONGEST}")
    return words


def _check(belief: Belief, did: Did) -> None:
    """Raises UsageError where this cannot be done to a belief."""
    if did is Did.PIN and belief.status is Status.RETIRED:
        raise UsageError(
            f"b{belief.id} is retired, so it cannot be pinned: "
            f"`tom memory confirm b{belief.id}` restores it"
        )
    if did is Did.UNPIN and not belief.is_pinned:
        raise UsageError(f"b{belief.id} is not pinned, so there is nothing to unpin")


def moment(beliefs: Sequence[Belief], *on: Belief) -> datetime:
    """When an act counts as done: after all that was said on it, even if the clock went back."""
    gave_way = {each.superseded_by for each in on}
    words = [each.last_word for each in (*on, *(b for b in beliefs if b.id in gave_way))]
    return max(datetime.now(UTC), max(words) + timedelta(microseconds=1))


def one_of(beliefs: Iterable[Belief], belief_id: int) -> Belief:
    """The belief with this id. Raises NotFound."""
    found = next((belief for belief in beliefs if belief.id == belief_id), None)
    if found is None:
        raise NotFound(f"there is no belief b{belief_id}; `tom memory list` shows them")
    return found
