import json
import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["OPENHANDS_SUPPRESS_BANNER"] = "1"

import pytest
from told_and_learned import texts, tools_of

from tom_swe import LOCAL_USER, Settings, open_tom
from tom_swe.errors import TomError
from tom_swe.hosts import hook, inbox, install
from tom_swe.testing import HashEmbedder, session_of
from tom_swe.testing.scripted import ScriptedModel

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:pydantic"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

CHECKOUT = Path(__file__).parent.parent.parent
PLUGIN = install.plugin_folder()
COMMAND = Path("/opt/tom's place/bin/tom-hook")
OTHERS = {
    "model": "opus",
    "hooks": {
        "Stop": [{"hooks": [{"type": "command", "command": "say 'done, tom-hook'"}]}],
        "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "guard"}]}],
    },
    "permissions": {"allow": ["Bash(ls:*)"], "näme": "ü"},
}


def tom(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, with nobody to ask."""
    return subprocess.run(
        [sys.executable, "-m", "tom_cli", "plugin", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environ},
    )


def written(path: Path, content: object, **style: int | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, **style) + "\n")
    return path


# The folder


def test_the_plugin_calls_the_hook_for_each_of_its_events() -> None:
    """Each event by its name, with a few seconds to answer; both manifests agree.

    A session's start is for where Claude Code has compacted it, which OpenHands never calls.
    """
    hooks = json.loads((PLUGIN / "hooks" / "hooks.json").read_text())["hooks"]
    assert list(hooks) == list(hook.EVENTS)
    for event, groups in hooks.items():
        (only,) = groups[0]["hooks"]
        assert only == {"type": "command", "command": f"tom-hook {event}", "timeout": 5}
        assert groups[0]["matcher"] == ("compact" if event == hook.START else "*")
    manifests = [
        (PLUGIN / folder / "plugin.json").read_text() for folder in (".plugin", ".claude-plugin")
    ]
    assert manifests[0] == manifests[1]
    assert json.loads(manifests[0])["name"] == install.PLUGIN


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
    folder = install.bundle(COMMAND, {"TOM_HOME": str(tmp_path)}, serve=False)
    installed = definition.load(folder / "agents" / "user-advocate.md")
    assert (shipped.tools, installed.tools) == ([], ["terminal"])
    assert installed.system_prompt == shipped.system_prompt


def test_what_is_installed_calls_this_tom(tmp_path: Path) -> None:
    """The copy has full paths and, where that can be, the MCP server; what is shipped has none.

    A server that cannot start costs a conversation, so nobody gets one who did not install it.
    """
    home = tmp_path / "tom"
    environ = {"TOM_HOME": str(home)}
    folder = install.bundle(COMMAND, environ, serve=True)
    assert folder.parent == home
    hooks = json.loads((folder / "hooks" / "hooks.json").read_text())["hooks"]
    assert hooks["Stop"][0]["hooks"][0]["command"].endswith("tom-hook' Stop")
    (only,) = json.loads((folder / ".mcp.json").read_text())["mcpServers"].values()
    assert sys.executable in only["args"]
    assert only["env"] == environ
    assert not (PLUGIN / ".mcp.json").exists()
    again = install.bundle(COMMAND, environ, serve=False)
    assert again == folder
    assert not (folder / ".mcp.json").exists()
    assert list(home.iterdir()) == [folder]


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


# Settings files


@pytest.mark.parametrize("indent", [2, 4, "\t"])
def test_what_others_put_there_stays(tmp_path: Path, indent: int | str) -> None:
    """Installing adds, uninstalling takes away what was added, and the text is as before."""
    path = written(tmp_path / "settings.json", OTHERS, indent=indent)
    path.chmod(0o640)
    before = path.read_text()
    adding = install.installing(path, COMMAND)
    assert f"+++ {path}" in adding.diff()
    assert path.read_text() == before
    backup = adding.apply()
    assert backup
    assert backup.read_text() == before
    merged = json.loads(path.read_text())
    assert merged["permissions"] == OTHERS["permissions"]
    assert merged["hooks"]["Stop"][0] == OTHERS["hooks"]["Stop"][0]
    command = merged["hooks"]["Stop"][1]["hooks"][0]["command"]
    assert command == "'/opt/tom'\"'\"'s place/bin/tom-hook' Stop"
    assert install.installing(path, COMMAND).is_none
    install.uninstalling(path).apply()
    assert path.read_text() == before
    assert path.stat().st_mode & 0o777 == 0o640
    assert install.uninstalling(path).is_none


def test_hooks_that_moved_are_replaced(tmp_path: Path) -> None:
    """Installing from another place leaves one of ours an event, which calls that place."""
    path = tmp_path / "new" / "hooks.json"
    install.installing(path, COMMAND).apply()
    install.installing(path, Path("/usr/bin/tom-hook")).apply()
    hooks = json.loads(path.read_text())["hooks"]
    for event in hook.EVENTS:
        (group,) = hooks[event]
        assert [each["command"] for each in group["hooks"]] == [f"/usr/bin/tom-hook {event}"]
    install.uninstalling(path).apply()
    assert json.loads(path.read_text()) == {}


def test_ours_in_a_group_of_others_goes_alone(tmp_path: Path) -> None:
    """A group that the person made of several hooks keeps the rest of them."""
    group = {"matcher": "*", "hooks": [{"command": "tom-hook Stop"}, {"command": "mine"}]}
    path = written(tmp_path / "hooks.json", {"hooks": {"Stop": [group]}})
    install.uninstalling(path).apply()
    left = {"matcher": "*", "hooks": [{"command": "mine"}]}
    assert json.loads(path.read_text()) == {"hooks": {"Stop": [left]}}


@pytest.mark.parametrize("nested", [True, False])
def test_the_words_of_openhands_are_kept_to(nested: bool, tmp_path: Path) -> None:
    """A file in its own snake case, with or without `hooks` around it, is still one it reads."""
    mine = {"stop": [{"matcher": "*", "hooks": [{"type": "command", "command": "mine"}]}]}
    path = written(tmp_path / "hooks.json", {"hooks": mine} if nested else mine)
    install.installing(path, COMMAND).apply()
    document = json.loads(path.read_text())
    table = document["hooks"] if nested else document
    assert table["stop"][0]["hooks"][0]["command"] == "mine"
    assert len(table["stop"]) == 2
    config = pytest.importorskip("openhands.sdk.hooks").HookConfig.load(path)
    assert len(config.stop) == 2
    assert config.user_prompt_submit[0].hooks[0].command.endswith("tom-hook' UserPromptSubmit")
    install.uninstalling(path).apply()
    assert json.loads(path.read_text()) == ({"hooks": mine} if nested else mine)


@pytest.mark.parametrize("text", ["{", "[]", '{"hooks": []}', "\udcff"])
def test_a_file_that_cannot_be_understood_is_left_alone(text: str, tmp_path: Path) -> None:
    """It is said what is wrong, and nothing is written."""
    path = tmp_path / "settings.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(TomError, match=r"settings\.json|hooks"):
        install.installing(path, COMMAND)
    assert path.read_bytes() == text.encode(errors="surrogateescape")


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """What was not shown is not overwritten."""
    path = written(tmp_path / "settings.json", {})
    change = install.installing(path, COMMAND)
    written(path, {"model": "sonnet"})
    with pytest.raises(TomError, match="was changed by another program"):
        change.apply()
    assert json.loads(path.read_text()) == {"model": "sonnet"}


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Settings that are kept elsewhere are changed there."""
    real = written(tmp_path / "dotfiles" / "claude.json", {"model": "opus"})
    link = tmp_path / "settings.json"
    link.symlink_to(real)
    install.installing(link, COMMAND).apply()
    assert link.is_symlink()
    assert "hooks" in json.loads(real.read_text())


# The commands


def test_the_commands_show_ask_do_and_undo(tmp_path: Path) -> None:
    """Nothing is written unasked; then it is, and undone, with the exit codes of every command."""
    folder = str(tmp_path / "claude")
    settings = written(tmp_path / "claude" / "settings.json", OTHERS, indent=2)
    before = settings.read_text()
    asked = tom("install", "claude-code", CLAUDE_CONFIG_DIR=folder)
    assert asked.returncode == 2
    assert "+" in asked.stdout
    assert settings.read_text() == before
    assert tom("install", "claude-code", "--yes", CLAUDE_CONFIG_DIR=folder).returncode == 0
    shown = tom("status", "--json", CLAUDE_CONFIG_DIR=folder)
    assert shown.returncode == 0
    state = {each["host"]: each for each in json.loads(shown.stdout)}
    assert state["claude-code"]["installed"]
    assert not state["openhands-cli"]["installed"]
    settings.write_text(
        settings.read_text().replace(state["claude-code"]["command"], "/no/tom-hook")
    )
    broken = tom("status", CLAUDE_CONFIG_DIR=folder)
    assert broken.returncode == 1
    assert "broken: /no/tom-hook" in broken.stdout
    assert tom("uninstall", "claude-code", "--yes", CLAUDE_CONFIG_DIR=folder).returncode == 0
    assert settings.read_text() == before
    assert tom("install", "emacs", "--yes").returncode == 2
    settings.write_text("{")
    assert tom("install", "claude-code", "--yes", CLAUDE_CONFIG_DIR=folder).returncode == 1


def test_the_openhands_cli_gets_hooks_and_a_server(tmp_path: Path) -> None:
    """Both files are shown and asked for, written, told of, and as before once it is undone."""
    pytest.importorskip("mcp")
    folder = tmp_path / "person" / ".openhands"
    theirs = {"theirs": {"url": "http://127.0.0.1:9/mcp", "enabled": True}}
    hooks = written(folder / "hooks.json", OTHERS, indent=2)
    servers = written(folder / "mcp.json", {"mcpServers": theirs}, indent=4)
    before = hooks.read_text(), servers.read_text()
    asked = tom("install", "openhands-cli")
    assert asked.returncode == 2
    assert f"+++ {hooks}" in asked.stdout
    assert f"+++ {servers}" in asked.stdout
    assert (hooks.read_text(), servers.read_text()) == before
    assert tom("install", "openhands-cli", "--yes").returncode == 0
    table = json.loads(servers.read_text())["mcpServers"]
    assert list(table) == ["theirs", "tom-swe"]
    assert table["tom-swe"]["env"]["TOM_HOME"] == os.environ["TOM_HOME"]
    again = tom("install", "openhands-cli", "--yes")
    assert "already installed" in again.stderr
    state = json.loads(tom("status", "--json").stdout)[2]
    assert (state["works"], state["server"], state["serves"]) == (True, sys.executable, True)
    kept = [next(path.parent.glob(f"{path.name}.before-tom-*")) for path in (hooks, servers)]
    assert tuple(path.read_text() for path in kept) == before
    servers.write_text(servers.read_text().replace(sys.executable, "/no/python"))
    broken = tom("status")
    assert broken.returncode == 1
    assert "broken: /no/python no longer serves MCP" in broken.stdout
    assert tom("uninstall", "openhands-cli", "--yes").returncode == 0
    assert (hooks.read_text(), servers.read_text()) == before
    assert tom("install", "openhands-cli", "--yes", "--no-mcp").returncode == 0
    assert servers.read_text() == before[1]
    written(servers, {"mcpServers": []})
    assert tom("install", "openhands-cli", "--yes").returncode == 1


def test_without_the_extra_there_is_no_server(tmp_path: Path) -> None:
    """The hooks are installed, no entry is written, and it is said why."""
    venv = tmp_path / "venv"
    made = [sys.executable, "-m", "venv", "--without-pip", str(venv)]
    assert subprocess.run(made).returncode == 0
    (there,) = venv.glob("lib/python*/site-packages")
    for path in Path(pytest.__file__).parent.parent.iterdir():
        if not path.name.startswith("mcp"):
            (there / path.name).symlink_to(path)
    environ = {**os.environ, "PATH": str(install.program().parent)}
    command = [str(venv / "bin" / "python"), "-m", "tom_cli", "plugin"]
    said = [
        subprocess.run([*command, *words], capture_output=True, text=True, env=environ)
        for words in (["install", "openhands-cli", "--yes"], ["status"])
    ]
    for each in said:
        assert each.returncode == 0, each.stderr
        assert "to add it, pip install 'tom-swe[mcp]'" in each.stderr
    assert "openhands-cli  installed (" in said[1].stdout
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
    assert only["command"] == f"{install.program()} Stop"
    code = (
        "from openhands.sdk.plugin import load_installed_plugins as load\n"
        "(plugin,) = load()\n"
        "kinds = plugin.skills, plugin.agents\n"
        "print(plugin.name, *[each.name for kind in kinds for each in kind], *plugin.mcp_config)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert loaded.stdout.splitlines()[-1] == "tom tom-user-model user-advocate tom-swe"
    assert "openhands      installed, with its MCP server" in tom("status").stdout
    assert tom("uninstall", "openhands", "--yes").returncode == 0
    assert not place.exists()
    written(place / "hooks" / "hooks.json", {})
    assert tom("install", "openhands", "--yes").returncode == 1


# In a real conversation


def test_an_openhands_agent_is_told_and_learned_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model gets the briefing once a session, and what the person said is learned after it."""
    sdk = pytest.importorskip("openhands.sdk", reason="needs tom-swe[openhands]")
    from openhands.sdk.plugin import PluginSource

    monkeypatch.setenv("PATH", f"{install.program().parent}{os.pathsep}{os.environ['PATH']}")
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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tools clash with none of OpenHands' own, and where tom is gone they are just not there.

    Beside a second server, whose name goes before the tools, too.
    """
    sdk = pytest.importorskip("openhands.sdk", reason="needs tom-swe[openhands]")
    from openhands.sdk.plugin import PluginSource
    from openhands.tools.tom_consult import TomConsultTool

    folder = install.bundle(install.program(), os.environ, serve=True)
    servers = folder / ".mcp.json"
    ours = servers.read_text()
    (entry,) = json.loads(ours)["mcpServers"].values()
    two = json.dumps({"mcpServers": {"tom-swe": entry, "other": entry}})
    offered: list[set[str]] = []
    for text in (ours, two, ours.replace(json.dumps(sys.executable), '"/no/python"')):
        servers.write_text(text)
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
