"""Tom comes into each agent's files and goes out of them, and the rest of a file stays."""

import json
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tom_swe.errors import TomError
from tom_swe.hosts.files import FileEdit, apply_all, read
from tom_swe.hosts.install import HOSTS, Here, carry_out, host_named, standing
from tom_swe.hosts.install import record as records
from tom_swe.hosts.install.jsonc import value_of
from tom_swe.hosts.install.ours import EVENTS
from tom_swe.hosts.install.parts import HOOKS, SERVERS, Part
from tom_swe.hosts.install.plan import Plan, installing, uninstalling

IN_FILES = [name for name, host in HOSTS.items() if not host.sdk]
each_host = pytest.mark.parametrize("name", IN_FILES)
OTHERS = """\
{
\t// mine
\t"hooks": {
\t\t"Stop": [{"hooks": [{"type": "command", "command": "say 'done, tom-hook'"}]}],
\t\t"PreToolUse": [
\t\t\t{ "matcher": "Bash", "hooks": [{ "type": "command", "command": "guard" }] }, // guards
\t\t],
\t\t"stop": [{"command": "other"}], "AfterAgent": []
\t},
\t"mcpServers": {"theirs": {"url": "http://127.0.0.1:9/mcp"}},
\t"servers": {}, "mcp": {}, "version": 1,
\t"näme": "ü", /* and
\tmore */ "model": "opus"
}
"""


@pytest.fixture
def here() -> Here:
    """A machine with VS Code on it."""
    home = Path(os.environ["HOME"])
    (home / ".config" / "Code" / "User").mkdir(parents=True)
    return Here(dict(os.environ), home)


def install(here: Here, *names: str) -> Plan:
    plan = Plan.of(installing(host_named(name), here) for name in names)
    carry_out(plan, here.environ)
    return plan


def uninstall(here: Here, *names: str) -> Plan:
    plan = Plan.of(uninstalling(host_named(name), here) for name in names)
    carry_out(plan, here.environ)
    return plan


def files(folder: Path) -> dict[str, str]:
    """The files below a folder, as they are."""
    there = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes().decode() for path in there}


def shared(here: Here, name: str) -> Iterator[Part]:
    """The parts of a host that stand in files which others write, too."""
    return (part for part in host_named(name).parts(here) if not part.whole)


def with_others(here: Here, *names: str) -> dict[str, str]:
    """Fills the files of hosts with what others have there; what is there then."""
    for name in names:
        for part in shared(here, name):
            part.path.parent.mkdir(parents=True, exist_ok=True)
            is_toml = part.path.suffix == ".toml"
            part.path.write_text('a = 1 # mine\n[mcp_servers.x]\nb = "c"' if is_toml else OTHERS)
    return files(here.home)


@each_host
@pytest.mark.parametrize("others", [True, False])
def test_it_comes_and_goes(name: str, others: bool, here: Here) -> None:
    """What was there is there again, byte for byte; what was not is gone, folders as well."""
    before = with_others(here, name) if others else files(here.home)
    folders = set(here.home.rglob("*"))
    plan = install(here, name)
    assert plan.shown
    assert not installing(host_named(name), here).shown
    assert standing(host_named(name), here).installed
    for path, text in before.items():
        now = iter(files(here.home)[path])
        assert all(letter in now for letter in text)
    uninstall(here, name)
    assert files(here.home) == before
    assert set(here.home.rglob("*")) == folders
    assert files(Path(here.environ["TOM_HOME"])) == {}
    assert not uninstalling(host_named(name), here).shown


def test_all_of_them_at_once(here: Here) -> None:
    """No two hosts have a file in common, and the scripts go with the last one."""
    before = with_others(here, *IN_FILES)
    install(here, *IN_FILES)
    assert here.scripts.hook.exists()
    uninstall(here, *IN_FILES[1:])
    assert here.scripts.hook.exists()
    uninstall(here, IN_FILES[0])
    assert files(here.home) == before
    assert not here.scripts.folder.exists()


@each_host
def test_what_others_write_meanwhile_stays(name: str, here: Here) -> None:
    """Then tom's own entries are taken out alone, with their lists where tom had made these."""
    with_others(here, name)
    install(here, name)
    for path in {part.path for part in shared(here, name)}:
        mark = "# new\n" if path.suffix == ".toml" else "// new\n"
        path.write_text(mark + path.read_text())
    uninstall(here, name)
    for part in shared(here, name):
        text = part.path.read_text()
        if part.path.suffix == ".toml":
            assert tomllib.loads(text) == {"a": 1, "mcp_servers": {"x": {"b": "c"}}}
        else:
            assert text == f"// new\n{OTHERS}"


