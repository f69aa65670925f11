"""What the command is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tom_evals.userville.preferences import Preference

RULES = "rules"
"""Who plays the people, where no model does."""


class Options(NamedTuple):
    """What the command was told."""

    people: Sequence[Preference]
    toys: bool
    most: int
    repos: Path | None
    model: str
    person: str
    writer: str
    budget: float
    work: Path
    at_once: int
    again: bool
