"""tom plugin: what it shows, asks, does and undoes."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tom_swe import LOCAL_USER, Settings, open_tom
from tom_swe.hosts.install import HOSTS
from tom_swe.hosts.install.scripts import Scripts
from tom_swe.testing import HashEmbedder

Run = Callable[..., Any]

OTHERS = (
    '{\n\t"model": "opus", // mine\n\t"hooks": {"Stop": [{"hooks": [{"command": "say"}]}]},\n}\n'
)


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_commands_show_ask_do_and_undo(
    tom: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written unasked; then it is, and undone, with the exit codes of every command."""
    folder = str(tmp_path / "claude")
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", folder)
    settings = written(tmp_path / "claude" / "settings.json", OTHERS)
    asked = tom("plugin", "install", "claude-code")
    assert asked.code == 2
    assert "+" in asked.out
    assert f"new file {folder}/skills/tom-user-model/SKILL.md" in asked.out
    assert settings.read_text() == OTHERS
    assert tom("plugin", "install", "claude-code", "--yes").code == 0
    again = tom("plugin", "install", "claude-code", "--yes")
    assert "already installed" in again.err
    shown = tom("plugin", "status", "--json")
    assert shown.code == 0
    state = {each["host"]: each for each in shown.json}
    assert list(state) == list(HOSTS)
    assert "hooks" in state["claude-code"]["has"]
    assert not state["openhands-cli"]["installed"]
    program = state["claude-code"]["calls"][0]
    settings.write_text(settings.read_text().replace(program, "/no/tom-hook"))
    broken = tom("plugin", "status")
    assert broken.code == 1
    assert "broken: /no/tom-hook is gone" in broken.out
    looked = tom("plugin", "doctor", "claude-code")
    assert looked.code == 1
    assert "tom plugin install claude-code" in looked.out
    settings.write_text(settings.read_text().replace("/no/tom-hook", program))
    assert tom("plugin", "doctor").code == 0
    assert tom("plugin", "uninstall", "claude-code", "--yes").code == 0
    assert settings.read_text() == OTHERS
    assert [path.name for path in settings.parent.iterdir()] == ["settings.json"]
    settings.write_text("{")
    assert tom("plugin", "install", "claude-code", "--yes").code == 1


def test_without_a_name_the_agents_are_listed(
    tom: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those on this machine, with what each would get; with --yes tom is installed in them all."""
    monkeypatch.setenv("PATH", str(tmp_path))
    nothing = tom("plugin", "install", "--yes")
    assert (nothing.code, nothing.out) == (2, "")
    assert "no agents found" in nothing.err
    (Path(os.environ["HOME"]) / ".cursor").mkdir()
    (tmp_path / "codex").write_text("#!/bin/sh\n")
    (tmp_path / "codex").chmod(0o755)
    listed = tom("plugin", "install")
    assert listed.code == 2
    assert [line.partition(":")[0] for line in listed.out.splitlines()] == [
        "Codex (codex)",
        "Cursor, editor and CLI (cursor)",
    ]
    assert "hooks" in listed.out
    assert "tom plugin install codex cursor" in listed.err
    assert tom("plugin", "install", "emacs", "--yes").code == 2
    assert tom("plugin", "uninstall").code == 2
    assert tom("plugin", "uninstall", "codex", "--all").code == 2
    assert tom("plugin", "install", "--yes").code == 0
    state = {each["host"]: each for each in tom("plugin", "status", "--json").json}
    assert {name for name, each in state.items() if each["installed"]} == {"codex", "cursor"}


def test_the_openhands_cli_gets_hooks_and_a_server(tom: Run) -> None:
    """Both files are shown and asked for, written, told of, and as before once it is undone."""
    pytest.importorskip("mcp")
    folder = Path(os.environ["HOME"]) / ".openhands"
    theirs = '{"mcpServers": {"theirs": {"url": "http://127.0.0.1:9/mcp", "enabled": true}}}'
    hooks = written(folder / "hooks.json", OTHERS)
    servers = written(folder / "mcp.json", theirs)
    asked = tom("plugin", "install", "openhands-cli")
    assert asked.code == 2
    assert f"+++ {hooks}" in asked.out
    assert f"+++ {servers}" in asked.out
    assert (hooks.read_text(), servers.read_text()) == (OTHERS, theirs)
    assert tom("plugin", "install", "openhands-cli", "--yes").code == 0
    assert list(json.loads(servers.read_text())["mcpServers"]) == ["theirs", "tom-swe"]
    found = {each["host"]: each for each in tom("plugin", "status", "--json").json}
    state = found["openhands-cli"]
    assert (state["has"], state["faults"]) == (["hooks", "MCP server", "skill"], [])
    assert tom("plugin", "uninstall", "openhands-cli", "--yes").code == 0
    assert (hooks.read_text(), servers.read_text()) == (OTHERS, theirs)
    assert tom("plugin", "install", "openhands-cli", "--yes", "--no-mcp").code == 0
    assert servers.read_text() == theirs
    written(servers, '{"mcpServers": []}')
    assert tom("plugin", "install", "openhands-cli", "--yes").code == 1


def test_an_agent_plugin_goes_where_the_person_says(
    tom: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One folder with a manifest, the skill and the server, for any agent that reads such."""
    folder = tmp_path / "plugins" / "tom"
    done = tom("plugin", "install", "agent-plugin", "--folder", str(folder), "--yes")
    assert done.code == 0, done.err
    told = json.loads((folder / "plugin.json").read_text())
    assert told["$schema"].startswith("https://agent-plugins.org/schemas/1.0.0/")
    assert set(told) <= {"$schema", "name", "version", "description", "author", "license"}
    assert (folder / "skills" / "tom-user-model" / "SKILL.md").exists()
    (only,) = json.loads((folder / "mcp.json").read_text())["mcpServers"].values()
    assert only["command"] == str(Scripts.of(os.environ).server)
    assert tom("plugin", "uninstall", "agent-plugin", "--yes").code == 0
    assert not (tmp_path / "plugins").exists()


@pytest.mark.parametrize(("option", "agent"), [("--statusline", "codex"), ("--folder=x", "codex")])
def test_an_option_of_another_agent_is_refused(tom: Run, option: str, agent: str) -> None:
    """It says which agent the option works with, and nothing is installed."""
    refused = tom("plugin", "install", agent, option, "--yes")
    assert refused.code == 2
    assert f"{option.partition('=')[0]} works with " in refused.err
    assert f"not with {agent}" in refused.err


def test_instructions_are_kept_only_if_asked_for(
    tom: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person's own file gets the block that `tom sync` writes, and loses it again."""
    mind = open_tom(Settings(home=tmp_path / "tom"), embedder=HashEmbedder())
    mind.remember(LOCAL_USER, "Use pnpm, not npm")
    mind.close()
    file = written(Path(os.environ["HOME"]) / ".claude" / "CLAUDE.md", "# Mine\n")
    assert tom("plugin", "install", "claude-code", "--yes").code == 0
    assert file.read_text() == "# Mine\n"
    done = tom("plugin", "install", "claude-code", "--yes", "--instructions")
    assert done.code == 0, done.err
    assert "- Use pnpm" in file.read_text()
    assert tom("plugin", "uninstall", "claude-code", "--yes").code == 0
    assert file.read_text() == "# Mine\n"