def test_what_an_agent_writes_into_a_file_that_tom_made_stays(here: Here) -> None:
    """The file is the agent's then; where nothing is left but tom's, it goes."""
    install(here, "claude-code", "cursor")
    settings = here.home / ".claude" / "settings.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "model": "opus"}))
    servers = here.home / ".cursor" / "mcp.json"
    servers.write_text(json.dumps(json.loads(servers.read_text()), indent=4))
    uninstall(here, "claude-code", "cursor")
    assert json.loads(settings.read_text()) == {"model": "opus"}
    assert not servers.exists()


@each_host
def test_each_host_gets_all_that_it_can_carry(name: str, here: Here) -> None:
    """Hooks for each moment and the server call the scripts; nothing is a program by itself."""
    install(here, name)
    host = host_named(name)
    for part in host.parts(here):
        text = part.path.read_text()
        if part.what in (HOOKS, SERVERS):
            wanted = here.scripts.hook if part.what == HOOKS else here.scripts.server
            assert part.calls(text) == [str(wanted)]
        if part.what == HOOKS and part.path.suffix == ".json":
            for event in EVENTS:
                found = text.count(f"{here.scripts.hook} {event} {name}")
                hears_later = name in {"cursor", "gemini-cli"}
                assert found == (1 if event != "PostToolUse" or hears_later else 0)
    without = host.parts(here._replace(serves=False))
    assert {part.what for part in without} == set(host.carries(here)) - {SERVERS}


def test_a_second_install_moves_what_an_older_tom_put_there(here: Here) -> None:
    """Hooks that called a program, and a server that was a program in an argument."""
    folder = here.home / ".openhands"
    folder.mkdir()
    old: dict[str, Any] = {"hooks": {}}
    for event in ("UserPromptSubmit", "Stop", "SessionEnd", "SessionStart"):
        hook = {"type": "command", "command": f"/venv/bin/tom-hook {event}", "timeout": 5}
        old["hooks"][event] = [{"matcher": "*", "hooks": [hook]}]
    mine = {"matcher": "*", "hooks": [{"command": "mine"}, {"command": "tom-hook Stop"}]}
    old["hooks"]["Stop"].append(mine)
    (folder / "hooks.json").write_text(json.dumps(old))
    script = 'if "$0" -P -c "$1"; then exec "$0" -P -m tom_cli mcp; fi'
    entry = {"command": "/bin/sh", "args": ["-c", script, "/x"], "enabled": False}
    servers = {"mcpServers": {"tom": entry, "again": {"command": "tom", "args": ["mcp"]}}}
    (folder / "mcp.json").write_text(json.dumps(servers))
    install(here, "openhands-cli")
    text = (folder / "hooks.json").read_text()
    assert "/venv" not in text
    assert text.count(str(here.scripts.hook)) == 5
    (only,) = json.loads((folder / "mcp.json").read_text())["mcpServers"].values()
    assert only == {"command": str(here.scripts.server), "args": [], "enabled": False}
    uninstall(here, "openhands-cli")
    left = {"hooks": {"Stop": [{"matcher": "*", "hooks": [{"command": "mine"}]}]}}
    assert json.loads((folder / "hooks.json").read_text()) == left
    assert json.loads((folder / "mcp.json").read_text()) == {}


@pytest.mark.parametrize(
    "before", ["TOM_USER=work ", "timeout 5 ", "env X=Y nice ", "sh -c 'exec "]
)
def test_an_own_hook_behind_a_prefix_is_known(before: str, here: Here) -> None:
    """A second install adds no other, and uninstalling takes it away."""
    install(here, "claude-code")
    settings = here.home / ".claude" / "settings.json"
    program = str(here.scripts.hook)
    changed = settings.read_text().replace(program, f"{before}{program}")
    changed = changed.replace('claude-code"', "claude-code'\"") if "'" in before else changed
    settings.write_text(changed)
    assert not installing(host_named("claude-code"), here).shown
    uninstall(here, "claude-code")
    assert not settings.exists()


def test_a_hook_that_does_more_is_left_and_named(here: Here) -> None:
    """It counts as there, so that nothing is told twice; and it is the person's to take out."""
    settings = here.home / ".claude" / "settings.json"
    settings.parent.mkdir()
    hook = {"type": "command", "command": "tom-hook Stop; say done"}
    settings.write_text(json.dumps({"hooks": {"Stop": [{"hooks": [hook]}]}}))
    before = settings.read_text()
    install(here, "claude-code")
    assert settings.read_text().count(" Stop") == 1
    plan = uninstall(here, "claude-code")
    assert settings.read_text() == before
    assert "tom-hook Stop; say done" in plan.notes[0]


