"""tom in the real openhands CLI, in an environment of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import commands_of
from told_and_learned import (
    FIRST,
    SECOND,
    briefing,
    is_learned,
    is_told_once,
    rested,
    seed,
    tools_of,
)

from tom_swe.hosts.install.scripts import server_script
from tom_swe.testing.scripted import ScriptedModel

CHECKOUT = Path(__file__).parent.parent.parent
BIN = CHECKOUT / ".venv-openhands-cli" / "bin"
INSTALL, USE, UNINSTALL = commands_of("openhands-cli")
TASK = '"say hello"'

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (BIN / "openhands").exists(),
        reason="no openhands CLI here: `tools/setup.sh openhands-cli` installs it",
    ),
]


class Person:
    """Someone with both programs on the PATH, each in its own environment."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "tom"
        self.folder = folder / "person" / ".openhands"
        self.work = folder / "work"
        self.work.mkdir()
        # Its interpreter must not be found before tom's.
        programs = folder / "bin"
        programs.mkdir()
        (programs / "openhands").symlink_to(BIN / "openhands")
        paths = [str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]
        self.environ = {
            "PATH": os.pathsep.join(paths),
            "HOME": str(folder / "person"),
            "TOM_HOME": str(self.home),
            "TERM": "dumb",
            # Its terminals are those of a tmux server that outlives it.
            "TMUX_TMPDIR": str(folder),
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "OPENHANDS_SUPPRESS_BANNER": "1",
            # It fetches skills of its maker's when it starts, and asks for newer versions.
            "GIT_ALLOW_PROTOCOL": "file",
            "HTTPS_PROXY": "http://127.0.0.1:9",
        }

    def sh(self, commands: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Commands of the how-to."""
        return subprocess.run(
            ["sh", "-ec", commands],
            env={**self.environ, **environ},
            cwd=self.work,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
        )

    def use(self, model: ScriptedModel, task: str) -> subprocess.CompletedProcess[str]:
        """The CLI on one task, as the how-to has it."""
        assert TASK in USE
        return self.sh(
            USE.replace(TASK, '"$TASK"'),
            TASK=task,
            LLM_MODEL="openai/scripted",
            LLM_BASE_URL=model.base_url,
            LLM_API_KEY="x",
        )


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    made = Person(tmp_path)
    yield made
    if shutil.which("tmux"):
        made.sh("tmux -L openhands kill-server || true")


def test_the_cli_is_told_and_learned_from(person: Person) -> None:
    """By the commands of the how-to; the second session knows what the first was told."""
    seed(person.home)
    told = briefing(person.home)
    installed = person.sh(INSTALL)
    assert installed.returncode == 0, installed.stderr
    assert "openhands-cli  installed: hooks, MCP server, skill" in installed.stdout
    with ScriptedModel(("finish", {"message": "ok"})) as model:
        used = person.use(model, FIRST)
        assert used.returncode == 0, used.stderr
        is_told_once(model.requests, told)
        assert {"consult", "profile"} <= tools_of(model.requests)
    rested(person.home)
    learned = briefing(person.home)
    assert "ruff" in learned
    assert learned != told
    with ScriptedModel(("finish", {"message": "ok"})) as model:
        used = person.use(model, SECOND)
        assert used.returncode == 0, used.stderr
        is_told_once(model.requests, learned)
    rested(person.home)
    is_learned(person.home)
    assert person.sh(UNINSTALL).returncode == 0
    assert not (person.folder / "hooks.json").exists()
    assert not (person.folder / "mcp.json").exists()


def test_its_own_commands_and_ours_agree_on_the_file(person: Person) -> None:
    """It lists, disables and removes our entry; what it added stays, as it added it."""
    added = person.sh("openhands mcp add theirs --transport http http://127.0.0.1:9/mcp")
    assert added.returncode == 0, added.stderr
    servers = person.folder / "mcp.json"
    before = servers.read_text()
    assert person.sh(INSTALL).returncode == 0
    both = json.loads(servers.read_text())["mcpServers"]
    assert both["theirs"] == json.loads(before)["mcpServers"]["theirs"]
    assert person.sh("openhands mcp disable tom-swe").returncode == 0
    again = person.sh(INSTALL)
    assert again.returncode == 0, again.stderr
    assert json.loads(servers.read_text())["mcpServers"]["tom-swe"]["enabled"] is False
    assert person.sh(UNINSTALL).returncode == 0
    assert list(json.loads(servers.read_text())["mcpServers"]) == ["theirs"]
    assert person.sh(INSTALL).returncode == 0
    assert person.sh("openhands mcp remove tom-swe").returncode == 0
    assert person.sh("tom plugin status").returncode == 0


def test_a_tom_that_is_gone_keeps_no_session_waiting(person: Person) -> None:
    """The CLI starts without its tools, where a server that is not there would stop it."""
    person.folder.mkdir()
    server = person.folder / "tom-mcp"
    server.write_text(server_script({}, "/no/python"))
    server.chmod(0o700)
    entry = {"command": str(server), "args": []}
    (person.folder / "mcp.json").write_text(json.dumps({"mcpServers": {"tom-swe": entry}}))
    with ScriptedModel(("finish", {"message": "ok"})) as model:
        used = person.use(model, SECOND)
        assert used.returncode == 0, used.stderr
        names = tools_of(model.requests)
    assert "finish" in names
    assert "consult" not in names
