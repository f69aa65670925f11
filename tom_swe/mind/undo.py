"""Taking back what the person did: decisions, merges, statements, feedback, rules that recur.

What was done is taken out of the log, and what is believed follows from the rest. What was
forgotten stays so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tom_swe.errors import UsageError
from tom_swe.mind.derive import Deriving
from tom_swe.mind.recurring import BASIS
from tom_swe.model.belief import DecisionKind
from tom_swe.model.user_acts import Did, UserAct

if TYPE_CHECKING:
    from tom_swe.memory.learning import ChangeOfMind
    from tom_swe.memory.store import Store


class Undoing:
    """Takes back what the person did, the last first."""

    def __init__(self, memory: Store, deriving: Deriving) -> None:
        self._memory = memory
        self._deriving = deriving

    def undo(self, user_id: str, count: int) -> tuple[UserAct, ...]:
        """Takes the last acts back; those that were. Raises UsageError where none is left."""
        done: list[UserAct] = []
        with self._memory.learning.from_outside(user_id) as change:
            while len(done) < count and (last := change.user_edits.last()):
                _take_back(change, last)
                self._deriving.derive(user_id, change)
                done.append(last)
            if not done:
                raise UsageError(
                    "there is nothing to undo; forgetting cannot be undone, and "
                    "`tom memory reject` corrects what tom learned"
                )
        return tuple(done)


def _take_back(change: ChangeOfMind, last: UserAct) -> None:
    """Takes an act out of the log."""
    image = last.image
    # Before the session goes, or the act would go with it.
    change.user_edits.taken_back(last)
    if image.moved:
        other = next(each for each in image.before if each.id == image.moved.other)
        change.user_edits.unmerge(other, image.moved, last.id)
        kept = next(each for each in image.before if each.id == image.moved.kept)
        change.beliefs.decide(kept.id, kept.decisions)
        return
    if last.session_id is not None:
        change.user_edits.unstate(last.session_id, image.forgotten)
    if image.judged and last.consultation_id is not None:
        change.advice.judge(last.consultation_id, image.judged.outcome, image.judged.verdicts)
    if image.observed:
        change.requests.withdraw(image.observed, BASIS)
    if last.did is Did.ACCEPT or last.did.value in DecisionKind:
        for was in image.before:
            change.beliefs.decide(was.id, was.decisions)