def test_a_tom_that_is_not_on_the_path_is_called_by_its_own(here: Here, tmp_path: Path) -> None:
    """The agent's shell has to find what the skill and the commands name."""
    beside = Path(sys.executable).with_name("tom")
    bare = here._replace(environ={**here.environ, "PATH": str(tmp_path)})
    here = here._replace(environ={**here.environ, "PATH": str(beside.parent)})
    skill = here.home / ".claude" / "skills" / "tom-user-model" / "SKILL.md"
    why = here.home / ".claude" / "commands" / "tom" / "why.md"
    install(here, "claude-code")
    assert "\ntom consult " in skill.read_text()
    install(bare, "claude-code")
    assert f"\n{beside} consult " in skill.read_text()
    assert f"Bash({beside} why:*)" in why.read_text()
    assert "`tom` keeps a model" in skill.read_text()
    uninstall(bare, "claude-code")
    assert not skill.exists()


def test_a_status_line_is_put_there_if_asked_for(here: Here) -> None:
    """Once; a later install leaves it; another's is not replaced."""
    settings = here.home / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"model": "opus"}\n')
    host = host_named("claude-code")
    asked = here._replace(shows_status=True)
    carry_out(installing(host, asked), here.environ)
    line = json.loads(settings.read_text())["statusLine"]
    wanted = f"{here.scripts.hook} StatusLine claude-code"
    assert line == {"type": "command", "command": wanted}
    assert not installing(host, asked).shown
    assert not installing(host, here).shown
    assert "status line" in standing(host, asked).has
    settings.write_text(settings.read_text().replace("opus", "sonnet"))
    uninstall(here, "claude-code")
    assert json.loads(settings.read_text()) == {"model": "sonnet"}
    settings.write_text('{"statusLine": {"type": "command", "command": "mine"}}')
    with pytest.raises(TomError, match=r"settings\.json: it has a status line already"):
        installing(host, asked)


def test_another_server_of_the_name_is_left_alone(here: Here) -> None:
    """It is said, and nothing is changed."""
    servers = here.home / ".cursor" / "mcp.json"
    servers.parent.mkdir()
    servers.write_text('{"mcpServers": {"tom-swe": {"command": "x"}}}')
    with pytest.raises(TomError, match=r"mcp\.json: another MCP server .* is called 'tom-swe'"):
        install(here, "cursor")
    assert not (here.home / ".cursor" / "hooks.json").exists()


def test_another_file_of_the_name_is_left_alone(here: Here) -> None:
    """One of tom's that the person changed stays, too."""
    theirs = here.home / ".claude" / "agents" / "user-advocate.md"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    with pytest.raises(TomError, match="is not what tom wrote: rename it first"):
        install(here, "claude-code")
    theirs.unlink()
    install(here, "claude-code")
    theirs.write_text("my own advocate")
    plan = uninstall(here, "claude-code")
    assert theirs.read_text() == "my own advocate"
    assert plan.notes == [f"{theirs} was changed since tom wrote it, so it stays"]


def test_a_file_that_an_older_tom_wrote_is_renewed(here: Here) -> None:
    """It is known by what was kept in mind of it."""
    install(here, "cursor")
    record = records.load(here.environ)
    skill = here.home / ".cursor" / "skills" / "tom-user-model" / "SKILL.md"
    skill.write_text("the skill of an older tom")
    host = record.host("cursor")
    old = [
        each.model_copy(update={"after": records.digest(skill.read_text())})
        if each.path == str(skill)
        else each
        for each in host.files
    ]
    changed = record.with_host("cursor", host.model_copy(update={"files": tuple(old)}))
    records.saving(here.environ, changed).apply()
    install(here, "cursor")
    assert "tom consult" in skill.read_text()
    uninstall(here, "cursor")
    assert not skill.exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"hooks": []}', '{"hooks": {"Stop": {}}}', "\udcff"])
def test_a_file_that_cannot_be_understood_is_left_alone(text: str, here: Here) -> None:
    """It is said what is wrong, and nothing is written anywhere."""
    settings = here.home / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(TomError, match=r"settings\.json"):
        install(here, "claude-code")
    assert settings.read_bytes() == text.encode(errors="surrogateescape")
    assert not here.scripts.folder.exists()


# Making changes


def test_several_changes_are_made_or_none(tmp_path: Path) -> None:
    """Where one fails, the others are taken back, with the folders made for them."""
    one, two = tmp_path / "one", tmp_path / "new" / "deep" / "two"
    one.write_text("before")
    blocked = tmp_path / "blocked"
    edits = [
        FileEdit(one, "before", "after"),
        FileEdit(two, None, "new"),
        FileEdit(blocked / "x", None, "no"),
    ]
    blocked.symlink_to(tmp_path / "nowhere" / ("x" * 300))
    with pytest.raises(TomError, match="cannot be written"):
        apply_all(edits)
    assert one.read_text() == "before"
    assert not (tmp_path / "new").exists()


