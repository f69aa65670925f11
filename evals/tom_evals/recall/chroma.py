"""Chroma as people use it: a persistent client, a collection, and every default kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from chromadb import PersistentClient
from chromadb.config import Settings

if TYPE_CHECKING:
    from tom_swe.ports import Vector


class PlainChroma:
    """Nearest by Chroma's own defaults; only the vectors are given."""

    def __init__(self, folder: Path, vectors: Mapping[int, Vector]) -> None:
        os.environ["ANONYMIZED_TELEMETRY"] = "False"
        client = PersistentClient(str(folder), Settings(anonymized_telemetry=False))
        self._turns = client.create_collection("turns", embedding_function=None)
        self._turns.add(
            ids=[str(each) for each in vectors],
            embeddings=[vector.tolist() for vector in vectors.values()],
        )

    def nearest(self, vector: Vector, limit: int) -> list[int]:
        """The ids of the nearest, best first."""
        answer = self._turns.query(query_embeddings=[vector.tolist()], n_results=limit, include=[])
        return [int(each) for each in answer["ids"][0]]
