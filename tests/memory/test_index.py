import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from tom_swe.memory.index import ChromaIndex
from tom_swe.memory.nearest import NearestTurns
from tom_swe.memory.store import Store
from tom_swe.settings import Settings
from tom_swe.testing import HashEmbedder, session_of

EMBEDDER = HashEmbedder()


@pytest.fixture
def filled(store: Store) -> Store:
    put = store.sessions.put(
        "ada", session_of("rename the parser", "deploy on friday", "the login page is slow")
    )
    assert put.session_id
    texts = store.vectors.unembedded("ada", EMBEDDER.name, 100)
    vectors = EMBEDDER.embed(list(texts.values()))
    store.vectors.put("ada", EMBEDDER.name, dict(zip(texts, vectors, strict=True)))
    return store


def index_of(store: Store, settings: Settings, exact_up_to: int = 0) -> NearestTurns:
    return NearestTurns(
        store.vectors, settings.index, EMBEDDER.name, EMBEDDER.dimension, exact_up_to=exact_up_to
    )


def held(settings: Settings) -> object:
    """The index as another process would get it."""
    with ChromaIndex(settings.index, EMBEDDER.name, EMBEDDER.dimension).own() as owned:
        return owned


def test_chroma_and_the_exact_scan_agree(filled: Store, settings: Settings) -> None:
    """A query gives the same turns in the same order from the index and from the database."""
    by_chroma, by_scan = index_of(filled, settings), index_of(filled, settings, 1000)
    query = EMBEDDER.embed(["deploy the login page"])[0]
    by_chroma.nearest("ada", query, 1)
    chroma, scan = (each.nearest("ada", query, 3) for each in (by_chroma, by_scan))
    assert held(settings) is None  # the second question opened Chroma and keeps it
    by_chroma.close()
    assert [turn for turn, _ in chroma] == [turn for turn, _ in scan]
    assert [score for _, score in chroma] == pytest.approx([score for _, score in scan], abs=1e-5)
    assert by_chroma.nearest("bob", query, 3) == []


def test_a_synced_index_is_in_step_and_private(filled: Store, settings: Settings) -> None:
    """After a sync nothing is pending, the check finds nothing, and only the owner can read it."""
    index = index_of(filled, settings)
    assert len(index.check()) == 1
    assert index.sync()
    assert index.check() == []
    assert filled.sizes().unindexed == 0
    modes = {stat.S_IMODE(path.stat().st_mode) for path in settings.index.rglob("*")}
    assert modes <= {0o600, 0o700}


def test_a_memory_that_is_few_enough_to_scan_has_no_index(
    filled: Store, settings: Settings
) -> None:
    """None is made or missed, nothing waits for one, and once there are more turns it is there."""
    few = index_of(filled, settings, 3)
    assert few.sync()
    assert few.check() == []
    assert not few.in_use
    filled.sessions.put("ada", session_of("rename the parser", "deploy on friday"))
    assert few.sync()
    assert filled.sizes().vectors == 2
    assert not settings.index.exists()
    more = index_of(filled, settings, 1)
    assert [each.what for each in more.check()] == ["2 vectors are not indexed"]
    assert more.sync()
    assert more.check() == []
    assert few.in_use  # what is there is kept in step
    filled.sessions.put("ada", session_of("rename the parser"))
    assert len(few.check()) == 1
    assert few.sync()
    assert few.check() == []


def test_deleted_turns_leave_the_index_at_the_next_sync(filled: Store, settings: Settings) -> None:
    """A turn that is gone from its session is gone from Chroma after a sync."""
    index = index_of(filled, settings)
    index.sync()
    filled.sessions.put("ada", session_of("rename the parser"))
    assert index.sync()
    assert index.check() == []
    query = EMBEDDER.embed(["deploy on friday"])[0]
    assert [turn for turn, _ in index.nearest("ada", query, 5)] == [1]


def test_while_another_owns_the_index_the_database_answers(
    filled: Store, settings: Settings
) -> None:
    """A second process gets no handle on Chroma's files, and its queries are answered."""
    index = index_of(filled, settings)
    index.sync()
    query = EMBEDDER.embed(["deploy on friday"])[0]
    with ChromaIndex(settings.index, EMBEDDER.name, EMBEDDER.dimension).own() as owned:
        assert owned is not None
        assert index.nearest("ada", query, 1)[0][0] == 2
        assert not index.drop()
        filled.vectors.mark_all_unindexed()
        assert not index.sync()
    assert index.sync()


def test_an_index_of_another_model_is_made_anew(filled: Store, settings: Settings) -> None:
    """Vectors of two models never stand in one index."""
    index_of(filled, settings).sync()
    other = HashEmbedder(64)
    index = NearestTurns(filled.vectors, settings.index, other.name, other.dimension, exact_up_to=0)
    filled.vectors.mark_all_unindexed()
    assert index.sync()
    assert index.check() == []
    assert index.nearest("ada", other.embed(["deploy"])[0], 3) == []


def test_a_thrown_away_index_comes_back_whole(filled: Store, settings: Settings) -> None:
    """Deleting the index's folder loses nothing: the next sync makes it from the database."""
    index = index_of(filled, settings)
    index.sync()
    assert index.drop()
    assert not settings.index.exists()
    assert index.sync()
    assert index.check() == []


def test_a_broken_index_does_not_stop_answers(filled: Store, settings: Settings) -> None:
    """Garbage where Chroma's files should be: the database answers, the check says what to do."""
    index = index_of(filled, settings)
    index.sync()
    (settings.index / "chroma.sqlite3").write_bytes(os.urandom(4096))
    query = EMBEDDER.embed(["deploy on friday"])[0]
    assert index.nearest("ada", query, 1)[0][0] == 2


def test_vectors_survive_the_database_exactly(store: Store, tmp_path: Path) -> None:
    """A vector comes back as the float32 values that went in."""
    put = store.sessions.put("ada", session_of("a"))
    assert put.session_id
    vector = np.linspace(-1, 1, 384, dtype=np.float32)
    store.vectors.put("ada", "m", {"b:7": vector})
    assert np.array_equal(store.vectors.of_beliefs([7], "m")[7], vector)


def test_without_chroma_the_database_answers(
    filled: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large memory is scanned, it is said that an index would pay, and an old one goes."""
    query = EMBEDDER.embed(["deploy the login page"])[0]
    index = index_of(filled, settings)
    assert index.sync()
    wanted = index.nearest("ada", query, 3)
    assert not index.is_missed
    monkeypatch.setitem(sys.modules, "chromadb", None)
    assert [index.nearest("ada", query, 3) for _ in range(2)] == [wanted, wanted]
    assert index.is_missed
    assert not index.in_use
    assert index.check() == []
    filled.sessions.put("ada", session_of("rename the parser"))
    assert index.sync()
    assert not settings.index.exists()
