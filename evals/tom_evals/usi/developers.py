"""Three real developers with Claude Code: their sessions, and the means of what these show.

The sessions are data that stay where they are; the means are kept with the package, so that a
benchmark can be held against them at once. ``python -m tom_evals.usi.developers`` computes them.
"""

from __future__ import annotations

import json
import sys
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pydantic import BaseModel

from tom_evals.common.real_data import REAL_HOST, REAL_SESSIONS, shared_data
from tom_evals.usi.features import features
from tom_evals.usi.readers import of_session
from tom_evals.usi.sessions import ORDER, Floats
from tom_evals.usi.transcripts import Missing, Patterns, Unreadable, lexicons
from tom_swe import Session
from tom_swe.errors import SourceError
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions

FITTED, CHECKED = ("dev1", "dev2"), "dev3"
"""Whose rates the wording of `tom_evals.people.speech` has, and on whom it is checked."""

FEWEST = 2  # turns: with one there was no dialogue
MOST = (4, 8)  # turns: what is compared begins at the first and is of the same length
KEPT = "developers.json"

type Developers = Mapping[str, Sequence[Session]]


class Means(BaseModel, frozen=True):
    """The means over sessions of each feature, as `features` gives them; by the most turns."""

    sessions: int
    features: Mapping[int, Mapping[str, float]]
    lengths: tuple[int, ...]
    """The turns of each session, in order."""


def developers(data: Path) -> Developers:
    """The sessions of each developer, of any length.

    Hosts' words, subagents and pasted output are told apart by the importer. Raises `Missing` or
    `Unreadable`.
    """
    archive = data / REAL_SESSIONS
    if not archive.is_file():
        raise Missing(f"{archive} does not exist: set TOM_SHARED_DATA to the folder that has it")
    try:
        with TemporaryDirectory() as folder:
            with tarfile.open(archive) as packed:
                packed.extractall(folder, filter="data")
            homes = sorted(each.parent for each in Path(folder).glob("*/projects"))
            return {home.name: tuple(_imported(home)) for home in homes}
    except (OSError, tarfile.TarError, SourceError) as error:
        raise Unreadable(f"{archive} cannot be read: {error}") from error


def _imported(home: Path) -> Iterable[Session]:
    return read_sessions(IMPORTERS[REAL_HOST], home, Tally(), Redactor(emails=False))


def dialogues(sessions: Iterable[Session]) -> list[tuple[str, ...]]:
    """The person's turns of the sessions that are dialogues."""
    found = (of_session(each) for each in sessions)
    return [each.user for each in found if each and len(each.user) >= FEWEST]


def measured(turns: Iterable[Sequence[str]], most: int, patterns: Patterns) -> Floats:
    """The features of each session's first turns (session by feature, as `features` gives them)."""
    found = (features(each[:most], patterns) for each in turns)
    return np.array([[each[feature] for feature in ORDER] for each in found])


def means(found: Developers, patterns: Patterns) -> Means:
    """The means over the sessions of all developers."""
    turns = [each for one in found.values() for each in dialogues(one)]
    return Means(
        sessions=len(turns),
        features={
            most: dict(zip(ORDER, measured(turns, most, patterns).mean(axis=0), strict=True))
            for most in MOST
        },
        lengths=tuple(len(each) for each in turns),
    )


@cache
def kept() -> Means:
    """The means as they were computed when the package was made."""
    file = resources.files(__package__).joinpath(KEPT)
    return Means.model_validate_json(file.read_bytes())


if __name__ == "__main__":
    data = shared_data()
    computed = means(developers(data), lexicons(data).patterns)
    sys.stdout.write(json.dumps(computed.model_dump(mode="json"), indent=1) + "\n")
