"""What a run of the tiny policy is given."""

from __future__ import annotations

from pathlib import Path

from tom_evals.ppp.arms import Arm
from tom_evals.userville.rewards import Profile
from tom_swe.model.base import Value


class Given(Value):
    """One run: a warm-up where there is no ``arm``, else training from its seed's warm-up.

    ``warm_up`` and ``steps`` are numbers of updates, ``sessions`` those of a step in groups of
    ``group``, ``cases`` how many different ones there are to train on and ``measured`` to measure
    on. A checkpoint is written every ``save`` steps.
    """

    work: Path
    seed: int
    arm: Arm | None
    profile: Profile
    warm_up: int
    steps: int
    sessions: int
    group: int
    rate: float
    cases: int
    measured: int
    save: int

    @property
    def key(self) -> str:
        """The run's name in its study."""
        return f"{self.arm or 'warm-up'}/{self.seed}"

    @property
    def folder(self) -> Path:
        """Where a run keeps what it does."""
        return self.work / self.key

    @property
    def policy(self) -> Path:
        """Where the policy lies that the seed's training starts from."""
        return self.work / f"warm-up/{self.seed}/policy"

    @property
    def rows(self) -> Path:
        """The file of what became of each step."""
        return self.folder / "steps.jsonl"
