"""What a policy is trained for: all three rewards, or some of them left out."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from tom_swe.mind.interaction.effort import Effort, effort_of
from tom_swe.mind.interaction.preference import Ask, Preference
from tom_swe.mind.interaction.rewards import Profile, Rewards, rewards


class Arm(StrEnum):
    """Which rewards there are beside that for the task."""

    PPP = "ppp"
    TASK_ONLY = "task-only"
    NO_PROACTIVITY = "no-proactivity"
    NO_PERSONALISATION = "no-personalisation"


class Outcome(NamedTuple):
    """A session that is over: what was asked, and what the answer was worth (F1, 0 to 1)."""

    preference: Preference
    vague: bool
    asks: tuple[Ask, ...]
    productivity: float

    def rewards(self, profile: Profile, arm: Arm = Arm.PPP) -> Rewards:
        """The session's rewards; the whole is what an arm is trained for."""
        return rewards(
            self.preference,
            self.asks,
            productivity=self.productivity,
            vague=self.vague,
            profile=profile,
            proactivity_weight=float(arm in {Arm.PPP, Arm.NO_PERSONALISATION}),
            personalisation_weight=float(arm in {Arm.PPP, Arm.NO_PROACTIVITY}),
        )

    @property
    def effort(self) -> Effort | None:
        """The most that a question cost; None where none was asked."""
        return max((effort_of(ask.level) for ask in self.asks), default=None)

    @property
    def keeps(self) -> bool:
        """Whether the person was asked as they want to be."""
        return self.preference.penalty(self.asks) == 0
