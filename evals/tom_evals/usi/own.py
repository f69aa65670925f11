"""Our own simulated users against real developers: ``python -m tom_evals usi --own``.

They are not on the same tasks and no one was asked anything afterwards: what comes out is how
alike they talk, and no User-Sim Index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import RESAMPLES
from tom_evals.people.speech import RATES, Rates, Wording
from tom_evals.usi.developers import (
    CHECKED,
    FEWEST,
    FITTED,
    Developers,
    developers,
    dialogues,
    measured,
)
from tom_evals.usi.dialogues import (
    FEW,
    LONGEST,
    MOST,
    TIMES,
    Matter,
    Simulator,
    chosen,
    lengths_for,
    matters,
    simulated,
)
from tom_evals.usi.fitting import rates
from tom_evals.usi.gaps import Comparison, Gap, unpaired
from tom_evals.usi.tables import NAMES
from tom_evals.usi.transcripts import Patterns, Unreadable, lexicons
from tom_swe.embed import MiniLM, Remembering
from tom_swe.ports import Embedder

type Turns = Sequence[Sequence[str]]


class Against(NamedTuple):
    """One simulator against developers, before (plain wording) and after."""

    simulator: Simulator
    whom: str
    before: Comparison
    after: Comparison


def run(data: Path) -> tuple[Report, tuple[Gap, ...]]:
    """The report, and the gaps of Stateful SWE's users. Raises `Missing` or `Unreadable`."""
    patterns = lexicons(data).patterns
    return report(developers(data), matters(data), patterns, Remembering(MiniLM()))


def report(
    found: Developers,
    about: Sequence[Matter],
    patterns: Patterns,
    embedder: Embedder,
    *,
    resamples: int = RESAMPLES,
) -> tuple[Report, tuple[Gap, ...]]:
    """The report on all simulators; raises `Unreadable` where no developer has a dialogue."""
    turns = {name: dialogues(sessions) for name, sessions in found.items()}
    whom = _whom({name: each for name, each in turns.items() if each})
    if not whom:
        raise Unreadable("no developer's session has two turns by the developer")
    results = [
        each
        for simulator in Simulator
        for each in _against(simulator, whom, about, patterns, embedder, resamples)
    ]
    first = [each for each in results if each.whom == _ALL]
    return (
        Report(
            "Similarity of the simulated users here to real developers (no User-Sim Index)",
            [
                *map(_summary, first),
                Table(
                    "Fitted on two developers, checked on the third: mean of D1 to D4",
                    ("simulator", "developers", "before", "low", "high", "after", "low2", "high2"),
                    [(r.simulator, r.whom, *r.before.total, *r.after.total) for r in results],
                ),
                Table(
                    "Developers against each other: mean of D1 to D4",
                    ("developers", "turns", "likeness", "low", "high"),
                    list(_each_other(turns, patterns, resamples)),
                ),
                *map(_features, first),
                _rates(found, patterns),
            ],
            _notes(turns),
        ),
        first[0].after.gaps,
    )


_ALL = "all"
_PAIR = " and ".join(FITTED)


def _whom(turns: Mapping[str, Turns]) -> Mapping[str, Turns]:
    """The groups of developers that simulators are held against, those that have dialogues."""
    groups = {
        _ALL: tuple(turns),
        f"{_PAIR}, fitted on": FITTED,
        f"{CHECKED}, held out": (CHECKED,),
    }
    found = {
        name: [each for one in members for each in turns.get(one, ())]
        for name, members in groups.items()
    }
    return {name: each for name, each in found.items() if each}


def _against(
    simulator: Simulator,
    whom: Mapping[str, Turns],
    about: Sequence[Matter],
    patterns: Patterns,
    embedder: Embedder,
    resamples: int,
) -> Iterator[Against]:
    """Dialogues as long as the developers' sessions, and the same for all groups."""
    most, usable = MOST[simulator], chosen(simulator, about)
    lengths = lengths_for(simulator, [len(each) for each in whom[_ALL]], usable)
    ours = {
        wording: measured(simulated(simulator, wording, usable, lengths, embedder), most, patterns)
        for wording in Wording
    }
    for name, turns in whom.items():
        theirs = measured(turns, most, patterns)
        before, after = (
            unpaired(ours[wording], theirs, resamples=resamples)
            for wording in (Wording.PLAIN, Wording.LIKE_DEVELOPERS)
        )
        yield Against(simulator, name, before, after)


