"""What became of advice, as told by the person or by an agent."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tom_swe.beliefs.feedback import verdicts
from tom_swe.errors import UsageError
from tom_swe.mind.derive import Deriving
from tom_swe.mind.user_acts import user_act_of
from tom_swe.model.advice import Outcome
from tom_swe.model.belief import Belief, Judge
from tom_swe.model.user_acts import Did

if TYPE_CHECKING:
    from tom_swe.memory.store import Store


class Feedback:
    """Weighs beliefs by what became of the advice that cited them."""

    def __init__(self, memory: Store, deriving: Deriving) -> None:
        self._memory = memory
        self._deriving = deriving

    def judge(
        self,
        user_id: str,
        consultation_id: int,
        outcome: Outcome,
        *,
        right: Collection[int] | None,
        by_agent: bool,
    ) -> tuple[Belief, ...]:
        """Keeps what became of a suggestion; the beliefs that it cited, as they stand then."""
        by = Judge.AGENT if by_agent else Judge.PERSON
        with self._memory.learning.from_outside(user_id) as change:
            cited = change.advice.cited(consultation_id)
            now = datetime.now(UTC)
            shared = verdicts(consultation_id, cited, outcome, right=right, by=by, at=now)
            if by_agent and change.advice.judged_by(consultation_id) is Judge.PERSON:
                raise UsageError(
                    f"the person judged advice a{consultation_id} themselves: keep their outcome"
                )
            known = change.advice.judged(consultation_id)
            change.advice.judge(consultation_id, outcome, shared)
            if not by_agent:
                change.user_edits.log(
                    user_act_of(
                        Did.FEEDBACK,
                        cited,
                        (),
                        now,
                        detail=f"a{consultation_id} {outcome}",
                        judged=known,
                        consultation_id=consultation_id,
                    )
                )
            self._deriving.derive(user_id, change)
            return tuple(belief for belief in change.beliefs.all() if belief.id in cited)
