"""What a policy is trained for: all three rewards, or some of them left out."""

from __future__ import annotations

from enum import StrEnum

from tom_evals.userville.effort import Effort, effort_of
from tom_evals.userville.episode import Record
from tom_evals.userville.rewards import Profile


class Arm(StrEnum):
    """Which rewards there are beside that for the task."""

    PPP = "ppp"
    TASK_ONLY = "task-only"
    NO_PROACTIVITY = "no-proactivity"
    NO_PERSONALISATION = "no-personalisation"


def reward_of(record: Record, arm: Arm, profile: Profile) -> float:
    """What a session is worth to an arm, between 0 and 1."""
    return record.rewards(
        profile,
        proactivity_weight=float(arm in {Arm.PPP, Arm.NO_PERSONALISATION}),
        personalisation_weight=float(arm in {Arm.PPP, Arm.NO_PROACTIVITY}),
    ).total


def effort(record: Record) -> Effort | None:
    """The most that a question of a session cost; None where none was asked."""
    return max((effort_of(ask.level) for ask in record.asks), default=None)
