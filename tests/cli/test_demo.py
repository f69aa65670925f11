"""The demo is the promise: what its sessions plant is believed or not, as its README says."""

from pathlib import Path

import pytest

from tom_swe.app import open_tom
from tom_swe.mind.tom import Tom
from tom_swe.model.belief import Belief, Source, Status
from tom_swe.model.session import Role
from tom_swe.settings import Settings


@pytest.fixture(scope="module")
def tom(demo_memory: Path) -> Tom:
    return open_tom(Settings(home=demo_memory))


def held(tom: Tom, dimension: str, value: str) -> Belief:
    (belief,) = [
        b
        for b in tom.memory.beliefs.all("mira")
        if (b.dimension, b.value, b.polarity) == (dimension, value, "for")
    ]
    return belief


@pytest.mark.parametrize(
    ("dimension", "value", "hosts"),
    [
        ("package_manager", "pnpm", {"claude-code", "openhands"}),
        ("diff_size", "minimal", {"claude-code", "openhands", "aider"}),
        ("commit_by_agent", "never", {"codex", "openhands"}),
        ("typing", "strict", {"claude-code", "aider"}),
        ("answer_length", "short", {"claude-code", "openhands"}),
        ("question_timing", "never", {"openhands", "codex"}),
    ],
)
def test_what_recurs_over_sessions_and_agents_is_confirmed(
    tom: Tom, dimension: str, value: str, hosts: set[str]
) -> None:
    """A wish said in other words to several agents is one confirmed belief with all its quotes."""
    belief = held(tom, dimension, value)
    assert belief.status is Status.CONFIRMED
    assert {e.host for e in belief.evidence} >= hosts


def test_the_change_of_mind_is_kept_both_ways(tom: Tom) -> None:
    """Black held until October; ruff holds now; both have their quotes."""
    black, ruff = held(tom, "python_linter", "black"), held(tom, "python_linter", "ruff")
    assert (black.status, black.superseded_by) == (Status.RETIRED, ruff.id)
    assert ruff.status is not Status.RETIRED
    assert black.quotes
    assert ruff.quotes


def test_the_first_walk_names_her_beliefs(tom: Tom) -> None:
    """The numbers in docs/tutorial.md are those of the beliefs that it speaks of."""
    wanted = [
        ("diff_size", "minimal", "tom why b{}"),
        ("python_linter", "black", "tom why b{}"),
        ("package_manager", "pnpm", "tom checks show {}"),
        ("answer_length", "short", "tom memory forget b{}"),
    ]
    walk = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text()
    said = [command.format(held(tom, name, value).id) for name, value, command in wanted]
    assert [each for each in said if f"{each} " not in walk] == []


def test_what_holds_in_one_repository_stays_there(tom: Tom) -> None:
    """The rule on migrations is told in ledger-api and nowhere else."""
    assert "never autogenerate" in tom.brief("mira", "ledger-api").text
    assert "never autogenerate" not in tom.brief("mira", "ledger-web").text


@pytest.mark.parametrize(
    "planted",
    ["tabs", "force", "semicolon", "tailwind", "macos", "mongo", "styled", "dark mode", "mypy"],
)
def test_what_others_said_asked_or_supposed_is_not_believed(tom: Tom, planted: str) -> None:
    """Tool output, web pages, injected text, the agent, colleagues, hypotheticals: none counts."""
    believed = " ".join(b.statement.lower() for b in tom.memory.beliefs.all("mira"))
    assert planted not in believed


def test_every_quote_is_her_own(tom: Tom) -> None:
    """Each piece of evidence is an exact substring of a turn that she wrote."""
    seen = 0
    for belief in tom.memory.beliefs.all("mira"):
        for evidence in belief.evidence:
            session = tom.memory.sessions.get("mira", evidence.session_id)
            (turn,) = [t for t in session.turns if t.ordinal == evidence.ordinal]
            assert turn.role is Role.USER
            assert evidence.quote in turn.text
            seen += evidence.source is not Source.BEHAVIOUR
    assert seen >= 20


def test_her_secrets_are_not_on_the_disk(tom: Tom) -> None:
    """The planted key and password are in no file of the memory."""
    home = Path(tom.memory.path).parent  # type: ignore[attr-defined]
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"AKIAFAKEFAKEDEMOFAKE" not in content
            assert b"not-a-real-password" not in content
