"""The nearest turns: an exact scan of the database, or Chroma where that pays."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from tom_swe.errors import IndexFault
from tom_swe.memory.index import ChromaIndex, OwnedIndex
from tom_swe.memory.vectors import Vectors
from tom_swe.model.memory import Problem

if TYPE_CHECKING:
    from tom_swe.ports import Vector

# Up to here a scan takes no more than about 40 ms. Above it Chroma answers in a few, but
# importing and opening it costs three scans of 100,000 turns (docs/adr/0002): only a
# process that asks again opens it, and a smaller memory has no index at all.
EXACT_UP_TO = 5_000
BATCH = 1_000


class NearestTurns:
    """Answers from whichever of the two is quicker. Thread-safe.

    A process that asks a large memory more than once keeps Chroma open, and owns it,
    until `close`; any other process then scans the database. Without ``may_index`` all scan it.
    """

    def __init__(
        self,
        vectors: Vectors,
        folder: Path,
        model: str,
        dimension: int,
        *,
        exact_up_to: int = EXACT_UP_TO,
        may_index: bool = True,
    ) -> None:
        self._vectors = vectors
        self._may_index = may_index
        self._model = model
        self._chroma = ChromaIndex(folder, model, dimension)
        self._exact_up_to = exact_up_to
        self._lock = RLock()
        self._holding = contextlib.ExitStack()
        self._held: OwnedIndex | None = None
        self._asked = False

    def nearest(self, user_id: str, vector: Vector, limit: int) -> list[tuple[int, float]]:
        """(turn id, cosine) of the user's turns most alike, best first."""
        try:
            with self._lock:
                # Counting 100,000 rows takes longer than asking Chroma.
                if self._held or (
                    self._vectors.count(user_id) > self._exact_up_to and self._can_index
                ):
                    again, self._asked = self._asked, True
                    if again and (held := self._hold()):
                        self._bring_up(held)
                        return held.nearest(user_id, vector, limit)
        except IndexFault:  # the database answers as well
            self.close()
        return self._vectors.nearest(user_id, self._model, vector, limit)

    @property
    def in_use(self) -> bool:
        """Whether there is an index, or somebody's memory is so large that it pays."""
        return self._can_index and (self._chroma.exists or self._is_large)

    @property
    def is_missed(self) -> bool:
        """Whether an index would pay, and the extra that makes one is not installed."""
        return self._is_large and self._may_index and not self._chroma.installed

    @property
    def _can_index(self) -> bool:
        return self._may_index and self._chroma.installed

    @property
    def _is_large(self) -> bool:
        return self._vectors.most() > self._exact_up_to

    def sync(self) -> bool:
        """Brings Chroma, where it is in use, up to the database.

        False where another process owns it.
        """
        if not self._vectors.unindexed(1):
            return True
        if not self.in_use:
            # Nothing could take out of such an index what is forgotten.
            if self._chroma.exists and not self.drop():
                return False
            self._vectors.drop_gone()
            return True
        with self._owned() as owned:
            if owned is None:
                return False
            self._bring_up(owned)
        return True

    def drop(self) -> bool:
        """Throws Chroma's files away, to be made anew; False where another process owns them."""
        self.close()
        if not self._chroma.drop():
            return False
        self._vectors.mark_all_unindexed()
        return True

    def check(self) -> list[Problem]:
        """Where Chroma, if it is in use, and the database differ. Raises IndexFault."""
        if not self.in_use:
            return []
        fix = "tom db check --repair"
        with self._owned() as owned:
            if owned is None:
                return [Problem(what="the vector index is in use", fix="try again later")]
            there, wanted = owned.keys(), self._vectors.keys(self._model)
        problems: list[Problem] = []
        if missing := len(wanted - there):
            problems.append(Problem(what=f"{missing} vectors are not indexed", fix=fix))
        if stale := len(there - wanted):
            problems.append(Problem(what=f"{stale} indexed vectors are outdated", fix=fix))
        return problems

    def close(self) -> None:
        """Lets go of Chroma, so that another process can own it."""
        with self._lock:
            self._held = None
            self._holding.close()

    def _hold(self) -> OwnedIndex | None:
        if self._held is None:
            self._held = self._holding.enter_context(self._chroma.own())
        return self._held

    @contextlib.contextmanager
    def _owned(self) -> Generator[OwnedIndex | None]:
        with self._lock:
            if self._held is not None:
                yield self._held
                return
            with self._chroma.own() as owned:
                yield owned

    def _bring_up(self, owned: OwnedIndex) -> None:
        if owned.fresh:
            self._vectors.mark_all_unindexed()
            owned.fresh = False
        while batch := self._vectors.unindexed(BATCH):
            for user in {each.user_id for each in batch}:
                mine = [each for each in batch if each.user_id == user]
                # Vectors of another model stay in the database; they are not comparable.
                wanted = {
                    each.key: each.vector
                    for each in mine
                    if each.vector is not None and each.model == self._model
                }
                if wanted:
                    owned.put(user, wanted)
                if others := [each.key for each in mine if each.key not in wanted]:
                    owned.drop(user, others)
            self._vectors.mark_indexed([each.key for each in batch])
