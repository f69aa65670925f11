import json
import os
import re
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["OPENHANDS_SUPPRESS_BANNER"] = "1"

import pexpect
import pytest
from told_and_learned import texts, tools_of

from tom_swe import LOCAL_USER, Settings, open_tom
from tom_swe.hosts import hook, inbox
from tom_swe.hosts.install import Here, content, plugin_folder
from tom_swe.hosts.install.scripts import server_script
from tom_swe.hosts.install.sdk import bundled
from tom_swe.testing import HashEmbedder, session_of
from tom_swe.testing.scripted import ScriptedModel

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:pydantic"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

CHECKOUT = Path(__file__).parent.parent.parent
PLUGIN = plugin_folder()
BIN = Path(sys.executable).parent
OTHERS = (
    '{\n\t"model": "opus", // mine\n\t"hooks": {"Stop": [{"hooks": [{"command": "say"}]}]},\n}\n'
)


def tom(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, with nobody to ask."""
    return subprocess.run(
        [sys.executable, "-m", "tom_cli", "plugin", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environ},
    )


def here(home: Path | None = None, *, serves: bool = False) -> Here:
    """The machine of a test, on which tom's home may be another."""
    environ = dict(os.environ) | ({"TOM_HOME": str(home)} if home else {})
    return Here(environ, Path(os.environ["HOME"]), serves)


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


# The folder


def test_the_plugin_calls_the_hook_for_each_of_its_events() -> None:
    """Each event by its name, with a few seconds to answer; both manifests agree.

    A session's start is for where Claude Code has compacted it, which OpenHands never calls.
    """
    hooks = json.loads((PLUGIN / "hooks" / "hooks.json").read_text())["hooks"]
    assert set(hooks) == set(hook.EVENTS) - {hook.AFTER}
    for event, groups in hooks.items():
        (only,) = groups[0]["hooks"]
        assert only == {"type": "command", "command": f"tom-hook {event}", "timeout": 5}
        assert groups[0]["matcher"] == ("compact" if event == hook.START else "*")
    manifests = [
        (PLUGIN / folder / "plugin.json").read_text() for folder in (".plugin", ".claude-plugin")
    ]
    assert manifests[0] == manifests[1]
    assert json.loads(manifests[0])["name"] == content.PLUGIN


def test_the_skill_keeps_to_the_convention() -> None:
    """Its name is its folder's, and its description short enough to be listed."""
    text = (PLUGIN / "skills" / "tom-user-model" / "SKILL.md").read_text()
    _, head, _ = text.split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    assert re.fullmatch(r"[a-z-]{1,64}", fields["name"])
    assert fields["name"] == "tom-user-model"
    assert len(fields["description"]) <= 1024


def test_the_agent_is_one_for_both_hosts(tmp_path: Path) -> None:
    """OpenHands reads it, with a terminal once it is installed; it is told to change nothing."""
    definition = pytest.importorskip("openhands.sdk.subagent.schema").AgentDefinition
    shipped = definition.load(PLUGIN / "agents" / "user-advocate.md")
    assert shipped.name == "user-advocate"
    assert len(shipped.when_to_use_examples) == 2
    assert shipped.metadata == {"disallowedTools": "Write, Edit, NotebookEdit"}
    assert "Only read." in shipped.system_prompt
    folder = bundled(here(tmp_path))
    installed = definition.load(folder / "agents" / "user-advocate.md")
    assert (shipped.tools, installed.tools) == ([], ["terminal"])
    assert installed.system_prompt == shipped.system_prompt


def test_what_is_installed_calls_this_tom(tmp_path: Path) -> None:
    """The copy has full paths and, where that can be, the MCP server; what is shipped has none.

    A server that cannot start costs a conversation, so nobody gets one who did not install it.
    """
    home = tmp_path / "tom's place"
    folder = bundled(here(home, serves=True))
    scripts = here(home).scripts
    assert folder.parent == home
    hooks = json.loads((folder / "hooks" / "hooks.json").read_text())["hooks"]
    assert set(hooks) == set(hook.EVENTS) - {hook.AFTER}
    assert hooks["Stop"][0]["hooks"][0]["command"].endswith("tom-hook' Stop openhands")
    assert scripts.hook.exists()
    (only,) = json.loads((folder / ".mcp.json").read_text())["mcpServers"].values()
    assert only == {"command": str(scripts.server), "args": []}
    assert not (PLUGIN / ".mcp.json").exists()
    again = bundled(here(home))
    assert again == folder
    assert not (folder / ".mcp.json").exists()


def test_commands_are_written_as_each_host_has_them() -> None:
    """With their description, and what a person gives them."""
    why = next(each for each in content.commands() if each.name == "why")
    assert "allowed-tools: Bash(tom why:*)" in why.as_claude()
    told = tomllib.loads(why.as_toml())
    assert told["description"] == why.description
    assert "{{args}}" in told["prompt"]
    assert "$ARGUMENTS" in why.as_markdown()
    assert why.as_markdown().startswith(f"---\ndescription: {why.description}\n---\n")
    assert why.as_plain().startswith("The person asks why")


def test_every_command_that_the_plugin_names_exists() -> None:
    """The skill and the slash commands call the `tom` there is."""
    named: set[str] = set()
    for page in PLUGIN.rglob("*.md"):
        calls = re.findall(r"(?m)(?:^|[`(])tom (memory \w+|[a-z]+)", page.read_text())
        named |= set(calls)
    assert {"consult", "profile", "why", "memory forget"} <= named
    for words in named:
        shown = subprocess.run([sys.executable, "-m", "tom_cli", *words.split(), "--help"])
        assert shown.returncode == 0, words


def test_the_wheel_holds_the_whole_plugin(tmp_path: Path) -> None:
    """Hidden folders too."""
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=CHECKOUT,
        capture_output=True,
    )
    assert built.returncode == 0
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        script = next(name for name in names if name.endswith("scripts/tom-hook"))
        assert archive.read(script).startswith(b"#!/bin/sh")
    files = {f"tom_swe/hosts/plugin/{path.relative_to(PLUGIN)}" for path in PLUGIN.rglob("*.*")}
    assert {name for name in files if not (PLUGIN.parents[2] / name).is_dir()} <= names


