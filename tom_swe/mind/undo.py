"""Taking back what the person did: decisions, merges, statements and feedback.

Where nothing else has changed the same beliefs since, they are as they were. Else what was
decided is taken back and the beliefs are weighed again. What was forgotten stays so.
"""

from collections.abc import Mapping, Sequence

from tom_swe.beliefs.conflict import SimilarityFunction
from tom_swe.beliefs.decisions import decided
from tom_swe.beliefs.reconsider import reconsider, weighed
from tom_swe.beliefs.similarity import Similarity, vectors_of
from tom_swe.errors import UsageError
from tom_swe.mind.learn import Learner
from tom_swe.mind.parts import Mind
from tom_swe.mind.user_acts import digest
from tom_swe.model.belief import Belief, Change
from tom_swe.model.revision import Revision
from tom_swe.model.user_acts import Did, UserAct
from tom_swe.ports import ChangeOfMind, MemoryStore


class Undoing:
    """Takes back what the person did, the last first."""

    def __init__(self, memory: MemoryStore, mind: Mind, learner: Learner) -> None:
        self._memory = memory
        self._mind = mind
        self._learner = learner

    def undo(self, user_id: str, count: int) -> tuple[UserAct, ...]:
        """Takes the last changes back; those that were. Raises UsageError where none is left."""
        name = self._mind.embedder_name
        kept = [each for each in self._memory.user_acts.all(user_id) if each.undone_at is None]
        words = [b.statement for each in kept[-count:] for b in each.image.before]
        vectors = vectors_of(self._mind.embedder, words)
        done: list[UserAct] = []
        with self._memory.learning.from_outside(user_id) as change:
            while len(done) < count and (last := change.user_edits.last()):
                similarity = Similarity({**change.vectors(name), **vectors})
                change.apply(_taken_back(change, last, similarity), vectors, name)
                change.user_edits.look_again()
                done.append(last)
            if not done:
                raise UsageError(
                    "you changed nothing that can be taken back; what was forgotten is gone for "
                    "good, and what was learned is corrected with `tom memory reject`"
                )
            self._learner.brief(user_id, change)
        return tuple(done)


def _taken_back(change: ChangeOfMind, last: UserAct, similarity: SimilarityFunction) -> list[Revision]:
    """Moves the rows of a change back; the changes of mind that are left to make."""
    now = {belief.id: belief for belief in change.beliefs()}
    image = last.image
    untouched = all(i in now and digest(now[i]) == each for i, each in image.after.items())
    # Before the session goes, or the change would go with it.
    change.user_edits.taken_back(last)
    ids: dict[int, int] = {}
    if image.moved:
        other = next(each for each in image.before if each.id == image.moved.other)
        ids[other.id] = change.user_edits.unmerge(other, image.moved, last.id)
    if last.session_id is not None:
        change.user_edits.unstate(last.session_id, image.forgotten)
    if image.judged and last.consultation_id is not None:
        change.judge(last.consultation_id, image.judged.outcome, image.judged.verdicts)
    if image.moved or last.session_id is not None:
        change.drop_unsupported()
    change.user_edits.look_again()
    held = {belief.id: belief for belief in change.beliefs()}
    before = {ids.get(each.id, each.id): each for each in image.before}
    before = {i: each for i, each in before.items() if i in held}
    if untouched:
        return _restored(held, before, ids, f"you took back: {last.did}")
    return _inverted(list(held.values()), before, last, similarity)


def _restored(
    held: Mapping[int, Belief], before: Mapping[int, Belief], ids: Mapping[int, int], reason: str
) -> list[Revision]:
    """The beliefs as they were."""
    revisions: list[Revision] = []
    for belief_id, was in before.items():
        successor = ids.get(was.superseded_by or 0, was.superseded_by)
        as_it_was = was.model_copy(
            update={
                "id": belief_id,
                "superseded_by": successor if successor in held else None,
                "evidence": held[belief_id].evidence,
                "verdicts": held[belief_id].verdicts,
            }
        )
        # One that was merged is told of even so: it needs its vector again.
        if as_it_was != held[belief_id] or belief_id in ids.values():
            revisions.append(Revision(change=Change.RULE, belief=as_it_was, reason=reason))
    return revisions


def _inverted(
    held: Sequence[Belief], before: Mapping[int, Belief], last: UserAct, similarity: SimilarityFunction
) -> list[Revision]:
    """What is left of the beliefs without the change, weighed with all that came since."""
    reason = f"you took back: {last.did}"
    if last.did is Did.REMEMBER:
        return reconsider(held, similarity)
    if last.did is Did.FEEDBACK:
        return weighed(held, set(before), similarity, reason)
    targets = [i for i in before if before[i].id in last.belief_ids]
    revisions: list[Revision] = []
    now = {belief.id: belief for belief in held}
    for belief_id in targets:
        was = before[belief_id]
        scope = was.scope if last.did is Did.SCOPE else now[belief_id].scope
        belief = now[belief_id].model_copy(
            update={"decisions": was.decisions, "statement": was.statement, "scope": scope}
        )
        brought = decided(list(now.values()), belief, similarity, reason)
        now |= {each.belief.id: each.belief for each in brought}
        revisions += brought
    return revisions + weighed(list(now.values()), set(now) - set(targets), similarity, reason)
