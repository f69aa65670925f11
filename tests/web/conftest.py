"""A memory of four sessions, learned once and copied for each test, and a browser on it."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from web_client import SAID, Browser

from tom_cli.web.guard import Keys
from tom_swe.app import open_tom
from tom_swe.mind.tom import Tom
from tom_swe.model.session import Role
from tom_swe.settings import Settings
from tom_swe.testing import START, HashEmbedder, session_of


@pytest.fixture(scope="session")
def learned_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a memory that learned from four sessions."""
    home = tmp_path_factory.mktemp("page") / "tom"
    made = open_tom(Settings(home=home, user="ada"), embedder=HashEmbedder())
    for day, (name, repository, text) in enumerate(SAID):
        session = session_of(
            text,
            (Role.AGENT, f"done <b>{name}</b>"),
            (Role.TOOL, "x" * 3_000),
            host_id=name,
            repository=repository,
            started=START + timedelta(days=day),
        )
        made.add_session("ada", session)
    assert made.learn("ada").sessions == len(SAID)
    made.close()
    return home


@pytest.fixture
def tom(settings: Settings, learned_page: Path) -> Iterator[Tom]:
    shutil.copytree(learned_page, settings.home)
    made = open_tom(settings, embedder=HashEmbedder())
    yield made
    made.close()


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def browser(tom: Tom, settings: Settings, keys: Keys) -> Browser:
    del tom
    return Browser(settings, keys)