# The commands


@pytest.mark.slow
def test_in_a_terminal_the_person_ticks(tmp_path: Path) -> None:
    """A key ticks an agent, another one installs into what is ticked."""
    home = Path(os.environ["HOME"])
    for name in (".codex", ".cursor"):
        (home / name).mkdir()
    environ = {**os.environ, "PATH": f"{tmp_path}:/bin:/usr/bin", "COLUMNS": "200"}
    command = ["-m", "tom_cli", "plugin", "install", "--no-mcp"]
    child = pexpect.spawn(sys.executable, command, env=environ, encoding="utf-8", timeout=60)
    child.expect_exact("1 [x] Codex")
    child.expect_exact("quits: ")
    child.send("1")
    child.expect_exact("1 [ ] Codex")
    child.expect_exact("quits: ")
    child.send("\r")
    child.expect_exact("Make these changes?")
    child.sendline("y")
    child.expect(pexpect.EOF)
    assert (home / ".cursor" / "hooks.json").exists()
    assert list((home / ".codex").iterdir()) == []
    gone = tom("uninstall", "--all", "--yes")
    assert gone.returncode == 0, gone.stderr
    assert list((home / ".cursor").iterdir()) == []


def test_without_the_extra_there_is_no_server(tmp_path: Path) -> None:
    """The hooks are installed, no entry is written, and it is said why."""
    venv = tmp_path / "venv"
    made = [sys.executable, "-m", "venv", "--without-pip", str(venv)]
    assert subprocess.run(made).returncode == 0
    (there,) = venv.glob("lib/python*/site-packages")
    for path in Path(pytest.__file__).parent.parent.iterdir():
        if not path.name.startswith("mcp"):
            (there / path.name).symlink_to(path)
    command = [str(venv / "bin" / "python"), "-m", "tom_cli", "plugin"]
    said = [
        subprocess.run([*command, *words], capture_output=True, text=True)
        for words in (["install", "openhands-cli", "--yes"], ["status"])
    ]
    for each in said:
        assert each.returncode == 0, each.stderr
        assert f"pip install --python {venv}/bin/python -e" in each.stderr
        assert "[mcp]', then `tom plugin install` again" in each.stderr
    assert "openhands-cli  installed: hooks, skill (" in said[1].stdout
    assert (tmp_path / "person" / ".openhands" / "hooks.json").exists()
    assert not (tmp_path / "person" / ".openhands" / "mcp.json").exists()


