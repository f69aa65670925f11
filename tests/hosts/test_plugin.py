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
from scripted_model import ScriptedModel

from tom_swe import LOCAL_USER, Settings, open_tom
from tom_swe.errors import TomError
from tom_swe.hosts import hook, install
from tom_swe.testing import HashEmbedder, session_of

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
    """Three events, each by its name, each with a few seconds to answer; both manifests agree."""
    hooks = json.loads((PLUGIN / "hooks" / "hooks.json").read_text())["hooks"]
    assert list(hooks) == list(hook.EVENTS)
    for event, groups in hooks.items():
        (only,) = groups[0]["hooks"]
        assert only == {"type": "command", "command": f"tom-hook {event}", "timeout": 5}
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
        entry = next(name for name in names if name.endswith("entry_points.txt"))
        assert b"tom-hook = tom_swe.hosts.hook:main" in archive.read(entry)
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
    with pytest.raises(TomError, match="just been changed"):
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
        "print(plugin.name, *[skill.name for skill in plugin.skills])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert loaded.stdout.splitlines()[-1] == "tom tom-user-model"
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
    mind.remember(LOCAL_USER, session_of("from now on use pnpm, not npm"))
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
    while any(hosts.glob("*.jsonl")) or hook.is_locked(str(hosts / hook.LEARNER_LOCK)):
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


def texts(request: dict[str, object]) -> str:
    """All the text of a request to the model."""
    pieces: list[str] = []
    for message in request["messages"]:  # type: ignore[attr-defined]
        content = message["content"] or ""
        parts = content if isinstance(content, list) else [{"text": content}]
        pieces += [part.get("text", "") for part in parts]
    return "\n".join(pieces)
