"""Which agents are on a machine, and whether the person is logged in to them, by files alone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tom_swe.llm.agents import AGENTS, FoundAgent, LoggedIn, could_read, found_agents

YES, NO, UNKNOWN = LoggedIn.YES, LoggedIn.NO, LoggedIn.UNKNOWN
PLAN = {"claudeAiOauth": {"accessToken": "sk-secret"}}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with every agent's program on the PATH beside it; none of them runs."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for host in AGENTS.values():
        (programs / host.program).write_text("#!/bin/sh\ntouch ran\n")
        (programs / host.program).chmod(0o755)
    return tmp_path / "person"


def found(home: Path, environ: Mapping[str, str] | None = None) -> dict[str, FoundAgent]:
    """The agents by their names, where no login is kept in a keychain."""
    environ = {"PATH": str(home.parent / "bin"), **(environ or {})}
    return {each.name: each for each in found_agents(environ, home, keychain=False)}


def test_only_programs_on_path_are_found(home: Path) -> None:
    """In the order of the documentation; without programs there is none."""
    (home.parent / "bin" / "codex").unlink()
    assert list(found(home)) == [name for name in AGENTS if name != "codex"]
    assert found(home, {"PATH": ""}) == {}
    assert could_read([*found(home).values()]) == []


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("claude-code", NO),
        ("codex", NO),
        ("gemini-cli", NO),
        ("opencode", UNKNOWN),
        ("copilot-cli", UNKNOWN),
        ("cursor-agent", UNKNOWN),
    ],
)
def test_without_a_file_it_says_what_it_knows(home: Path, name: str, without: LoggedIn) -> None:
    """Where a login may lie elsewhere it cannot tell, and so for a keychain."""
    assert found(home)[name].logged_in is without
    path = {"PATH": str(home.parent / "bin")}
    for agent in found_agents(path, home, keychain=True):
        assert agent.logged_in is UNKNOWN


FILES: list[tuple[str, str, Any, LoggedIn, str]] = [
    ("claude-code", ".claude/.credentials.json", PLAN, YES, "your Claude plan"),
    ("claude-code", ".claude/.credentials.json", {}, NO, "your Claude plan or key"),
    ("claude-code", ".claude.json", {"primaryApiKey": "sk-secret"}, YES, "your Anthropic key"),
    ("codex", ".codex/auth.json", {"tokens": {"a": "sk-secret"}}, YES, "your ChatGPT plan"),
    ("codex", ".codex/auth.json", {"OPENAI_API_KEY": "sk-secret"}, YES, "your OpenAI key"),
    ("codex", ".codex/config.toml", "", UNKNOWN, "your ChatGPT plan or key"),
    ("gemini-cli", ".gemini/oauth_creds.json", {}, YES, "your Google account"),
    ("gemini-cli", ".gemini/.env", "", UNKNOWN, "your Google account or key"),
    (
        "opencode",
        ".local/share/opencode/auth.json",
        {"anthropic": {"type": "oauth", "access": "sk-secret"}},
        YES,
        "your login at anthropic",
    ),
    ("copilot-cli", ".copilot/config.json", {"loggedInUsers": ["ada"]}, YES, "your Copilot plan"),
    (
        "copilot-cli",
        ".copilot/config.json",
        {"logged_in_users": []},
        UNKNOWN,
        "your Copilot plan",
    ),
    ("cursor-agent", ".config/cursor/auth.json", {"accessToken": "x"}, YES, "your Cursor plan"),
]


@pytest.mark.parametrize(("name", "file", "holds", "logged_in", "draws_on"), FILES)
def test_files_tell(
    home: Path, name: str, file: str, holds: object, logged_in: LoggedIn, draws_on: str
) -> None:
    """Whose plan or key it is, and not what the key is."""
    path = home / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(holds if isinstance(holds, str) else json.dumps(holds))
    agent = found(home)[name]
    assert (agent.logged_in, agent.draws_on) == (logged_in, draws_on)
    assert "secret" not in repr(agent)
    path.write_text("[1")
    assert found(home)[name].logged_in is not YES or "oauth_creds" in file


@pytest.mark.parametrize(
    ("name", "variable", "draws_on"),
    [
        ("claude-code", "ANTHROPIC_API_KEY", "your key in ANTHROPIC_API_KEY"),
        ("claude-code", "CLAUDE_CODE_OAUTH_TOKEN", "your Claude plan"),
        ("claude-code", "CLAUDE_CODE_USE_BEDROCK", "your AWS account"),
        ("codex", "CODEX_API_KEY", "your key in CODEX_API_KEY"),
        ("gemini-cli", "GEMINI_API_KEY", "your key in GEMINI_API_KEY"),
        ("copilot-cli", "COPILOT_GITHUB_TOKEN", "your Copilot plan"),
        ("cursor-agent", "CURSOR_API_KEY", "your key in CURSOR_API_KEY"),
    ],
)
def test_variables_tell(home: Path, name: str, variable: str, draws_on: str) -> None:
    """A key comes before a plan, as the programs have it; an empty one is none."""
    agent = found(home, {variable: "1"})[name]
    assert (agent.logged_in, agent.draws_on) == (YES, draws_on)
    assert found(home, {variable: ""})[name].logged_in is not YES


def test_programs_look_where_their_variable_says(home: Path) -> None:
    """And not in the home then."""
    there = home.parent / "elsewhere"
    there.mkdir()
    (there / ".credentials.json").write_text(json.dumps(PLAN))
    assert found(home, {"CLAUDE_CONFIG_DIR": str(there)})["claude-code"].logged_in is YES
    assert found(home)["claude-code"].logged_in is NO


def test_a_model_is_named_with_the_agents_small_one(home: Path) -> None:
    """Opencode has none of its own."""
    models = [each.model for each in found(home).values()]
    assert models[:2] == ["claude-code/haiku", "codex/gpt-5.6-luna"]
    assert "opencode" in models


def test_every_agent_has_a_way_to_tell(home: Path) -> None:
    """A new one needs a function."""
    assert set(found(home)) == set(AGENTS)
    assert not any(home.parent.rglob("ran"))
