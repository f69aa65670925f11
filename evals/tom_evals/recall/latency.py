"""How long recall takes beside how much there is to recall from."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tom_evals.common.messages import SEED, START, message
from tom_swe import LOCAL_USER, Query, Role, Session, Settings, Turn, open_tom

if TYPE_CHECKING:
    from tom_swe import Tom
    from tom_swe.ports import Embedder, Vector

DISTINCT = 1_000
A_SESSION = 50
EMBEDDED_AT_ONCE = 5_000
QUERIES = 40
# The first query scans and the second opens the index: a process pays for them once.
WARM_UP = 3


def latency(turns: int, embedder: Embedder) -> tuple[float, float]:
    """Median and 95th percentile of `Tom.search` in ms, a memory of so many user turns.

    In one process, its first queries not counted. The turns are drawn from ``DISTINCT``
    texts, the queries are other ones.
    """
    rng = random.Random(SEED)
    texts = [message(rng) for _ in range(DISTINCT)]
    known = dict(zip(texts, embedder.embed(texts), strict=True))
    asked = [Query(text=message(rng)) for _ in range(WARM_UP + QUERIES)]
    with tempfile.TemporaryDirectory() as folder:
        tom = open_tom(Settings(home=Path(folder) / "memory"), embedder=embedder)
        try:
            _fill(tom, [rng.choice(texts) for _ in range(turns)], known, embedder.name)
            times: list[float] = []
            for query in asked:
                start = time.perf_counter()
                tom.search(LOCAL_USER, query)
                times.append((time.perf_counter() - start) * 1000)
        finally:
            tom.close()
    median, high = np.percentile(times[WARM_UP:], [50, 95])
    return float(median), float(high)


def _fill(tom: Tom, texts: Sequence[str], known: dict[str, Vector], model: str) -> None:
    for first in range(0, len(texts), A_SESSION):
        at = START + timedelta(minutes=first)
        said = tuple(
            Turn(ordinal=i, role=Role.USER, text=text, at=at)
            for i, text in enumerate(texts[first : first + A_SESSION])
        )
        session = Session(host="jsonl", host_id=str(first), started=at, ended=at, turns=said)
        tom.add_session(LOCAL_USER, session)
    vectors = tom.memory.vectors
    while new := vectors.unembedded(LOCAL_USER, model, EMBEDDED_AT_ONCE):
        vectors.put(LOCAL_USER, model, {key: known[text] for key, text in new.items()})
    tom.index.sync()
