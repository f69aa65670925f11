import os
from pathlib import Path

import pytest

from tom_cli import completion


@pytest.fixture
def told(tom) -> Path:
    """The database of a memory with one belief, told to tom itself."""
    tom("remember", "use pnpm; never $(touch evil) or `it`: 'really'")
    return Path(os.environ["TOM_HOME"]) / "tom.db"


def test_ids_are_offered_with_what_they_name(told: Path) -> None:
    """A belief with its statement, a session with its day; a shell evaluates neither."""
    ((name, statement),) = completion.beliefs()
    assert name == "b1"
    assert statement.lower().startswith("use pnpm")
    ((session, _),) = completion.sessions()
    assert session == "s1"
    assert {each for each, _ in completion.targets("")} == {"b1", "s1"}
    assert [each for each, _ in completion.targets("b")] == ["b1"]
    shown = "".join(help_ for _, help_ in (*completion.beliefs(), *completion.sessions()))
    assert not set("$`'\"();:&|<>\\") & set(shown)


def test_names_are_offered(told: Path) -> None:
    """Hosts of sessions, what can be imported, and scopes."""
    assert completion.hosts() == [("tom", "1 session")]
    assert "codex" in dict(completion.importable())
    assert [name for name, _ in completion.scopes()][:2] == ["everywhere", "."]


def test_completion_writes_nothing(told: Path) -> None:
    """The memory is byte by byte what it was."""
    before = told.read_bytes()
    completion.targets("")
    assert told.read_bytes() == before


def test_there_may_be_nothing_to_offer(told: Path) -> None:
    """Without a memory, or with one that cannot be read, there is no offer and no error."""
    told.write_bytes(b"no database")
    assert completion.beliefs() == []
    told.unlink()
    assert completion.targets("") == []
    assert not told.exists()


def test_a_shell_gets_the_offers(told: Path, tom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell's script asks `tom` itself."""
    monkeypatch.setenv("_TOM_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "tom why b")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert tom().out.split() == ["b1"]
