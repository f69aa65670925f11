"""One line that says how like real developers simulated users talk, to stand beside results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tom_evals.people.speech import Wording
from tom_evals.usi.developers import Means, kept, measured
from tom_evals.usi.dialogues import (
    MOST,
    Simulator,
    chosen,
    lengths_for,
    matters,
    simulated,
)
from tom_evals.usi.score import dimensions
from tom_evals.usi.sessions import ORDER, SCALE, row
from tom_evals.usi.transcripts import Patterns, Unreadable, lexicons
from tom_swe import TomError
from tom_swe.embed import MiniLM, Remembering

LONGEST = max(MOST.values())


def likeness_note(dialogues: Sequence[Sequence[str]], data: Path, *, most: int = LONGEST) -> str:
    """How like real developers the users of these dialogues talk, in a sentence.

    A dialogue is a user's turns, the request first; of each the first ``most`` turns count, which
    is 4 or 8. Where the index's lexicons are not in ``data`` it says that, and why.
    """
    try:
        return _said(dialogues, lexicons(data).patterns, most)
    except Unreadable as error:
        return _skipped(error)


def own_note(simulator: Simulator, data: Path, wording: Wording = Wording.LIKE_DEVELOPERS) -> str:
    """The same of our own users without a model, in the dialogues of ``usi --own``.

    Takes seconds. Where the data are not there it says that, and why.
    """
    try:
        patterns, about = lexicons(data).patterns, chosen(simulator, matters(data))
        lengths = lengths_for(simulator, kept().lengths, about)
        turns = simulated(simulator, wording, about, lengths, Remembering(MiniLM()))
    except (Unreadable, TomError) as error:
        return _skipped(error)
    return _said(turns, patterns, MOST[simulator])


def _said(dialogues: Sequence[Sequence[str]], patterns: Patterns, most: int) -> str:
    spoken = [each for each in dialogues if each]
    if not spoken:
        return "Similarity to real developers: unknown, because no user said anything."
    people: Means = kept()
    theirs = np.array([people.features[most][feature] for feature in ORDER]) * SCALE
    alike = dimensions(row(measured(spoken, most, patterns)), theirs)
    total = float(np.mean(list(alike.values())))
    parts = ", ".join(f"{name} {value:.0f}" for name, value in alike.items())
    return (
        f"The simulated users here talk {total:.0f} % like real developers ({parts}; "
        f"{len(spoken)} dialogues against {people.sessions} sessions of three developers, on "
        "other tasks; this is not the User-Sim Index; `python -m tom_evals usi --own` has the "
        "intervals)."
    )


def _skipped(error: Exception) -> str:
    return f"Similarity to real developers: skipped, {error}"