def test_a_read_only_file_is_an_error_and_nothing_is_done(here: Here) -> None:
    """Also for whoever could write it all the same."""
    servers = here.home / ".cursor" / "mcp.json"
    servers.parent.mkdir()
    servers.write_text("{}")
    servers.chmod(0o444)
    with pytest.raises(TomError, match=r"mcp\.json is read-only"):
        install(here, "cursor")
    assert [each.name for each in servers.parent.iterdir()] == ["mcp.json"]


def test_a_link_stays_a_link(here: Here, tmp_path: Path) -> None:
    """Settings that are kept elsewhere are changed there, with their mode."""
    real = tmp_path / "dotfiles" / "claude.json"
    real.parent.mkdir()
    real.write_text("{}\n")
    real.chmod(0o640)
    link = here.home / ".claude" / "settings.json"
    link.parent.mkdir()
    link.symlink_to(real)
    install(here, "claude-code")
    assert link.is_symlink()
    assert value_of(read(real))["hooks"]
    assert real.stat().st_mode & 0o777 == 0o640
    uninstall(here, "claude-code")
    assert (link.is_symlink(), real.read_text()) == (True, "{}\n")


def test_a_file_that_changed_meanwhile_is_left_alone(here: Here) -> None:
    """What was not shown is not overwritten."""
    settings = here.home / ".claude" / "settings.json"
    plan = installing(host_named("claude-code"), here)
    settings.parent.mkdir()
    settings.write_text('{"model": "sonnet"}')
    with pytest.raises(TomError, match="was changed by another program"):
        carry_out(plan, here.environ)
    assert settings.read_text() == '{"model": "sonnet"}'


def test_a_new_file_is_private_or_as_the_umask_says(tmp_path: Path) -> None:
    """What stands in a repository is for whoever may read the repository."""
    before = os.umask(0o027)
    try:
        own, shared = FileEdit(tmp_path / "a" / "x", None, "x"), tmp_path / "b" / "x"
        apply_all([own, FileEdit(shared, None, "x", None)])
    finally:
        os.umask(before)
    names = ("a", "a/x", "b", "b/x")
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in names]
    assert modes == [0o700, 0o600, 0o750, 0o640]


def test_what_is_kept_in_mind_is_private_and_holds_no_text_of_others(here: Here) -> None:
    """Settings hold logins."""
    state = here.home / ".claude.json"
    state.write_text('{\n  "oauth": "a-secret-of-theirs",\n  "n": 1\n}\n')
    install(here, "claude-code")
    kept = records.record_file(here.environ)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "a-secret" not in kept.read_text()
    uninstall(here, "claude-code")
    assert state.read_text() == '{\n  "oauth": "a-secret-of-theirs",\n  "n": 1\n}\n'


def test_hooks_that_codex_does_not_trust_yet_are_counted(here: Here) -> None:
    """By where they stand in its file, as it counts them; none is trusted by tom."""
    folder = here.home / ".codex"
    folder.mkdir()
    other = {"hooks": [{"type": "command", "command": "mine"}]}
    (folder / "hooks.json").write_text(json.dumps({"hooks": {"Stop": [other]}}))
    install(here, "codex")
    host = host_named("codex")
    assert standing(host, here).waits.startswith("Codex does not run 5 of")
    names = ("session_start:0:0", "user_prompt_submit:0:0", "pre_tool_use:0:0", "stop:1:0")
    with (folder / "config.toml").open("a") as config:
        for name in names:
            config.write(f'[hooks.state."{folder}/hooks.json:{name}"]\ntrusted_hash = "sha256:0"\n')
    assert standing(host, here).waits.startswith("Codex does not run 1 of")
    with (folder / "config.toml").open("a") as config:
        name = f"{folder}/hooks.json:session_end:0:0"
        config.write(f'[hooks.state."{name}"]\ntrusted_hash = "sha256:0"\n')
    assert standing(host, here).waits == ""
    assert not installing(host, here).shown


def test_what_is_broken_is_named_with_what_helps(here: Here) -> None:
    """A script that is gone, a file that cannot be read."""
    install(here, "codex")
    host = host_named("codex")
    assert not standing(host, here).is_broken
    here.scripts.hook.unlink()
    (fault,) = standing(host, here).faults
    assert (str(here.scripts.hook) in fault.what, fault.fix) == (True, "tom plugin install codex")
    install(here, "codex")
    assert not standing(host, here).is_broken
    (here.home / ".codex" / "config.toml").write_text("[")
    assert "not valid TOML" in standing(host, here).faults[0].what