@pytest.mark.slow
def test_the_sdk_installs_the_plugin(tmp_path: Path) -> None:
    """It is loaded from then on, calls the hook where it is, and goes again; another's stays."""
    pytest.importorskip("openhands.sdk")
    place = tmp_path / "person" / ".openhands" / "plugins" / "installed" / "tom"
    assert tom("install", "openhands", "--yes").returncode == 0
    assert tom("install", "openhands", "--yes").returncode == 0
    hooks = json.loads((place / "hooks" / "hooks.json").read_text())["hooks"]
    (only,) = hooks["Stop"][0]["hooks"]
    assert only["command"] == f"{here().scripts.hook} Stop openhands"
    code = (
        "from openhands.sdk.plugin import load_installed_plugins as load\n"
        "(plugin,) = load()\n"
        "kinds = plugin.skills, plugin.agents\n"
        "print(plugin.name, *[each.name for kind in kinds for each in kind], *plugin.mcp_config)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert loaded.stdout.splitlines()[-1] == "tom tom-user-model user-advocate tom-swe"
    assert "openhands      installed: hooks (" in tom("status").stdout
    assert tom("uninstall", "openhands", "--yes").returncode == 0
    assert not place.exists()
    assert not here().scripts.folder.exists()
    written(place / "hooks" / "hooks.json", "{}")
    assert tom("install", "openhands", "--yes").returncode == 1


# In a real conversation


@pytest.mark.slow
def test_an_openhands_agent_is_told_and_learned_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model gets the briefing once a session, and what the person said is learned after it."""
    sdk = pytest.importorskip("openhands.sdk", reason="needs tom-swe[openhands]")
    from openhands.sdk.plugin import PluginSource

    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("OH_PERSISTENCE_DIR", str(tmp_path / "oh"))
    settings = Settings(home=tmp_path / "tom")
    mind = open_tom(settings, embedder=HashEmbedder())
    mind.add_session(LOCAL_USER, session_of("from now on use pnpm, not npm"))
    mind.learn(LOCAL_USER)
    briefing = mind.brief(LOCAL_USER, "work").text
    mind.close()
    (tmp_path / "work").mkdir()
    with ScriptedModel("hello", "again") as model:
        llm = sdk.LLM(
            model="openai/scripted",
            base_url=model.base_url,
            api_key="x",
            num_retries=0,
            input_cost_per_token=1e-6,
            output_cost_per_token=1e-6,
        )
        conversation = sdk.Conversation(
            agent=sdk.Agent(llm=llm, tools=[]),
            workspace=str(tmp_path / "work"),
            persistence_dir=str(tmp_path / "oh" / "conversations"),
            plugins=[PluginSource(source=str(PLUGIN))],
            visualizer=None,
        )
        conversation.send_message("always write the tests first")
        conversation.run()
        conversation.send_message("and now the next step")
        conversation.run()
        conversation.close()
        for request in model.requests:
            assert texts(request).count(briefing) == 1
            assert texts(request).count("<tom-briefing>") == 1
    assert len(model.requests) == 2
    hosts = tmp_path / "tom" / "hosts"
    until = time.monotonic() + 60
    while any(hosts.glob("*.jsonl")) or inbox.is_locked(str(hosts / inbox.LEARNER_LOCK)):
        assert time.monotonic() < until
        time.sleep(0.1)
    mind = open_tom(settings, embedder=HashEmbedder())
    found = {each.host: each.id for each in mind.memory.sessions.summaries(LOCAL_USER)}
    session = mind.memory.sessions.get(LOCAL_USER, found["openhands"])
    beliefs = mind.memory.beliefs.all(LOCAL_USER)
    mind.close()
    said = [turn.text for turn in session.turns if turn.role == "user"]
    assert said == ["always write the tests first", "and now the next step"]
    assert not (hosts / "hook.log").exists()
    assert [len(each.quotes) for each in beliefs if "pnpm" in each.statement] == [1]


@pytest.mark.slow
def test_its_server_is_no_risk_to_a_conversation(
    tmp_path: Path,
) -> None:
    """Its tools clash with none of OpenHands' own, and where tom is gone they are just not there.

    Beside a second server, whose name goes before the tools, too.
    """
    sdk = pytest.importorskip("openhands.sdk", reason="needs tom-swe[openhands]")
    from openhands.sdk.plugin import PluginSource
    from openhands.tools.tom_consult import TomConsultTool

    folder = bundled(here(serves=True))
    servers = folder / ".mcp.json"
    ours = servers.read_text()
    (entry,) = json.loads(ours)["mcpServers"].values()
    two = json.dumps({"mcpServers": {"tom-swe": entry, "other": entry}})
    offered: list[set[str]] = []
    for text in (ours, two, ours):
        servers.write_text(text)
        if len(offered) == 2:
            here().scripts.server.write_text(server_script({}, "/no/python"))
        with ScriptedModel() as model:
            llm = sdk.LLM(
                model="openai/scripted",
                base_url=model.base_url,
                api_key="x",
                num_retries=0,
                input_cost_per_token=1e-6,
                output_cost_per_token=1e-6,
            )
            conversation = sdk.Conversation(
                agent=sdk.Agent(llm=llm, tools=[sdk.Tool(name=TomConsultTool.name)]),
                workspace=str(tmp_path),
                plugins=[PluginSource(source=str(folder))],
                visualizer=None,
            )
            conversation.send_message("hello")
            conversation.run()
            conversation.close()
            offered.append(tools_of(model.requests))
    alone, beside, gone = offered
    assert {"tom_consult", "consult", "forget"} <= alone
    assert {"tom_consult", "tom-swe_consult", "other_consult"} <= beside
    assert "tom_consult" in gone
    assert "consult" not in gone
