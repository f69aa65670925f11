"""Shared by the tests of the importers."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions
from tom_swe.model.session import Session

type Write = Callable[..., Path]
type Read = Callable[..., list[Session]]


@pytest.fixture(scope="session")
def redactor() -> Redactor:
    """One for all tests: it holds patterns only."""
    return Redactor()


@pytest.fixture
def tally() -> Tally:
    """What the test's imports count."""
    return Tally()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes objects, or raw lines, into a file below the test's folder."""

    def write(name: str, lines: Iterable[object]) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        path.write_text("".join(f"{line}\n" for line in text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def read(redactor: Redactor, tally: Tally) -> Read:
    """Every session that a host's importer finds under a path."""

    def read(host: str, path: Path) -> list[Session]:
        return list(read_sessions(IMPORTERS[host], path, tally, redactor))

    return read


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The shared data, where it is."""
    named = os.environ.get("TOM_SHARED_DATA")
    path = Path(named) if named else Path(__file__).parents[2].parent / "shared" / "data"
    if not (path / "sessions").is_dir():
        pytest.skip("no shared data here; name its folder in TOM_SHARED_DATA")
    return path
