"""Tom on real parts: SQLite, the rule reader; only the embedder is a fake."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tom_swe.memory.nearest import NearestTurns
from tom_swe.memory.store import Store
from tom_swe.mind.advise.embedded import EmbeddedAdviser
from tom_swe.mind.faculties import Faculties
from tom_swe.mind.read.embedded import EmbeddedReader
from tom_swe.mind.tom import Tom
from tom_swe.ports import Embedder, Reader
from tom_swe.settings import Settings

MakeTom = Callable[..., Tom]


@pytest.fixture
def settings(settings: Settings, empty_database: Path) -> Settings:
    """Those of a memory that is there, and empty."""
    settings.home.mkdir(mode=0o700)
    shutil.copy(empty_database, settings.database)
    return settings


@pytest.fixture
def make_tom(settings: Settings, said: list[str]) -> Iterator[MakeTom]:
    opened: list[Tom] = []

    def make(embedder: Embedder | None = None, reader: Reader | None = None) -> Tom:
        store = Store(settings.database)
        name, size = (embedder.name, embedder.dimension) if embedder else ("none", 0)
        faculties = Faculties(
            embedder=embedder,
            index=NearestTurns(store.vectors, settings.index, name, size),
            reader=reader or EmbeddedReader(),
            adviser=EmbeddedAdviser(),
        )
        tom = Tom(
            store,
            lambda: faculties,
            redact=lambda text: text.replace("hunter2", "[redacted]"),
            say=said.append,
            briefing_tokens=800,
        )
        opened.append(tom)
        return tom

    yield make
    for tom in opened:
        tom.close()


@pytest.fixture
def said() -> list[str]:
    return []
