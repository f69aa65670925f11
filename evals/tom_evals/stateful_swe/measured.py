"""The rows of the offline study, each kept as it is finished, so that a killed study goes on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.stats import Counts
from tom_evals.keeping.score import Meaning
from tom_evals.stateful_swe.memories.memory import Arm
from tom_evals.stateful_swe.profile import Profile
from tom_swe.model.base import Value


class Kept(Value):
    """What a history is: ``planted`` and ``traps`` of the ``washed`` messages hold our words."""

    profile: str
    preferences: int
    sessions: int
    messages: int
    tokens: int
    washed: int
    planted: int
    traps: int


class Measured(Value):
    """One arm on one profile: its `Recovery`, and what an agent is given.

    ``told`` is all that any request brought out.
    ``at_start`` and ``with_message`` are tokens that go in, the mean over requests; ``held``
    are those that the memory picks from. ``learned`` and ``answered`` are seconds; learned is
    None where the mind was made for another arm.
    """

    profile: str
    arm: Arm
    coding: Counts
    manner: Counts
    contradicted: int
    own: int
    believed: int
    traps: int
    voices: dict[str, tuple[int, int]]
    told: tuple[Meaning, ...]
    adherence: float
    at_start: float
    with_message: float
    held: int
    learned: float | None
    answered: float


class Found(NamedTuple):
    """All rows of a study."""

    histories: tuple[Kept, ...]
    measured: tuple[Measured, ...]


class Rows:
    """The rows in a folder, a file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "rows"
        self._folder.mkdir(parents=True, exist_ok=True)

    def left(self, profile: Profile, arms: Iterable[Arm]) -> list[Arm]:
        """The arms that have not been measured on a profile, in their order."""
        return [arm for arm in arms if not self._file(profile.id, arm.name).is_file()]

    def keep(self, row: Kept | Measured) -> None:
        """Writes a row, whole or not at all."""
        name = row.arm.name if isinstance(row, Measured) else "history"
        file = self._file(row.profile, name)
        making = file.with_suffix(".making")
        making.write_text(row.model_dump_json(indent=1), encoding="utf-8")
        making.replace(file)

    def read(self, people: Iterable[Profile], arms: Iterable[Arm]) -> Found:
        """The rows of these people and arms. Raises OSError where one is not there."""
        ids, wanted = [each.id for each in people], list(arms)
        histories = [Kept.model_validate_json(self._read(each, "history")) for each in ids]
        measured = [
            Measured.model_validate_json(self._read(each, arm.name))
            for each in ids
            for arm in wanted
        ]
        return Found(tuple(histories), tuple(measured))

    def _read(self, profile: str, name: str) -> bytes:
        return self._file(profile, name).read_bytes()

    def _file(self, profile: str, name: str) -> Path:
        return self._folder / f"{profile}-{name.lower()}.json"
