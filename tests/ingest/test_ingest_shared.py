"""Real transcripts, where the shared data is."""

import tarfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions
from tom_swe.model.session import Role, Session

type Read = Callable[..., list[Session]]


def said(sessions: list[Session]) -> list[str]:
    """What the person said in all of them."""
    return [turn.text for session in sessions for turn in session.by(Role.USER) if turn.text]


def test_the_real_claude_code_fixtures(shared_data: Path, read: Read, tally: Tally) -> None:
    """Four sessions, with the words of a rejection and without those of the host."""
    sessions = read("claude-code", shared_data / "sessions" / "fixtures" / "claude-code")
    assert len(sessions) == 4
    assert "Entire Inc." in said(sessions)
    assert not any("<command-name>" in words for words in said(sessions))
    assert (tally.lines_skipped, tally.problems) == (0, [])


def test_the_sanitised_codex_fixtures(shared_data: Path, read: Read, tally: Tally) -> None:
    """A deliberately broken line is counted; the words around it survive."""
    sessions = read("codex", shared_data / "sessions" / "fixtures" / "codex")
    assert sorted(said(sessions)) == ["create one focused commit", "inspect both files"]
    assert tally.lines_skipped == 1


def test_the_real_openhands_fixtures(shared_data: Path, read: Read) -> None:
    """The person said one word; the rest in their name is the host's."""
    sessions = read("openhands", shared_data / "sessions" / "fixtures" / "openhands")
    assert said(sessions) == ["hi"]


def test_the_real_aider_fixtures(shared_data: Path, read: Read) -> None:
    """Confirmations and commands are not words; questions and requests are."""
    words = said(read("aider", shared_data / "sessions" / "fixtures" / "aider"))
    assert len(words) == 11
    assert not any("(Y)es" in text or text.startswith("/") for text in words)


@pytest.mark.slow
def test_the_real_histories(shared_data: Path, tmp_path: Path, redactor: Redactor) -> None:
    """Three developers' 107 sessions: all are read, twice the same, none of the host's words."""
    with tarfile.open(shared_data / "sessions" / "claude-code-real.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    importer = IMPORTERS["claude-code"]
    tally = Tally()
    sessions: list[Session] = []
    for root in sorted(path.parent for path in tmp_path.rglob("projects")):
        sessions += read_sessions(importer, root, tally, redactor)
    assert len({session.host_id for session in sessions}) == len(sessions) == 107
    assert (tally.lines_skipped, tally.lines_oversized, tally.problems) == (1, 0, [])
    roles = Counter(turn.role for session in sessions for turn in session.turns)
    assert roles[Role.USER] > 1_000
    assert roles[Role.AGENT] > 4_000
    for words in said(sessions):
        assert "<command-name>" not in words
        assert "This session is being continued" not in words
        assert not words.startswith("Base directory for this skill")
    again = list(read_sessions(importer, min(tmp_path.rglob("projects")), Tally(), redactor))
    known = {session.host_id: session.content_hash for session in sessions}
    assert all(known[session.host_id] == session.content_hash for session in again)
