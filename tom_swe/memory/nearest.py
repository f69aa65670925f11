"""The nearest turns: an exact scan while that is quick, Chroma when memory has grown large."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tom_swe.errors import IndexFault
from tom_swe.memory.index import ChromaIndex
from tom_swe.memory.vectors import Vectors
from tom_swe.model.memory import Problem

if TYPE_CHECKING:
    from tom_swe.ports import Vector

# Up to here scanning the database takes less time than importing Chroma (docs/adr/0002).
EXACT_UP_TO = 20_000
BATCH = 1_000


class NearestTurns:
    """Answers from whichever of the two is quicker; the answers are the same but for ties."""

    def __init__(
        self,
        vectors: Vectors,
        folder: Path,
        model: str,
        dimension: int,
        *,
        exact_up_to: int = EXACT_UP_TO,
    ) -> None:
        self._vectors = vectors
        self._model = model
        self._chroma = ChromaIndex(folder, model, dimension)
        self._exact_up_to = exact_up_to

    def nearest(self, user_id: str, vector: Vector, limit: int) -> list[tuple[int, float]]:
        """(turn id, cosine) of the user's turns most alike, best first."""
        if self._vectors.count(user_id) > self._exact_up_to:
            try:
                with self._chroma.own() as owned:
                    if owned is not None and not owned.fresh and not self._vectors.unindexed(1):
                        return owned.nearest(user_id, vector, limit)
            except IndexFault:
                pass  # the database answers as well, only later
        return self._vectors.nearest(user_id, self._model, vector, limit)

    def sync(self, *, wait: float = 0.0) -> bool:
        """Brings Chroma up to the database; False where another process owns it."""
        if not self._vectors.unindexed(1):
            return True
        with self._chroma.own(wait=wait) as owned:
            if owned is None:
                return False
            if owned.fresh:
                self._vectors.mark_all_unindexed()
            while batch := self._vectors.unindexed(BATCH):
                # Vectors of another model stay in the database; they are not comparable.
                wanted = {
                    key: (user, vector)
                    for key, user, model, vector in batch
                    if vector is not None and model == self._model
                }
                if wanted:
                    users, vectors = zip(*wanted.values(), strict=True)
                    owned.put(list(wanted), users, vectors)
                if others := [key for key, *_ in batch if key not in wanted]:
                    owned.drop(others)
                self._vectors.mark_indexed([each[0] for each in batch])
        return True

    def drop(self, *, wait: float = 0.0) -> bool:
        """Throws Chroma's files away, to be made anew; False where another process owns them."""
        if not self._chroma.drop(wait=wait):
            return False
        self._vectors.mark_all_unindexed()
        return True

    def check(self) -> list[Problem]:
        """Where Chroma and the database differ. Raises IndexFault."""
        mend = "tom db reindex"
        with self._chroma.own() as owned:
            if owned is None:
                return [Problem(what="the vector index is in use", mend="try again later")]
            there, wanted = owned.keys(), self._vectors.keys(self._model)
        problems: list[Problem] = []
        if missing := len(wanted - there):
            problems.append(Problem(what=f"{missing} vectors are not indexed", mend=mend))
        if stale := len(there - wanted):
            problems.append(Problem(what=f"{stale} indexed vectors are gone", mend=mend))
        return problems
