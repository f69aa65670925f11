"""``python -m tom_evals keeping``: what was planted against what is told, by real runs of Tom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tom_evals.common.report import Cell, Report, Table
from tom_evals.common.stats import bootstrap
from tom_evals.keeping import score
from tom_evals.keeping.generate import SEED, histories
from tom_evals.keeping.keep import kept
from tom_evals.keeping.material import Side, material
from tom_evals.keeping.oracle import Noise, Oracle
from tom_evals.keeping.planted import LASTING, History, Kind
from tom_evals.keeping.score import Judgement
from tom_swe.embed import MiniLM, Multilingual, Remembering
from tom_swe.extract import EmbeddedReader
from tom_swe.extract.lasting import LastingSentences
from tom_swe.ports import Embedder, Reader, Scorer

type Score = Callable[[Sequence[Judgement]], float]

HELD_OUT = "product, held out"
CONDITIONS: dict[str, Noise | None] = {
    "product's rules": None,
    "oracle": Noise(),
    "oracle, 20 % missed, 10 % false": Noise(misses=0.2, false=0.1),
    "oracle, the same, 30 % own words": Noise(misses=0.2, false=0.1, own_words=0.3),
}
_FIGURES: tuple[tuple[str, str, Score], ...] = (
    ("precision, confirmed", "", lambda p: score.precision(p, confirmed=True)),
    ("recall, confirmed", "", lambda p: score.recall(p, confirmed=True)),
    ("F1, confirmed", ">= 0.90", lambda p: score.f1(p, confirmed=True)),
    ("precision, all told", "", lambda p: score.precision(p, confirmed=False)),
    ("recall, all told", "", lambda p: score.recall(p, confirmed=False)),
    ("F1, all told", ">= 0.90", lambda p: score.f1(p, confirmed=False)),
    ("right after a reversal", ">= 0.95", lambda p: score.now_right(p, read=False)),
    ("the same, where it was read", "", lambda p: score.now_right(p, read=True)),
    ("scope right", "", score.in_place),
    (
        "one-offs kept out, confirmed",
        "",
        lambda p: score.kept_out(p, Kind.ONE_OFF, confirmed=True),
    ),
    ("one-offs kept out, told", "", lambda p: score.kept_out(p, Kind.ONE_OFF, confirmed=False)),
    (
        "others' opinions kept out, told",
        "",
        lambda p: score.kept_out(p, Kind.HEARSAY, confirmed=False),
    ),
    ("asides kept out, told", "", lambda p: score.kept_out(p, Kind.ASIDE, confirmed=False)),
    ("agents kept out, told", "", lambda p: score.kept_out(p, Kind.AGENT, confirmed=False)),
    ("tools kept out, told", "", lambda p: score.kept_out(p, Kind.TOOL, confirmed=False)),
    (
        "false per 100 sessions, confirmed",
        "<= 1",
        lambda p: score.false_per_hundred(p, confirmed=True),
    ),
    (
        "false per 100 sessions, all told",
        "<= 1",
        lambda p: score.false_per_hundred(p, confirmed=False),
    ),
    ("Brier score", "<= 0.10", score.squared_error),
)
_FIGURING = (
    "95 % intervals over people. If a preference is told twice, precision counts one of the "
    "two as wrong. Recall covers what was said in two sessions (all told: also what was said "
    "once in the last 180 days)."
)
_HELD_OUT = (
    "The held-out product reads with a scorer that saw no written utterance and none of the people "
    "whose messages are around them; else it is made as the one that ships "
    "(`python -m tom_evals.keeping.train`). The product's rules read without a scorer."
)
_SIDES = (
    "One person wrote the utterances. The preferences reported here are on other dimensions "
    "than the ones used for fitting, and the real messages around them are by other authors."
)


def run(data: Path) -> Report:
    """Reports on the side that nothing was fitted on."""
    return report(
        histories(material(data, Side.REPORTED)),
        Remembering(MiniLM(None, threads=2), most=100_000),
        held_out(),
    )


def held_out() -> Scorer:
    """A scorer made as the one that ships, of all but what the reported histories are made of."""
    return LastingSentences(Multilingual(), Path(__file__).parent)


def report(people: Sequence[History], embedder: Embedder, scorer: Scorer) -> Report:
    """The figures of every condition on these histories."""
    product = EmbeddedReader(embedder, scorer)
    judged = {HELD_OUT: [kept(each, embedder, product) for each in people]} | {
        name: [kept(each, embedder, _reader(each, noise)) for each in people]
        for name, noise in CONDITIONS.items()
    }
    return Report(
        name="Keeping",
        tables=[
            Table("Planted preferences", ("", "aim", *judged), _figures(judged)),
            Table(
                "Reliability: how often a belief is right, by its confidence",
                ("reader and confidence", "right", "beliefs"),
                _reliability(judged),
            ),
            Table("Histories", ("person", "sessions", "wishes", "traps"), _sizes(people)),
        ],
        notes=[_HELD_OUT, _FIGURING, _SIDES],
    )


def _reader(history: History, noise: Noise | None) -> Reader | None:
    return None if noise is None else Oracle(history.log, noise, SEED)


def _figures(judged: dict[str, list[Judgement]]) -> list[tuple[Cell, ...]]:
    return [
        (
            title,
            aim,
            *(str(bootstrap(each, lambda j: j.user, figure)) for each in judged.values()),
        )
        for title, aim, figure in _FIGURES
    ]


def _reliability(judged: dict[str, list[Judgement]]) -> list[tuple[Cell, ...]]:
    return [
        (f"{name}: {sure:.2f}", right, count)
        for name, each in judged.items()
        for sure, right, count in score.reliable(each)
    ]


def _sizes(people: Sequence[History]) -> list[tuple[Cell, ...]]:
    return [
        (
            each.user,
            len(each.sessions),
            len(each.wishes),
            sum(planting.kind not in LASTING for planting in each.log),
        )
        for each in people
    ]
