"""What recurs in real histories, from the shared data that is named by TOM_SHARED_DATA."""

import os
import tarfile
from pathlib import Path

import pytest

from tom_swe.app import open_tom
from tom_swe.ingest import import_transcripts
from tom_swe.settings import Settings

DATA = os.environ.get("TOM_SHARED_DATA", "")
ARCHIVE = Path(DATA, "sessions", "claude-code-real.tar.xz")
# What is proposed to each, and whether somebody who read all of it wants that.
JUDGED = {
    "dev1": {
        "twist pr draft": True,
        "twist issue troy": True,
        "check": True,
        "order test first": True,
        "tool subagent": True,
        "tool superpower": True,
    },
    "dev2": {},
    "dev3": {"twist comment valid": True, "opinion": True},
}
MOST_WRONG = 1

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA, reason="TOM_SHARED_DATA names no data"),
    pytest.mark.skipif(not ARCHIVE.exists(), reason="no sessions in TOM_SHARED_DATA"),
]


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, int]]:
    """In how many sessions each thing recurs that is proposed to each of the developers."""
    folder = tmp_path_factory.mktemp("real")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    found: dict[str, dict[str, int]] = {}
    for name in JUDGED:
        settings = Settings(home=folder / f"tom-{name}", user=name)
        tom = open_tom(settings, say=lambda _: None)
        import_transcripts(tom, name, "claude-code", next(folder.rglob(name)))
        tom.read(name)
        found[name] = {each.key: each.sessions for each in tom.recurrence.all(name)}
        tom.close()
    return found


def test_what_the_first_developer_asks_most_is_proposed(
    proposed: dict[str, dict[str, int]],
) -> None:
    """Draft pull requests and the project of the issues, in most of the sessions that ask so."""
    assert proposed["dev1"]["twist pr draft"] >= 10
    assert proposed["dev1"]["twist issue troy"] >= 7
    assert proposed["dev1"]["check"] >= 8


def test_hardly_anything_is_proposed_that_is_not_wanted(
    proposed: dict[str, dict[str, int]],
) -> None:
    """What nobody judged yet counts as wrong."""
    wrong = [
        (name, key) for name, keys in proposed.items() for key in keys if not JUDGED[name].get(key)
    ]
    assert len(wrong) <= MOST_WRONG, wrong
