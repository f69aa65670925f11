"""What the person does to beliefs with their own hands. No agent does."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from tom_swe.beliefs.conflict import conflicts
from tom_swe.beliefs.decisions import (
    confirmed,
    edited,
    joined,
    merged,
    moment,
    pinned,
    placed,
    rejected,
    decided,
    unpinned,
)
from tom_swe.beliefs.similarity import Similarity, vectors_of
from tom_swe.errors import NotFound, UsageError
from tom_swe.mind.learn import Learner
from tom_swe.mind.parts import Mind
from tom_swe.mind.user_acts import user_act_of
from tom_swe.model.belief import Belief, Reach, Scope, Status
from tom_swe.model.user_acts import Did, Moved
from tom_swe.ports import ChangeOfMind, MemoryStore

LONGEST = 500  # characters

type Decides = Callable[[Belief, datetime], Belief]


class Decisions:
    """Keeps what the person decides, each with what takes it back."""

    def __init__(
        self, memory: MemoryStore, mind: Mind, learner: Learner, redact: Callable[[str], str]
    ) -> None:
        self._memory = memory
        self._mind = mind
        self._learner = learner
        self._redact = redact

    def confirm(self, user_id: str, belief_id: int) -> Belief:
        """Holds a belief on the person's word. Raises NotFound."""
        return self._decide(user_id, belief_id, Did.CONFIRM, confirmed, "you confirmed it")

    def reject(self, user_id: str, belief_id: int) -> Belief:
        """Gives a belief up for good. Raises NotFound."""
        return self._decide(user_id, belief_id, Did.REJECT, rejected, "you rejected it")

    def pin(self, user_id: str, belief_id: int) -> Belief:
        """Has a belief always told, and first. Raises NotFound; UsageError of one given up."""

        def decide(belief: Belief, at: datetime) -> Belief:
            if belief.status is Status.RETIRED:
                raise UsageError(
                    f"b{belief_id} was given up, so it is not told: "
                    f"`tom memory confirm b{belief_id}` holds it again"
                )
            return pinned(belief, at)

        return self._decide(user_id, belief_id, Did.PIN, decide, "you pinned it")

    def unpin(self, user_id: str, belief_id: int) -> Belief:
        """Has a belief told like any other. Raises NotFound; UsageError of one not pinned."""

        def decide(belief: Belief, _: datetime) -> Belief:
            if not belief.is_pinned:
                raise UsageError(f"b{belief_id} is not pinned")
            return unpinned(belief)

        return self._decide(user_id, belief_id, Did.UNPIN, decide, "you unpinned it")

    def edit(self, user_id: str, belief_id: int, text: str) -> Belief:
        """Words a belief as the person does, redacted. Raises NotFound and UsageError."""
        words = " ".join(self._redact(text).split())
        if not any(sign.isalnum() for sign in words):
            raise UsageError("there is nothing in it: say in words what is to be believed")
        if len(words) > LONGEST:
            raise UsageError(f"that is {len(words)} characters: word it in at most {LONGEST}")
        return self._decide(
            user_id,
            belief_id,
            Did.EDIT,
            lambda belief, at: edited(belief, words, at),
            "you worded it anew",
            detail=words,
        )

    def rescope(self, user_id: str, belief_id: int, scope: Scope) -> Belief:
        """Has a belief hold just there. Raises NotFound and UsageError."""
        if scope.reach is Reach.TASK or (scope.reach is Reach.EVERYWHERE) == bool(scope.name):
            raise UsageError(
                "it holds everywhere, in a repository (repository:NAME) or in a language "
                "(language:NAME)"
            )
        return self._decide(
            user_id,
            belief_id,
            Did.SCOPE,
            lambda belief, at: placed(belief, scope, at),
            f"you said where it holds: {scope}",
            detail=str(scope),
        )

    def merge(self, user_id: str, kept_id: int, other_id: int) -> Belief:
        """Makes one belief part of another, which keeps its wording, place and decisions.

        That the person confirmed or pinned the other one holds for both, unless the one that is
        kept was rejected. Raises NotFound; UsageError where the two exclude each other.
        """
        if kept_id == other_id:
            raise UsageError(f"b{kept_id} is one belief already: name two")
        name = self._mind.embedder_name
        with self._memory.learning.from_outside(user_id) as change:
            before = change.beliefs()
            kept, other = one_of(before, kept_id), one_of(before, other_id)
            similarity = Similarity(change.vectors(name))
            if conflicts(kept, other, similarity):
                raise UsageError(
                    f"b{kept_id} and b{other_id} exclude each other, so what speaks for one "
                    "speaks against the other: reject the one that does not hold"
                )
            moved = change.user_edits.merge(kept_id, other_id)
            now = change.beliefs()
            belief = joined(one_of(now, kept_id), other)
            change.apply(merged(now, belief, similarity, f"you merged b{other_id} into it"), {}, name)
            ids = (kept_id, other_id)
            return self._finish(user_id, change, Did.MERGE, ids, before, moved=moved)

    def _decide(
        self,
        user_id: str,
        belief_id: int,
        did: Did,
        decide: Decides,
        reason: str,
        *,
        detail: str = "",
    ) -> Belief:
        name = self._mind.embedder_name
        wanted = vectors_of(self._mind.embedder, [detail] if did is Did.EDIT else [])
        with self._memory.learning.from_outside(user_id) as change:
            before = change.beliefs()
            held = one_of(before, belief_id)
            now = datetime.now(UTC)
            belief = decide(held, moment(held, before, now))
            if belief == held:
                return held
            similarity = Similarity({**change.vectors(name), **wanted})
            change.apply(decided(before, belief, similarity, reason), wanted, name)
            return self._finish(user_id, change, did, (belief_id,), before, detail=detail)

    def _finish(
        self,
        user_id: str,
        change: ChangeOfMind,
        did: Did,
        ids: tuple[int, ...],
        before: Sequence[Belief],
        *,
        detail: str = "",
        moved: Moved | None = None,
    ) -> Belief:
        """Keeps what was done and briefs; the first belief as it stands then."""
        change.user_edits.look_again()
        after = change.beliefs()
        at = datetime.now(UTC)
        change.user_edits.log(user_act_of(did, ids, before, after, at, detail=detail, moved=moved))
        self._learner.brief(user_id, change)
        return one_of(after, ids[0])


def one_of(beliefs: Iterable[Belief], belief_id: int) -> Belief:
    """The belief with this id. Raises NotFound."""
    found = next((belief for belief in beliefs if belief.id == belief_id), None)
    if found is None:
        raise NotFound(f"there is no belief b{belief_id}; `tom memory list` shows them")
    return found
