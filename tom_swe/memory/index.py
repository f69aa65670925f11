"""Chroma as the derived vector index: one owner at a time, rebuildable from the database.

Chroma's persistent client loses vectors, without an error, when two processes have one
path open (docs/adr/0002). So it is opened only under an exclusive lock, and only for as
long as the lock is held. Whoever does not get the lock searches the database instead.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Generator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from tom_swe.errors import IndexFault
from tom_swe.memory.files import make_private
from tom_swe.memory.vectors import id_of
from tom_swe.place import FILE_MODE, FOLDER_MODE

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client

    from tom_swe.ports import Vector

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

    @property
    def installed(self) -> bool:
        """Whether there is a Chroma to open it with."""
        return find_spec("chromadb") is not None

    @property
    def exists(self) -> bool:
        """Whether it was ever made."""
        return self._folder.exists()

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
        except OSError as error:
            raise IndexFault(
                f"the vector index at {self._folder} cannot be used ({error.strerror}); "
                "searching the database instead"
            ) from error
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
        stamp = {"model": self._model, "dimension": self._dimension}
        with _faults(self._folder):
            client = _client(self._folder)
            found = client.list_collections()
            for each in found:
                if {name: (each.metadata or {}).get(name) for name in stamp} != stamp:
                    client.delete_collection(each.name)
                    found = []
            return OwnedIndex(client, stamp, fresh=not found)

    def drop(self) -> bool:
        """Deletes the index's files; False where another process owns them."""
        if not self._folder.exists():
            return True
        try:
            with FileLock(self._folder.with_suffix(".owner-lock"), timeout=0, mode=FILE_MODE):
                shutil.rmtree(self._folder)
        except Timeout:
            return False
        except FileNotFoundError:
            # Somebody else deleted it, too.
            return True
        except OSError as error:
            raise IndexFault(
                f"the vector index at {self._folder} cannot be deleted ({error.strerror})"
            ) from error
        return True


class OwnedIndex:
    """The index while this process owns it.

    Each user has a collection: a query that filters one by metadata took 80 times as long.
    """

    def __init__(self, client: Client, stamp: dict[str, str | int], *, fresh: bool) -> None:
        self._client = client
        self._stamp = stamp
        self._collections: dict[str, Collection] = {}
        self.fresh = fresh

    def put(self, user_id: str, vectors: Mapping[str, Vector]) -> None:
        """Adds a user's vectors by key, or replaces those it has."""
        with _faults(None):
            self._of(user_id).upsert(
                ids=list(vectors), embeddings=[vector.tolist() for vector in vectors.values()]
            )

    def drop(self, user_id: str, keys: Sequence[str]) -> None:
        """Forgets vectors; keys it does not have are passed over."""
        with _faults(None):
            self._of(user_id).delete(ids=list(keys))

    def nearest(self, user_id: str, vector: Vector, limit: int) -> list[tuple[int, float]]:
        """The turns most alike to a vector, as (turn id, cosine), best first."""
        with _faults(None):
            found = self._of(user_id).query(
                query_embeddings=[vector.tolist()], n_results=limit, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        return [
            (id_of(key), 1.0 - distance)
            for key, distance in zip(found["ids"][0], distances, strict=True)
        ]

    def keys(self) -> set[str]:
        """The keys of every vector in it."""
        with _faults(None):
            return {
                key
                for collection in self._client.list_collections()
                for key in collection.get(include=[])["ids"]
            }

    def _of(self, user_id: str) -> Collection:
        # Asking Chroma for a collection takes as long as asking the collection.
        if user_id not in self._collections:
            self._collections[user_id] = self._make(user_id)
        return self._collections[user_id]

    def _make(self, user_id: str) -> Collection:
        return self._client.get_or_create_collection(
            f"turns-{hashlib.sha256(user_id.encode()).hexdigest()[:24]}",
            metadata=dict(self._stamp),
            embedding_function=None,
            configuration={
                "hnsw": {
                    "space": "cosine",
                    "sync_threshold": SYNC_THRESHOLD,
                    "batch_size": BATCH_SIZE,
                }
            },
        )

    def close(self) -> None:
        """Writes what is pending and lets go of the files."""
        with _faults(None):
            self._client.close()


def _client(folder: Path) -> Client:
    # Read by Chroma when its settings are made; the setting below is for versions
    # that ignore the variable.
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    # Chroma may import onnxruntime, which has a telemetry of its own.
    os.environ["ORT_DISABLE_TELEMETRY"] = os.environ["ORT_TELEMETRY_DISABLED"] = "1"
    import chromadb
    from chromadb.api.client import Client
    from chromadb.config import Settings

    try:
        client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    except BaseException:
        # Chroma keeps what it could not open, and gives that to the next who asks for it.
        Client.clear_system_cache()
        raise
    assert isinstance(client, Client)
    return client


def _restrict(folder: Path) -> None:
    """Chroma makes its files as the umask has it; only their owner may read them."""
    for path in folder.rglob("*"):
        # The folder may be deleted meanwhile; it is made anew, then.
        with contextlib.suppress(OSError):
            path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)


@contextlib.contextmanager
def _faults(folder: Path | None) -> Generator[None]:
    try:
        yield
    except IndexFault:
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # Chroma raises Rust's panics, SQLite's and its own errors alike
        where = f" at {folder}" if folder else ""
        raise IndexFault(
            f"the vector index{where} failed ({error}); `tom db check --repair` rebuilds it"
        ) from error
