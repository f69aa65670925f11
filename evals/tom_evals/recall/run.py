"""``python -m tom_evals recall``: evidence recall on LoCoMo, and how long recall takes."""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tom_evals.common.report import Cell, Report, Table
from tom_evals.recall.chroma import PlainChroma
from tom_evals.recall.data import CATEGORIES, Dialogue, Place, Question, dialogues
from tom_evals.recall.latency import latency
from tom_evals.recall.score import DEPTHS, Found, found, fused, intervals, left_out
from tom_evals.recall.wanted import wanted
from tom_swe import Query, Settings, open_tom
from tom_swe.advise import rank_turns
from tom_swe.advise.recall import WEIGHTS, Weights
from tom_swe.embed import MiniLM, Remembering
from tom_swe.mind.recall import CANDIDATES

if TYPE_CHECKING:
    from tom_swe import Tom
    from tom_swe.model.advice import PastTurn
    from tom_swe.ports import Embedder

USER = "both"
# Deep enough for twenty sessions.
LIMIT = 200
SIZES = (1_000, 10_000, 100_000)
AIMS = {"turns @10 at least": 0.72, "p95 ms at 100,000 turns at most": 30}
# Weights are chosen by the turns that they find this deep.
CHOSEN_AT = 10
GRID = tuple(Weights(*each) for each in product((0.3, 0.4, 0.5), (0.0, 0.2), (0.0, 1.0)))
_PARTS = {
    "words and meaning summed, nothing borrowed": Weights(WEIGHTS.words, 0.0, 0.0),
    "and the turns beside it": Weights(WEIGHTS.words, WEIGHTS.near, 0.0),
}
_WORD = re.compile(r"\w{2,}")


class Gathered(NamedTuple):
    """What the product's two parts bring for a question, best first, with their scores."""

    dialogue: str
    question: Question
    words: dict[int, float]
    meaning: dict[int, float]
    turns: list[PastTurn]
    places: Mapping[int, Place]


def run(data: Path) -> Report:
    """Every way to rank over every question, then how long the product's takes."""
    model = MiniLM()
    embedder = Remembering(model, most=200_000)
    rows: dict[str, list[Found]] = {}
    gathered: list[Gathered] = []
    for dialogue in dialogues(data):
        with tempfile.TemporaryDirectory() as folder:
            for name, cases in _asked(dialogue, Path(folder), embedder, gathered).items():
                rows.setdefault(name, []).extend(cases)
    for name, weights in _PARTS.items():
        rows[f"tom, {name}"] = _ranked(gathered, weights)
    tried = {weights: _ranked(gathered, weights, CHOSEN_AT) for weights in GRID}
    chosen = left_out(tried, CHOSEN_AT)
    rows["tom, weights chosen on the other nine dialogues"] = [
        case
        for dialogue, weights in chosen.items()
        for case in _ranked([each for each in gathered if each.dialogue == dialogue], weights)
    ]
    rows["tom"] = rows.pop("tom")
    return Report(
        "Recall of past turns",
        [
            _overall(rows),
            _by_category(rows["full text, no stop words"], rows["tom"]),
            wanted(data, embedder),
            _latencies(model),
        ],
        _notes(chosen.values()),
    )


def _asked(
    dialogue: Dialogue, folder: Path, embedder: Embedder, gathered: list[Gathered]
) -> dict[str, list[Found]]:
    """What the product and the baselines find, over all questions of a dialogue."""
    tom = open_tom(Settings(home=folder / "memory"), embedder=embedder)
    try:
        places = _stored(tom, dialogue)
        texts = {each.turn_id: each.text for each in tom.memory.search.past_turns(list(places))}
        stored = dict(zip(texts, embedder.embed(list(texts.values())), strict=True))
        chroma = PlainChroma(folder / "chroma", stored)
        every_word = _every_word(texts)
        rows: dict[str, list[Found]] = {}
        for question in dialogue.questions:
            vector = embedder.embed([question.text])[0]
            words = tom.memory.search.turns(USER, question.text, CANDIDATES)
            meaning = tom.index.nearest(USER, vector, CANDIDATES)
            by_words, by_meaning = [i for i, _ in words], [i for i, _ in meaning]
            both = tom.memory.search.past_turns(list({*by_words, *by_meaning}))
            gathered.append(
                Gathered(dialogue.name, question, dict(words), dict(meaning), both, places)
            )
            recalled = tom.search(USER, Query(text=question.text, limit=LIMIT)).turns
            rankings = {
                "full text, every word (FTS5 BM25)": every_word(question.text),
                "full text, no stop words": by_words,
                "vectors (exact)": by_meaning,
                "Chroma, its defaults": chroma.nearest(vector, min(LIMIT, len(stored))),
                "reciprocal rank fusion": fused([by_words, by_meaning]),
                "tom": [each.turn_id for each in recalled],
            }
            for name, ranking in rankings.items():
                rows.setdefault(name, []).append(_scored(dialogue.name, question, ranking, places))
    finally:
        tom.close()
    return rows


