"""Runs the readers over the labelled cases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from tom_evals.common.report import Cell, Report, Table
from tom_evals.reading.data import Case, cases, session_of
from tom_evals.reading.held_out import HeldOut
from tom_evals.reading.model import ReadByModel, sample
from tom_evals.reading.score import FIGURES, RECALLS, Judged, at_recalls, by, figures, macro_f1
from tom_swe import Observation
from tom_swe.embed import MiniLM, Multilingual
from tom_swe.extract import EmbeddedReader
from tom_swe.extract.catalogue import catalogue
from tom_swe.extract.cues import heard
from tom_swe.extract.lasting import LastingSentences
from tom_swe.model.belief import Source
from tom_swe.ports import Embedder
from tom_swe.text.prose import sentences

type Reads = Callable[[Sequence[Case]], list[Judged]]

# What is read off behaviour or is a fact of the person is not a statement of what they want.
NOT_SAID = frozenset({Source.BEHAVIOUR, Source.FACT})
SIMILAR = 0.45
SHIPPED = "the product as shipped: it has seen them"
PRODUCT = "rules and hints, out of fold"
TIMED = ("the product's rules", SHIPPED)
PARTLY_FITTED = (
    "The rules and their words were developed on half of these data (docs/adr/0005), so their "
    "figures are partly fitted. The scorer has their findings among its features."
)
SEEN = (
    "The shipped sentence scorer was trained on these same messages, so only the out-of-fold "
    "rows show how good it is. There, the scorer of a message saw nothing by its author, and "
    "the scorer of a written utterance saw none of those."
)
HINTS = (
    "Here a hint counts as said; the product uses it once a session says the same outright, "
    "or three hint at it."
)


def run(data: Path, model: str = "", most: int | None = None, budget: float = 1.0) -> Report:
    """Every reader over every kind of case, at most ``most`` of each.

    ``model`` names a language model that reads them too, for ``budget`` USD at most.
    """
    everything = cases(data)
    embedder = MiniLM()
    held_out = HeldOut()
    shipped = LastingSentences(Multilingual())
    readers: dict[str, Reads] = {
        "everything states something": lambda given: [Judged(c, 1.0, said=True) for c in given],
        "cue words alone": by_cues,
        "embedding similarity alone": lambda given: by_likeness(given, embedder),
        "sentence scorer alone, out of fold": lambda given: by_scorer(given, held_out),
        "the product's rules": lambda given: by_product(given, EmbeddedReader(embedder)),
        PRODUCT: lambda given: by_product(
            given, EmbeddedReader(embedder, held_out), held_out.turn_to
        ),
        SHIPPED: lambda given: by_product(given, EmbeddedReader(embedder, shipped)),
    }
    by_model = ReadByModel(model, budget) if model else None
    if by_model:
        readers[f"the product with {model}"] = by_model
    kinds = {
        "real messages, Aider": [c for c in everything if c.source == "aider"],
        "real messages, Claude Code": [c for c in everything if c.source == "claude-code"],
        "written utterances": [c for c in everything if c.source == "written"],
    }
    kinds = {title: sample(chosen, most) for title, chosen in kinds.items()}
    tables: list[Table] = []
    speeds: list[str] = []
    for title, chosen in kinds.items():
        rows: list[tuple[Cell, ...]] = []
        for name, read in readers.items():
            began = time.perf_counter()
            judged = read(chosen)
            took = time.perf_counter() - began
            rows.append((name, *_row(judged)))
            if name in TIMED:
                speeds.append(f"{title}, {name}: {len(chosen) / took:.0f} messages/s")
            if name == PRODUCT:
                tables += _parts(title, judged)
        stating = sum(case.states for case in chosen)
        tables.insert(
            len(tables) - 2,
            Table(
                f"{title}: {len(chosen)} messages of {len({c.group for c in chosen})} people, "
                f"{stating} state something",
                ("reader", *FIGURES, *(f"P at R {r}" for r in RECALLS)),
                rows,
            ),
        )
    notes: list[str] = []
    if by_model:
        used = by_model.used
        cost = "no known price" if used.cost is None else f"{used.cost:.4f} USD"
        notes.append(
            f"{model} received {used.tokens_in} tokens and wrote {used.tokens_out}, {cost}; "
            f"{by_model.failed} messages got no usable answer and count as read by the rules."
        )
        by_model.close()
    return Report(
        "Reading",
        tables,
        [
            *notes,
            (
                "95 % intervals over people. The written utterances have one author, so they have "
                "no interval."
            ),
            PARTLY_FITTED,
            SEEN,
            HINTS,
            f"Speed: {', '.join(speeds)}. One process; subjects are embedded where rules need it.",
        ],
    )


def by_cues(given: Sequence[Case]) -> list[Judged]:
    """Whether any sentence has wording of a rule, a liking or an objection."""
    found = [
        sum(bool(heard(s.words, question=s.is_question)) for s in sentences(case.text))
        for case in given
    ]
    return [Judged(case, float(n), n > 0) for case, n in zip(given, found, strict=True)]


def by_likeness(given: Sequence[Case], embedder: Embedder) -> list[Judged]:
    """How like the nearest preference of the catalogue the most alike sentence is."""
    wanted = embedder.embed(
        [choice.statement for dimension in catalogue() for choice in dimension.values]
    )
    judged: list[Judged] = []
    for case in given:
        said = [each.words[:500] for each in sentences(case.text)][:40]
        score = float(np.max(embedder.embed(said) @ wanted.T)) if said else 0.0
        judged.append(Judged(case, score, score >= SIMILAR))
    return judged


def by_scorer(given: Sequence[Case], scorer: HeldOut) -> list[Judged]:
    """How likely the likeliest sentence states something."""
    best = [scorer.best(case) for case in given]
    return [
        Judged(c, score, score >= scorer.threshold) for c, score in zip(given, best, strict=True)
    ]


def by_product(
    given: Sequence[Case],
    reader: EmbeddedReader,
    turn_to: Callable[[Case], None] = lambda _: None,
) -> list[Judged]:
    """What the product makes of each message, read with the agent's turn before it.

    What the rules say ranks above hints.
    """
    judged: list[Judged] = []
    for case in given:
        turn_to(case)
        said = [o for o in reader.read(session_of(case)).observations if is_said(o)]
        by_rules = [each for each in said if each.source is not Source.HINT]
        names = frozenset(each.dimension for each in said)
        judged.append(Judged(case, len(by_rules) + 0.5 * bool(said), bool(said), names))
    return judged


def is_said(observation: Observation) -> bool:
    """Whether it is something that the person said they want."""
    return observation.source not in NOT_SAID


def _row(judged: Sequence[Judged]) -> Iterable[Cell]:
    shown = (each if isinstance(each, float) else str(each) for each in figures(judged))
    return [*shown, *at_recalls(judged)]


def _parts(title: str, judged: Sequence[Judged]) -> list[Table]:
    """The product's figures by label, by language and register, and over dimensions."""
    labels: list[tuple[Cell, ...]] = [
        (str(name), count, counted.hits + counted.false_alarms)
        for name, (count, _, counted) in by(judged, lambda case: case.label).items()
    ]
    rest: list[tuple[Cell, ...]] = [
        (str(name), count, stating, counted.precision, counted.recall, counted.f1)
        for key in (_language, _register)
        for name, (count, stating, counted) in by(judged, key).items()
    ]
    rest.append(("mean over dimensions", len(judged), None, None, None, macro_f1(judged)))
    return [
        Table(f"{title}, the product by label", ("label", "cases", "read as stating"), labels),
        Table(
            f"{title}, the product by language and length",
            ("part", "cases", "stating", "precision", "recall", "F1"),
            rest,
        ),
    ]


def _language(case: Case) -> str:
    return case.language


def _register(case: Case) -> str:
    return case.register
