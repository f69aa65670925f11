"""``python -m tom_evals stateful-swe --study``: what each memory knows after a whole history.

No agent and no language model runs: what a memory gives is read by a reader who misses nothing.
"""

from __future__ import annotations

import multiprocessing
import shutil
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tom_evals.clarity.data import issues
from tom_evals.common.report import Report
from tom_evals.keeping.material import Utterance
from tom_evals.keeping.score import Meaning
from tom_evals.stateful_swe.figures import report
from tom_evals.stateful_swe.history import (
    TOKENS,
    history,
    read_history,
    read_plantings,
    size_of,
    write_history,
)
from tom_evals.stateful_swe.measured import Kept, Measured, Rows
from tom_evals.stateful_swe.memories.arms import remembered
from tom_evals.stateful_swe.memories.memory import Arm
from tom_evals.stateful_swe.profile import COUNT, SEED, Profile, Style, Timing, Verbosity
from tom_evals.stateful_swe.profile import profiles as drawn
from tom_evals.stateful_swe.recovery import adherence, recovery
from tom_evals.stateful_swe.sources import read_piece, real_pieces
from tom_evals.stateful_swe.understanding import Understanding
from tom_evals.stateful_swe.washing import written_utterances
from tom_swe import Role
from tom_swe.embed import MiniLM, Remembering
from tom_swe.ports import Embedder
from tom_swe.text import count_tokens

REQUESTS = 30
PROCESSES = 2
# In this order, so that what shares a mind finds it made.
ARMS = (
    Arm.NONE,
    Arm.FILE,
    Arm.RETRIEVAL,
    Arm.TOM,
    Arm.TOM_ASKED,
    Arm.PROFILE,
    Arm.TOM_SHIPPED,
    Arm.ORACLE,
)
_SHARED = frozenset({Arm.TOM_ASKED, Arm.PROFILE})


class Request(NamedTuple):
    """What a session begins with, and where."""

    text: str
    repository: str


class _Given(NamedTuple):
    """All that a profile is measured with."""

    pieces: tuple[Path, ...]
    utterances: tuple[Utterance, ...]
    requests: tuple[Request, ...]
    writers: frozenset[Meaning]
    tokens: int
    work: Path


def run(
    data: Path, *, profiles: int = COUNT, tokens: int = TOKENS, work: Path | None = None
) -> Report:
    """All offline arms on so many profiles, each with a history of so many tokens.

    What is measured is kept in ``work``, so that an interrupted study goes on there; left out,
    nothing is kept.
    """
    if work is None:
        with TemporaryDirectory(prefix="tom-study-") as folder:
            return run(data, profiles=profiles, tokens=tokens, work=Path(folder))
    pieces, utterances = real_pieces(data, work / "pieces"), written_utterances(data)
    given = _Given(
        pieces=pieces,
        utterances=utterances,
        requests=requests(data),
        writers=_of_writers(pieces, Understanding(utterances), work / "writers"),
        tokens=tokens,
        work=work / str(tokens),
    )
    people = drawn(profiles)
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(partial(_measure, given), people))
    return report(Rows(given.work).read(people, ARMS))


def requests(data: Path, count: int = REQUESTS, seed: int = SEED) -> tuple[Request, ...]:
    """Vague summaries of issues, drawn by a seed."""
    drawn = Random(f"requests/{seed}").sample(issues(data), count)
    return tuple(Request(each.summary, each.repository) for each in drawn)


def _of_writers(
    pieces: Sequence[Path], understanding: Understanding, place: Path
) -> frozenset[Meaning]:
    """What tom tells of those who wrote the real sessions, which nobody has washed."""
    nobody = Profile("nobody", Verbosity.CONCISE, Timing.UPFRONT, Style.SHORT, ())
    memory = remembered(Arm.PROFILE, place, nobody, lambda: map(read_piece, pieces))
    try:
        return understanding.understood(memory.context(""))
    finally:
        memory.close()


def _measure(given: _Given, profile: Profile) -> None:
    """Measures every arm that has not been measured yet on a profile, and keeps the rows."""
    rows = Rows(given.work)
    left = rows.left(profile, ARMS)
    if not left:
        return
    place = given.work / profile.id
    # What a killed study has left would be learned in no time.
    shutil.rmtree(place, ignore_errors=True)
    told = place / "history"
    write_history(told, history(profile, given.pieces, given.utterances, tokens=given.tokens))
    rows.keep(_kept(profile, told))
    embedder = Remembering(MiniLM(None, threads=1))
    understanding = Understanding(given.utterances)
    for arm in left:
        print(f"{profile.id}: {arm.value}", file=sys.stderr, flush=True)
        rows.keep(_of(arm, profile, place, given, understanding, embedder))
    shutil.rmtree(place)


def _kept(profile: Profile, told: Path) -> Kept:
    sessions = messages = tokens = 0
    for session in read_history(told):
        sessions += 1
        messages += len(session.by(Role.USER))
        tokens += size_of(session)
    log = read_plantings(told)
    return Kept(
        profile=profile.id,
        preferences=len(profile.preferences) + len(profile.manner),
        sessions=sessions,
        messages=messages,
        tokens=tokens,
        washed=len(log),
        planted=sum(1 for each in log if each.voice),
        traps=sum(1 for each in log if each.quote and not each.voice),
    )


def _of(
    arm: Arm,
    profile: Profile,
    place: Path,
    given: _Given,
    understanding: Understanding,
    embedder: Embedder,
) -> Measured:
    asked = given.requests
    began = time.perf_counter()
    memory = remembered(arm, place, profile, lambda: read_history(place / "history"), embedder)
    learned = time.perf_counter() - began
    try:
        # The first answer loads what an agent's session would find loaded.
        memory.recall(asked[0].text, asked[0].repository)
        began = time.perf_counter()
        put_in = [
            (memory.context(r.repository), memory.recall(r.text, r.repository)) for r in asked
        ]
        answered = (time.perf_counter() - began) / len(asked)
        held = memory.tokens
    finally:
        memory.close()
    told = [understanding.understood("\n\n".join(each)) for each in put_in]
    ever = {meaning for each in told for meaning in each}
    found = recovery(profile, ever, read_plantings(place / "history"), given.writers)
    return Measured(
        profile=profile.id,
        arm=arm,
        coding=found.coding,
        manner=found.manner,
        contradicted=found.contradicted,
        own=found.own,
        believed=found.believed,
        traps=found.traps,
        voices=dict(found.voices),
        told=tuple(sorted(ever)),
        adherence=statistics.fmean(adherence(profile, each) for each in told),
        at_start=statistics.fmean(count_tokens(context) for context, _ in put_in),
        with_message=statistics.fmean(count_tokens(beside) for _, beside in put_in),
        held=held,
        learned=None if arm in _SHARED else learned,
        answered=answered,
    )
