"""Every host has its page, its place and a writer of its transcripts."""

import re
from pathlib import Path

import pytest

from tom_evals.transcripts import writer_of
from tom_swe.ingest import IMPORTERS
from tom_swe.ingest.importers import PLACES

PAGES = Path(__file__).parents[2] / "docs" / "hosts"
OF_TOM = {"jsonl", "tom-swe-reference"}
# Their sessions are made in the tests of safety, by hand.
MADE_BY_HAND = {"openhands", "aider"}


def test_every_host_has_a_place() -> None:
    """`tom init` prints it when it finds nothing."""
    assert set(PLACES) == set(IMPORTERS)


@pytest.mark.parametrize("host", sorted(set(IMPORTERS) - OF_TOM))
def test_every_host_has_a_page_that_says_what_it_was_checked_against(host: str) -> None:
    """The list of hosts leads to it."""
    page = (PAGES / f"{host}.md").read_text()
    assert re.search(r"(?i)(?:verified on|against)[^.]*2026|2026-11-29", page)
    assert f"[{host}]({host}.md)" in (PAGES / "README.md").read_text()


@pytest.mark.parametrize("host", sorted(set(IMPORTERS) - OF_TOM - MADE_BY_HAND))
def test_every_host_has_a_writer(host: str) -> None:
    """Tests and benchmarks make its transcripts with it."""
    assert callable(writer_of(host))
