"""What the product hears of people whom neither its rules nor its scorer were made on.

The messages are `wild.jsonl` of the shared data, or of a folder of the same shape. Nothing that
the product ships was made from them, so its figures are those of new people.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tom_evals.common.report import Cell, Report, Table
from tom_evals.reading.data import Case
from tom_evals.reading.run import by_product
from tom_evals.reading.score import FIGURES, RECALLS, Judged, at_recalls, by, figures
from tom_swe.embed import MiniLM, SentenceScorer
from tom_swe.errors import UsageError
from tom_swe.extract import EmbeddedReader
from tom_swe.text.host_tags import separate

FILE = Path("reading") / "wild.jsonl"
# Kept prompts: edited, denser, and without an agent's turn before them.
KEPT_PROMPTS = "prompts-md"
SURE = 2
STATES = (
    f"A message states something if a label of it is sure to {SURE} or 3 of 3; the borderline ones "
    "count as stating nothing. Messages from files of kept prompts are left out."
)
CEILING = (
    "A second careful reader has a precision of .89 and a recall of .73 against these labels "
    "(the shared data's facts/reading.md)."
)


def wild_cases(data: Path) -> Iterator[Case]:
    """The messages with their labels, in the file's order. Raises UsageError without the file."""
    file = data / FILE
    if not file.is_file():
        raise UsageError(f"{data} has no {FILE}: name a folder of the shared data's shape")
    with file.open(encoding="utf-8") as lines:
        for each in map(json.loads, lines):
            if each["host"] == KEPT_PROMPTS:
                continue
            sure = [label for label in each["standing"] if label["sure"] >= SURE]
            first: dict[str, Any] = sure[0] if sure else {}
            yield Case(
                id=each["id"],
                group=each["user"],
                source="wild",
                text=separate(each["text"]).words,
                before=each["prev_agent"] or "",
                label=first.get("standing", "none"),
                dimension=first.get("dimension", ""),
                quote=first.get("quote", ""),
            )


def run(data: Path) -> Report:
    """The product as shipped, and its rules alone, on every message."""
    given = list(wild_cases(data))
    embedder = MiniLM()
    readers: dict[str, Callable[[Sequence[Case]], list[Judged]]] = {
        "the product's rules": lambda all_of: by_product(all_of, EmbeddedReader(embedder)),
        "the product as shipped": lambda all_of: by_product(
            all_of, EmbeddedReader(embedder, SentenceScorer(embedder))
        ),
    }
    rows: list[tuple[Cell, ...]] = []
    judged: list[Judged] = []
    for name, read in readers.items():
        judged = read(given)
        shown = (each if isinstance(each, float) else str(each) for each in figures(judged))
        rows.append((name, *shown, *at_recalls(judged)))
    stating = sum(case.states for case in given)
    parts: list[tuple[Cell, ...]] = [
        (str(name), count, of_them, counted.precision, counted.recall, counted.f1)
        for key in (_language, _label)
        for name, (count, of_them, counted) in by(judged, key).items()
    ]
    return Report(
        "Reading new people",
        [
            Table(
                f"{len(given)} messages of {len({c.group for c in given})} people, "
                f"{stating} state something",
                ("reader", *FIGURES, *(f"P at R {r}" for r in RECALLS)),
                rows,
            ),
            Table(
                "the product as shipped, by language and label",
                ("part", "messages", "stating", "precision", "recall", "F1"),
                parts,
            ),
        ],
        ["95 % intervals over people.", STATES, CEILING],
    )


def _language(case: Case) -> str:
    return case.language


def _label(case: Case) -> str:
    return case.label