def _summary(found: Against) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (NAMES[d.lower()], *found.before.dimensions[d], *found.after.dimensions[d])
        for d in found.before.dimensions
    ]
    rows.append(("mean", *found.before.total, *found.after.total))
    return Table(
        f"{found.simulator}: likeness to real developers, before and after wording",
        ("dimension", "before", "low", "high", "after", "low2", "high2"),
        rows,
    )


def _features(found: Against) -> Table:
    rows = [
        (b.feature, b.people, b.simulator, a.simulator, b.likeness.value, *a.likeness)
        for b, a in zip(found.before.gaps, found.after.gaps, strict=True)
    ]
    return Table(
        f"{found.simulator}: means of each feature, rates in %, and likeness",
        ("feature", "developers", "before", "after", "likeness before", "after2", "low", "high"),
        rows,
    )


def _each_other(
    turns: Mapping[str, Turns], patterns: Patterns, resamples: int
) -> Iterator[tuple[Cell, ...]]:
    for one, other in combinations([name for name, each in turns.items() if each], 2):
        for most in sorted(set(MOST.values())):
            pair = (measured(turns[each], most, patterns) for each in (one, other))
            yield (f"{one}, {other}", most, *unpaired(*pair, resamples=resamples).total)


def _rates(found: Developers, patterns: Patterns) -> Table:
    groups = {
        f"{_PAIR}, fitted on": [s for name in FITTED for s in found.get(name, ())],
        f"{CHECKED}, held out": list(found.get(CHECKED, ())),
    }
    rows: list[tuple[Cell, ...]] = [
        (name, *rates(sessions, patterns)) for name, sessions in groups.items() if sessions
    ]
    return Table(
        "Rates of wording, shares of turns",
        ("developers", *Rates._fields),
        [*rows, ("as they are used", *RATES)],
    )


def _notes(turns: Mapping[str, Turns]) -> list[str]:
    counted = ", ".join(f"{len(each)} of {name}" for name, each in turns.items())
    return [
        (
            f"Developers: their sessions with Claude Code in which they have {FEWEST} turns or "
            f"more ({counted}). The first {MOST[Simulator.STATEFUL]} turns of each are used, "
            f"or {MOST[Simulator.AMBIG]} for Ambig-SWE, whose user answers three messages. "
            "Text from the host, subagents and pasted output are left out."
        ),
        (
            "Simulators: dialogues of the same lengths on issues of SWE-bench Verified. The "
            "agent's questions are those that two models asked about these issues (Ambig-SWE's "
            "release); what it says in between is fixed text. Stateful SWE: its 15 people in "
            f"turn, {TIMES} dialogues for each session. UserVille: its 20 kinds of people in "
            "turn, with as many dialogues; the agent only asks them questions. Ambig-SWE: "
            f"{FEW} issues of at most {LONGEST} characters, one dialogue each. No agent and no "
            "language model runs."
        ),
        (
            "The tasks and the agent differ, and success is not measured, so there are only D1 "
            "to D4, and no USI. Before: the wording of 2026-11-28, still available as `plain`. "
            "After: worded at the rates of the two developers. The index counts these same "
            "rates. A better figure therefore says that the style is nearer, but nothing about "
            "what a user knows or wants."
        ),
        (
            "Low and high (low2 and high2 for after): 95 %, bootstrap over the sessions of "
            "both sides. Three developers are not a representative sample, and one developer's "
            "sessions are similar to each other, so the intervals say nothing about a fourth. "
            "If only one side ever shows a feature, its likeness is 0."
        ),
        (
            "Ambig-SWE's request is the released summary. A model wrote it, and it is never "
            "reworded, so its opening stays longer than a developer's. UserVille uses the same "
            "one."
        ),
    ]