def _stored(tom: Tom, dialogue: Dialogue) -> dict[int, Place]:
    """Stores a dialogue's sessions; where each turn's id stands in it."""
    places: dict[int, Place] = {}
    for number, session in dialogue.sessions.items():
        tom.add_session(USER, session)
        # Ids are given in the order of what is stored.
        for turn in session.turns:
            places[len(places) + 1] = Place(number, turn.ordinal)
    tom.catch_up(USER)
    return places


def _every_word(texts: Mapping[int, str]) -> Callable[[str], list[int]]:
    """SQLite's full text as it comes: any of the query's words, ranked by BM25."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE said USING fts5(text, tokenize='porter unicode61')")
    database.executemany("INSERT INTO said(rowid, text) VALUES (?, ?)", texts.items())

    def ranked(query: str) -> list[int]:
        words = dict.fromkeys(word.casefold() for word in _WORD.findall(query))
        match = " OR ".join(f'"{word}"' for word in words)
        rows = database.execute(
            "SELECT rowid FROM said WHERE said MATCH ? ORDER BY rank LIMIT ?", (match, LIMIT)
        )
        return [row for (row,) in rows]

    return ranked


def _ranked(gathered: Sequence[Gathered], weights: Weights, limit: int = LIMIT) -> list[Found]:
    """The product's ranking, with other weights."""
    now = datetime.now(UTC)
    rows: list[Found] = []
    for each in gathered:
        query = Query(text=each.question.text, limit=limit)
        turns = rank_turns(each.turns, each.words, each.meaning, query, now, weights)
        ranking = [turn.turn_id for turn in turns]
        rows.append(_scored(each.dialogue, each.question, ranking, each.places))
    return rows


def _scored(
    dialogue: str, question: Question, ranking: Sequence[int], places: Mapping[int, Place]
) -> Found:
    ranked = [places[each] for each in ranking]
    return found(dialogue, question.category, ranked, question.evidence)


def _notes(chosen: Iterable[Weights]) -> list[str]:
    weights = ", ".join(f"{tuple(each)} for {count}" for each, count in Counter(chosen).items())
    method = (
        "LoCoMo without category 5. A question's recall is the share of its evidence turns "
        "that were found, or of their sessions; a session ranks as high as its first turn. "
        "Means over questions, 95 % intervals over dialogues. Both speakers are stored as the "
        "person, with their names in the text, as in the published figures. In tom's own "
        "histories only the person's turns are searched."
    )
    fitting = (
        f"Weights (words, near, session) in use: {tuple(WEIGHTS)}. Chosen without the scored "
        f"dialogue: {weights}. Quote the figures of that row."
    )
    return [method, fitting, f"Aims: {', '.join(f'{name} {aim}' for name, aim in AIMS.items())}."]


def _overall(rows: Mapping[str, Sequence[Found]]) -> Table:
    columns = [f"{what} @{depth}" for what in ("turns", "sessions") for depth in DEPTHS]
    return Table(
        f"Evidence recall, {len(rows['tom'])} questions",
        ("ranking", *columns),
        [(name, *map(str, intervals(cases))) for name, cases in rows.items()],
    )


def _by_category(words: Sequence[Found], tom: Sequence[Found]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    at = DEPTHS.index(10)
    for category, name in CATEGORIES.items():
        ours, theirs = (
            intervals([case for case in cases if case.category == category])
            for cases in (tom, words)
        )
        count = sum(case.category == category for case in tom)
        rows.append(
            (
                name,
                count,
                *map(str, ours[: len(DEPTHS)]),
                str(ours[len(DEPTHS) + at]),
                theirs[at].value,
            )
        )
    columns = ("category", "questions", *(f"turns @{depth}" for depth in DEPTHS))
    return Table("tom by category", (*columns, "sessions @10", "full text, turns @10"), rows)


def _latencies(embedder: Embedder) -> Table:
    rows = [(f"{turns:,} turns", *latency(turns, embedder)) for turns in SIZES]
    return Table(
        "Latency of `Tom.search`, the query's embedding with it",
        ("memory", "median ms", "p95 ms"),
        rows,
    )
