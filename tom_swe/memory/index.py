"""Chroma as the derived vector index: one owner at a time, rebuildable from the database.

Chroma's persistent client loses vectors, without an error, when two processes have one
path open (docs/adr/0002). So it is opened only under an exclusive lock, and only for as
long as the lock is held. Whoever does not get the lock searches the database instead.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from tom_swe.errors import IndexFault
from tom_swe.memory.engine import FILE_MODE, make_private

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client

    from tom_swe.ports import Vector

COLLECTION = "tom"
# Chroma writes its graph to disk when this many vectors are new; with its default of
# 1,000 a second process loses a tenth of them. Brute-force batches stay small.
SYNC_THRESHOLD = 100_000
BATCH_SIZE = 100


class ChromaIndex:
    """Nearest turns by vector, for one embedding model."""

    def __init__(self, folder: Path, model: str, dimension: int) -> None:
        self._folder = folder
        self._model = model
        self._dimension = dimension

    @contextlib.contextmanager
    def own(self) -> Generator[OwnedIndex | None]:
        """The open index, or None where another process owns it.

        An index of another model or dimension is dropped and begins empty; the caller
        sees that by ``OwnedIndex.fresh``. Raises IndexFault where Chroma cannot open it.
        """
        make_private(self._folder.parent)
        lock = FileLock(self._folder.with_suffix(".owner-lock"), mode=FILE_MODE)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield None
            return
        try:
            owned = self._open()
            try:
                yield owned
            finally:
                owned.close()
                _restrict(self._folder)
        finally:
            lock.release()

    def _open(self) -> OwnedIndex:
        make_private(self._folder)
        with _faults(self._folder):
            client = _client(self._folder)
            collections = {each.name: each for each in client.list_collections()}
            found = collections.get(COLLECTION)
            stamp = {"model": self._model, "dimension": self._dimension}
            if found is not None and {k: (found.metadata or {}).get(k) for k in stamp} != stamp:
                client.delete_collection(COLLECTION)
                found = None
            if found is not None:
                return OwnedIndex(client, client.get_collection(COLLECTION, None), fresh=False)
            made = client.create_collection(
                COLLECTION,
                metadata=stamp,
                embedding_function=None,
                configuration={
                    "hnsw": {
                        "space": "cosine",
                        "sync_threshold": SYNC_THRESHOLD,
                        "batch_size": BATCH_SIZE,
                    }
                },
            )
            return OwnedIndex(client, made, fresh=True)

    def drop(self) -> bool:
        """Deletes the index's files; False where another process owns them."""
        if not self._folder.exists():
            return True
        try:
            with FileLock(self._folder.with_suffix(".owner-lock"), timeout=0, mode=FILE_MODE):
                shutil.rmtree(self._folder)
        except Timeout:
            return False
        return True


class OwnedIndex:
    """The index while this process owns it."""

    def __init__(self, client: Client, collection: Collection, *, fresh: bool) -> None:
        self._client = client
        self._collection = collection
        self.fresh = fresh

    def put(self, keys: Sequence[str], users: Sequence[str], vectors: Sequence[Vector]) -> None:
        """Adds vectors, or replaces those whose keys it has."""
        with _faults(None):
            self._collection.upsert(
                ids=list(keys),
                embeddings=[vector.tolist() for vector in vectors],
                metadatas=[
                    {"user": user, "kind": key[0]} for user, key in zip(users, keys, strict=True)
                ],
            )

    def drop(self, keys: Sequence[str]) -> None:
        """Forgets vectors; keys it does not have are passed over."""
        with _faults(None):
            self._collection.delete(ids=list(keys))

    def nearest(self, user_id: str, vector: Vector, limit: int) -> list[tuple[int, float]]:
        """The turns most alike to a vector, as (turn id, cosine), best first."""
        with _faults(None):
            found = self._collection.query(
                query_embeddings=[vector.tolist()],
                n_results=limit,
                where={"$and": [{"user": user_id}, {"kind": "t"}]},
                include=["distances"],
            )
        distances = (found["distances"] or [[]])[0]
        return [
            (int(key[2:]), 1.0 - distance)
            for key, distance in zip(found["ids"][0], distances, strict=True)
        ]

    def keys(self) -> set[str]:
        """The keys of every vector in it."""
        with _faults(None):
            return set(self._collection.get(include=[])["ids"])

    def close(self) -> None:
        """Writes what is pending and lets go of the files."""
        with _faults(None):
            self._client.close()


def _client(folder: Path) -> Client:
    # Read by Chroma when its settings are made; the setting below is for versions
    # that ignore the variable.
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    import chromadb
    from chromadb.api.client import Client
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    assert isinstance(client, Client)
    return client


def _restrict(folder: Path) -> None:
    """Chroma makes its files as the umask has it; only their owner may read them."""
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else FILE_MODE)


@contextlib.contextmanager
def _faults(folder: Path | None) -> Generator[None]:
    try:
        yield
    except IndexFault:
        raise
    except Exception as error:  # Chroma raises Rust, SQLite and its own errors alike
        where = f" at {folder}" if folder else ""
        raise IndexFault(
            f"the vector index{where} failed ({error}); `tom db reindex` makes it anew"
        ) from error
