"""The two programs that agents run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tom_swe.hosts.files import apply_all
from tom_swe.hosts.install import scripts
from tom_swe.hosts.install.scripts import Scripts, hook_script, server_script

HELLO = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def written(folder: Path, text: str) -> Path:
    path = folder / "script"
    path.write_text(text)
    path.chmod(0o700)
    return path


def made(**environ: str) -> Scripts:
    """The scripts of an environment, on disk."""
    told = {**os.environ, **environ}
    found = Scripts.of(told)
    apply_all(found.edits(told))
    return found


def test_they_are_this_persons_alone() -> None:
    """In tom's home, for no one else to read or run, and gone again."""
    found = made()
    assert found.folder == Path(os.environ["TOM_HOME"]) / "hosts" / "bin"
    for each in (found.hook, found.server, found.folder, found.folder.parent):
        assert each.stat().st_mode & 0o777 == 0o700
    apply_all(found.removals())
    assert list(found.folder.iterdir()) == []


def test_the_hook_runs_with_nothing_of_the_shell(tmp_path: Path) -> None:
    """A PYTHONPATH of the agent's shell brings nothing in."""
    for name in ("sqlite3.py", "fcntl.py", "tom_swe.py"):
        (tmp_path / name).write_text("raise SystemExit(7)")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    found = made()
    done = answered(found.hook, environ, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # It came as far as to look for a memory.
    assert "unable to open database file" in (found.folder.parent / "hook.log").read_text()


def test_the_hook_speaks_of_the_memory_it_was_made_for(tmp_path: Path) -> None:
    """The agent may be started without the variables; what it sets itself comes first."""
    homes = tmp_path / "its home", tmp_path / "another"
    found = made(TOM_HOME=str(homes[0]))
    for home in homes:
        home.mkdir(exist_ok=True)
    bare = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    answered(found.hook, bare, tmp_path)
    log = homes[0] / "hosts" / "hook.log"
    assert "UserPromptSubmit" in log.read_text()
    answered(found.hook, {**bare, "TOM_HOME": str(homes[1])}, tmp_path)
    assert (homes[1] / "hosts" / "hook.log").exists()
    assert len(log.read_text().splitlines()) == 1


def answered(hook: Path, environ: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """What the hook says to a prompt."""
    event = json.dumps({"session_id": "s", "cwd": str(folder), "prompt": "hello"})
    command = [str(hook), "UserPromptSubmit", "codex"]
    return subprocess.run(
        command, input=event, text=True, capture_output=True, env=environ, cwd=folder
    )


@pytest.mark.parametrize("gone", ["python", "tom"])
def test_a_hook_whose_tom_is_gone_says_nothing(gone: str, tmp_path: Path) -> None:
    """It ends well, for some agents take a failure for a no; only a check tells of it."""
    text = hook_script({}, "/no/python" if gone == "python" else sys.executable)
    hook = written(tmp_path, text.replace("__main__.py", "gone.py") if gone == "tom" else text)
    done = subprocess.run([str(hook), "Stop", "codex"], input="{}", text=True, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not scripts.works(str(hook))


def test_a_hook_that_breaks_ends_well(tmp_path: Path) -> None:
    """Also where the interpreter itself fails."""
    broken = written(tmp_path, "#!/bin/sh\nexit 3\n").rename(tmp_path / "python")
    hook = written(tmp_path, hook_script({}, str(broken)))
    assert subprocess.run([str(hook), "Stop", "codex"], input="{}", text=True).returncode == 0
    assert not scripts.works(str(hook))


def test_what_works_is_found_to_work(tmp_path: Path) -> None:
    """A check reads nothing, writes nothing, and says nothing."""
    found = made()
    assert scripts.works(str(found.hook))
    assert not scripts.works("/no/tom-hook")
    assert [each.name for each in (Path(os.environ["TOM_HOME"]) / "hosts").iterdir()] == ["bin"]


@pytest.mark.slow
def test_the_server_script_starts_the_real_server() -> None:
    """The shell becomes it, so that it sees its host die and no process stands between them."""
    pytest.importorskip("mcp")
    found = made()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([str(found.server)], text=True, **pipes) as server:
        assert server.stdin
        assert server.stdout
        server.stdin.write(f"{json.dumps(HELLO)}\n")
        server.stdin.flush()
        told = json.loads(server.stdout.readline())["result"]
        running = Path(f"/proc/{server.pid}/cmdline").read_bytes().split(b"\0")
        server.stdin.close()
        assert server.wait(30) == 0
    assert "consult" in told["instructions"]
    assert running[1:5] == [b"-EP", b"-m", b"tom_cli", b"mcp"]
    assert scripts.works(str(found.server))


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_where_tom_is_gone_a_shell_answers(
    last: bool, separators: tuple[str, str], tmp_path: Path
) -> None:
    """It has no tools, knows no other request, hears notifications, and ends with its input."""
    asked = [
        HELLO,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": "a-1", "method": "tools/list", "params": {}},
        {"jsonrpc": "2.0", "id": 7, "method": "server/discover", "params": {"_meta": {"a": 1}}},
        {"jsonrpc": "2.0", "id": 8, "method": "ping"},
    ]
    if last:
        asked = [dict(sorted(each.items(), reverse=True)) for each in asked]
    lines = [json.dumps(each, separators=separators) for each in asked]
    server = written(tmp_path, server_script({}, "/no/python"))
    done = subprocess.run(
        [str(server)],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=20,
        env={},
    )
    assert done.returncode == 0
    assert "tom is gone from /no/python" in done.stderr
    told = {each["id"]: each for each in map(json.loads, done.stdout.splitlines())}
    assert list(told) == [0, "a-1", 7, 8]
    assert told[0]["result"]["serverInfo"]["name"] == "tom"
    assert told["a-1"]["result"] == {"tools": []}
    assert told[7]["error"]["code"] == -32601
    assert told[8]["result"] == {}
    assert not scripts.works(str(server))


def test_what_could_serve_is_asked(tmp_path: Path) -> None:
    """An interpreter with the extra can; one that is gone, or fails, cannot."""
    pytest.importorskip("mcp")
    assert scripts.can_serve()
    assert not scripts.can_serve("/no/python")
    broken = written(tmp_path, "#!/bin/sh\nexit 1\n")
    assert not scripts.can_serve(str(broken))
