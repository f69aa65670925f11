"""The shipped product on one history: a fresh memory, no model, what it believes and notices."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tom_evals.corrections.data import lines_of
from tom_evals.corrections.score import Believed, Place
from tom_swe import LOCAL_USER, Settings, Tom, import_transcripts, open_tom
from tom_swe.model.belief import Kind, Source
from tom_swe.ports import Embedder

HOST = "jsonl"


class Learned(NamedTuple):
    """What the product made of some transcripts."""

    beliefs: tuple[Believed, ...]
    corrective: frozenset[Place]
    by_wishes: frozenset[Place]


def learned(files: Sequence[Path], embedder: Embedder | None = None) -> Learned:
    """Imports and learns the files into a memory that is gone afterwards."""
    with _memory(embedder) as tom:
        for file in files:
            import_transcripts(tom, LOCAL_USER, HOST, file)
        tom.learn(LOCAL_USER)
        believed = tom.memory.beliefs.user_model(LOCAL_USER).beliefs
        return Learned(
            beliefs=tuple(
                Believed(belief.statement, str(belief.status), quotes)
                for belief in believed
                if belief.kind is not Kind.HABIT
                and (
                    quotes := tuple(
                        e.quote for e in belief.evidence if e.source is not Source.BEHAVIOUR
                    )
                )
            ),
            corrective=frozenset(_placed(tom, files, _corrective(tom))),
            by_wishes=frozenset(_placed(tom, files, _objections(tom))),
        )


@contextmanager
def _memory(embedder: Embedder | None) -> Generator[Tom]:
    with TemporaryDirectory() as home:
        tom = open_tom(Settings(home=Path(home)), embedder=embedder)
        try:
            yield tom
        finally:
            tom.memory.close()


def _corrective(tom: Tom) -> list[tuple[int, int]]:
    """The turns that the product holds to correct the agent, by session and place in it."""
    # `tom_evals.beside` measures products that kept none yet.
    kept = getattr(tom.memory, "corrections", None)
    return [(each.session_id, each.ordinal) for each in kept.all(LOCAL_USER)] if kept else []


def _objections(tom: Tom) -> list[tuple[int, int]]:
    """The turns in which the reader heard a wish that objects to what the agent did."""
    return [
        (evidence.session_id, evidence.ordinal)
        for heard in tom.memory.beliefs.all(LOCAL_USER)
        for evidence in heard.evidence
        if evidence.source is Source.CORRECTION
    ]


def _placed(tom: Tom, files: Sequence[Path], said: Sequence[tuple[int, int]]) -> list[Place]:
    """Where these turns stand in the transcripts."""
    sessions = tom.memory.sessions
    return [
        (session.host_id, line)
        for session_id, ordinal in dict.fromkeys(said)
        for session in [sessions.get(LOCAL_USER, session_id)]
        for file in files
        if (line := lines_of(session, file).get(ordinal))
    ]
