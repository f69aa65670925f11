"""The three histories lived through again: what the product has to say at each request."""

from __future__ import annotations

import json
import sqlite3
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tom_evals.common.real_data import REAL_HOST, REAL_SESSIONS
from tom_evals.earlier.data import Wanted, digest_of
from tom_evals.reading.data import cases
from tom_evals.reading.held_out import FILE as OUT_OF_FOLD
from tom_swe import LOCAL_USER, Role, Session, Settings, Tom, open_tom
from tom_swe.advise import EmbeddedAdviser
from tom_swe.checkout import located
from tom_swe.embed import Multilingual, Remembering
from tom_swe.extract import EmbeddedReader
from tom_swe.extract.lasting import LastingSentences
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions
from tom_swe.memory.earlier import (
    EVERYWHERE,
    Earlier,
    TopicMatch,
    earlier,
    matches,
    names_here,
)
from tom_swe.mind import Parts
from tom_swe.model.session import SaidSentence
from tom_swe.place import DATABASE
from tom_swe.text.prose import sentences

# So many of the best are kept of each request, however unlikely, to be calibrated on.
KEPT = 8


class Shown(NamedTuple):
    """An earlier saying for a request: its turn, its words, and how it matches."""

    turn: str
    words: str
    match: TopicMatch

    @property
    def score(self) -> float:
        """How well it matches."""
        return self.match.score


class Answered(NamedTuple):
    """A request with the best sayings for it; ``briefed`` are turns that the briefing tells of."""

    wanted: Wanted
    words: str
    best: Sequence[Shown]
    briefed: frozenset[str]


class ScoredOutOfFold:
    """Scores each sentence by a model that saw nothing of its author, as far as there is one."""

    name = "scored-out-of-fold"

    def __init__(self, data: Path, other: LastingSentences) -> None:
        self._other = other
        self.threshold, self.sure = other.threshold, other.sure
        kept: Mapping[str, list[float]] = json.loads(OUT_OF_FOLD.read_text())["scores"]
        self._known: dict[str, float] = {}
        for case in cases(data):
            found = sentences(case.text)
            scores = kept.get(case.id, ())
            if case.source == REAL_HOST and len(found) == len(scores):
                for each, score in zip(found, scores, strict=True):
                    self._known.setdefault(" ".join(each.words.split()), score)

    def score(self, said: Sequence[SaidSentence]) -> list[float]:
        """The scores; those of the shipped model for sentences that nobody labelled."""
        known = [self._known.get(" ".join(each.words.split())) for each in said]
        rest = [each for each, score in zip(said, known, strict=True) if score is None]
        others = iter(self._other.score(rest) if rest else ())
        return [next(others) if score is None else score for score in known]


def histories(data: Path, folder: Path) -> Iterator[tuple[str, list[Session]]]:
    """Each developer's sessions, the oldest first."""
    with tarfile.open(data / REAL_SESSIONS) as archive:
        archive.extractall(folder, filter="data")
    for place in sorted(each.parent for each in folder.rglob("projects")):
        read = read_sessions(IMPORTERS[REAL_HOST], place / "projects", Tally(), Redactor())
        yield place.name, sorted(read, key=lambda each: (_start(each), each.host_id))


def _start(session: Session) -> datetime:
    return session.started or datetime.max.replace(tzinfo=UTC)


def answered(data: Path, all_wanted: Iterable[Wanted]) -> Iterator[Answered]:
    """The requests with what the product finds for each, knowing only the sessions before."""
    requests: dict[tuple[str, str], dict[str, Wanted]] = defaultdict(dict)
    for each in all_wanted:
        session, _, _ = each.request.rpartition(".")
        requests[each.person, session][each.digest] = each
    with tempfile.TemporaryDirectory() as folder:
        scorer = ScoredOutOfFold(data, LastingSentences(encoder := Remembering(Multilingual())))
        for person, sessions in histories(data, Path(folder) / "read"):
            tom = opened(Path(folder) / person, scorer, encoder)
            try:
                for session in sessions:
                    asked = requests[person, session.host_id]
                    for turn in session.by(Role.USER):
                        if (one := asked.pop(digest_of(turn.text), None)) is not None:
                            yield _answer(tom, Path(folder) / person, session, turn.text, one)
                    tom.add_session(LOCAL_USER, session)
                    tom.read(LOCAL_USER)
            finally:
                tom.close()


def opened(home: Path, scorer: ScoredOutOfFold, encoder: Remembering) -> Tom:
    """A memory of its own that reads with these scores."""
    own = open_tom(Settings(home=home), say=lambda _: None)
    parts = Parts(
        embedder=own.embedder,
        index=own.index,
        reader=EmbeddedReader(own.embedder, scorer),
        adviser=EmbeddedAdviser(),
        encoder=encoder,
    )
    return Tom(own.memory, lambda: parts, redact=str, say=lambda _: None, briefing_tokens=800)


def _answer(tom: Tom, home: Path, session: Session, text: str, wanted: Wanted) -> Answered:
    """What the hook would say, had it no threshold."""
    repository, folder = located(session.cwd)
    briefing = tom.brief(LOCAL_USER, repository, folder=session.cwd)
    turns = tom.memory.sessions
    briefed = {
        f"{turns.get(LOCAL_USER, each.session_id).host_id}.{each.ordinal}"
        for belief in tom.memory.beliefs.told(LOCAL_USER)
        if belief.id in briefing.belief_ids
        for each in belief.supporting
    }
    with sqlite3.connect(home / DATABASE) as connection:
        rows = connection.execute
        names = names_here(rows, LOCAL_USER, repository, folder, json.loads)
        matching = matches(rows, LOCAL_USER, text, {*names, EVERYWHERE})
        found = earlier(
            rows,
            LOCAL_USER,
            text,
            names,
            told=briefing.belief_ids,
            session=session.host_id,
            limit=KEPT,
            least=0.0,
        )
    connection.close()
    best = [_shown(each, matching[each.saying_id]) for each in found]
    return Answered(wanted, text, best, frozenset(briefed))


def _shown(found: Earlier, match: TopicMatch) -> Shown:
    return Shown(f"{found.host_id}.{found.ordinal}", found.text, match)
