"""Two processes that import the same transcripts at the same time."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tom_evals.transcripts import Conversation, Said, writer_of
from tom_swe.memory import Store
from tom_swe.model.session import Role

HOSTS = ("claude-code", "codex", "cursor", "opencode", "gemini-cli", "specstory", "claude-history")
START = datetime(2026, 5, 4, 9, tzinfo=UTC)


def conversations() -> list[Conversation]:
    """Ten sessions, every second of which goes on from the one before."""
    found: list[Conversation] = []
    for number in range(10):
        messages: list[Said] = []
        for place in range(4):
            of = number - number % 2 if place < 2 else number
            text = f"please look at page {of} of the shop, part {place}"
            at = START + timedelta(hours=of, minutes=10 * place)
            messages.append(Said(by_person=True, text=text, at=at))
            done = Said(by_person=False, text=f"Looked at {of} {place}.", at=at)
            messages.append(done)
        found.append(Conversation(str(UUID(int=2**100 + number)), "/srv/shop", tuple(messages)))
    return found


def kept(home: Path) -> list[tuple[str, str, list[str]]]:
    """What the person said in each session that memory keeps."""
    store = Store(home / "tom.db")
    found = [store.sessions.get("local", each.id) for each in store.sessions.summaries("local")]
    store.close()
    return sorted(
        (each.host, each.host_id, [turn.text for turn in each.by(Role.USER)]) for each in found
    )


def start(home: Path, host: str, path: Path) -> subprocess.Popen[bytes]:
    """Imports a host's transcripts in a process of its own."""
    command = [sys.executable, "-m", "tom_cli", "import", host, str(path)]
    return subprocess.Popen(
        command,
        env={**os.environ, "TOM_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


@pytest.mark.slow
def test_two_imports_at_once_keep_what_one_keeps(tmp_path: Path) -> None:
    """Of several hosts, one process in this order and the other in the opposite, and once again."""
    paths = {host: writer_of(host)(tmp_path / host, conversations()) for host in HOSTS}
    alone, together = tmp_path / "alone", tmp_path / "together"
    for host, path in paths.items():
        only = start(alone, host, path)
        assert only.communicate(timeout=300) and only.returncode == 0
    one, other = list(paths), list(reversed(paths))
    for _ in range(2):
        for first, second in zip(one, other, strict=True):
            running = [start(together, host, paths[host]) for host in (first, second)]
            for process in running:
                _, errors = process.communicate(timeout=300)
                assert process.returncode == 0, errors
    assert kept(together) == kept(alone)
