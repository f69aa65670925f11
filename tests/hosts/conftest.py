"""A memory for the hook and the learner."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tom_swe import LOCAL_USER, Settings, Tom, open_tom
from tom_swe.testing import HashEmbedder, session_of


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "tom"


@pytest.fixture
def told(home: Path) -> Iterator[Tom]:
    """A memory with one briefing for everywhere and one for acme/shop."""
    tom = open_tom(Settings(home=home), embedder=HashEmbedder())
    tom.add_session(LOCAL_USER, session_of("from now on use pnpm, not npm", host_id="1"))
    tom.add_session(
        LOCAL_USER,
        session_of(
            "in this repo, never touch the vendor folder", host_id="2", repository="acme/shop"
        ),
    )
    tom.learn(LOCAL_USER)
    tom.close()
    yield tom
    tom.close()
