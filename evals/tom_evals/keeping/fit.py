"""``python -m tom_evals.keeping.fit``: how sure to be, on the side that is not reported.

What is printed is the squared error of ``s / (s + c + doubt)`` by the doubt, for each reader.
"""

from __future__ import annotations

import sys

from tom_evals.common.real_data import shared_data
from tom_evals.common.report import Cell, Report, Table, as_markdown
from tom_evals.common.stats import brier
from tom_evals.keeping.generate import SEED, histories
from tom_evals.keeping.keep import held_after
from tom_evals.keeping.material import Side, material
from tom_evals.keeping.oracle import Oracle
from tom_evals.keeping.run import CONDITIONS
from tom_evals.keeping.score import JUDGED, judge
from tom_swe.beliefs import weigh
from tom_swe.beliefs.confidence import newest
from tom_swe.embed import MiniLM, Remembering

DOUBTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0)

type Weighed = tuple[float, float, bool]


def errors(weighed: list[Weighed]) -> dict[float, float]:
    """The squared error by doubt, of beliefs given as (for it, against it, whether right)."""
    right = [each[2] for each in weighed]
    return {doubt: brier(right, [s / (s + c + doubt) for s, c, _ in weighed]) for doubt in DOUBTS}


def main() -> None:
    """Prints the table."""
    people = histories(material(shared_data(), Side.TUNING))
    embedder = Remembering(MiniLM(None, threads=2), most=100_000)
    rows: list[tuple[Cell, ...]] = []
    for name, noise in CONDITIONS.items():
        weighed: list[Weighed] = []
        for person in people:
            reader = None if noise is None else Oracle(person.log, noise, SEED)
            held = held_after(person, embedder, reader)
            for belief in held.told:
                if belief.kind in JUDGED:
                    (one,) = judge(person, [belief], held.everything, held.sessions).beliefs
                    support, against = weigh(
                        belief.evidence, belief.verdicts, newest(belief.evidence)
                    )
                    weighed.append((support, against, one.right))
        rows.append((name, *errors(weighed).values()))
    table = Table("Squared error by doubt", ("reader", *map(str, DOUBTS)), rows)
    sys.stdout.write(f"{as_markdown(Report('Keeping: fit', [table]), 'tom_evals.keeping.fit')}\n")


if __name__ == "__main__":
    main()
