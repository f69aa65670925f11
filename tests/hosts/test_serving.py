import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tom_swe.errors import TomError
from tom_swe.hosts import serving

ENTRY = serving.entry({"TOM_HOME": "/m", "PATH": "/bin"}, "/opt/tom/bin/python")
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


def command_of(entry: serving.Table) -> list[str]:
    """What a host runs for an entry."""
    return [str(entry["command"]), *map(str, serving.items(entry["args"]))]


def test_an_entry_starts_the_real_server() -> None:
    """The shell becomes it, so that it sees its host die and no process stands between them."""
    pytest.importorskip("mcp")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command_of(serving.entry(os.environ)), text=True, **pipes) as server:
        assert server.stdin
        assert server.stdout
        server.stdin.write(f"{json.dumps(HELLO)}\n")
        server.stdin.flush()
        told = json.loads(server.stdout.readline())["result"]
        running = Path(f"/proc/{server.pid}/cmdline").read_bytes().split(b"\0")
        server.stdin.close()
        assert server.wait(30) == 0
    assert "consult" in told["instructions"]
    assert running[1:5] == [b"-P", b"-m", b"tom_cli", b"mcp"]


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_where_tom_is_gone_a_shell_answers(last: bool, separators: tuple[str, str]) -> None:
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
    entry = serving.entry({}, "/no/python")
    done = subprocess.run(
        command_of(entry),
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


def test_an_entry_names_the_memory_that_is_used_here() -> None:
    """Of the variables only those that say which it is, and those that are set."""
    assert ENTRY["env"] == {"TOM_HOME": "/m"}
    assert "env" not in serving.entry({"PATH": "/bin"})


def test_an_entry_is_added_once_and_taken_out() -> None:
    """What others put there stays, and what the person said of our entry."""
    theirs = {"mcpServers": {"theirs": {"command": "x"}}, "other": [1]}
    added = serving.with_ours(theirs, ENTRY)
    assert list(added["mcpServers"]) == ["theirs", "tom-swe"]
    assert serving.program_in(added) == "/opt/tom/bin/python"
    assert serving.with_ours(added, ENTRY) == added
    assert serving.without_ours(added) == theirs
    assert serving.without_ours(theirs) is theirs
    off = {**ENTRY, "enabled": False, "env": {"TOM_HOME": "/mine", "A": "b"}}
    moved = serving.with_ours(serving.alone(off), serving.entry({"TOM_HOME": "/m"}, "/new"))
    (only,) = moved["mcpServers"].values()
    assert only["enabled"] is False
    assert only["env"] == off["env"]
    assert serving.program_in(moved) == "/new"


def test_an_entry_as_the_how_to_has_it_is_ours() -> None:
    """It keeps its name and is made safe; a second one goes."""
    plain = {"command": "/usr/bin/tom", "args": ["mcp"]}
    document = {"mcpServers": {"tom": plain, "again": ENTRY}}
    assert serving.program_in(document) == "/usr/bin/tom"
    assert serving.with_ours(document, ENTRY) == {"mcpServers": {"tom": ENTRY}}
    assert serving.without_ours(document) == {"mcpServers": {}}
    assert not serving.is_ours({"command": "tomcat", "args": ["mcp"]})
    assert not serving.is_ours({"url": "http://127.0.0.1/tom/mcp"})
    assert not serving.is_ours("tom mcp")


def test_another_server_of_the_name_is_left_alone() -> None:
    """It is said, and nothing is changed."""
    with pytest.raises(TomError, match="another MCP server"):
        serving.with_ours({"mcpServers": {"tom-swe": {"command": "x"}}}, ENTRY)
    with pytest.raises(TomError, match="not a JSON object"):
        serving.with_ours({"mcpServers": []}, ENTRY)


def test_what_could_serve_is_asked(tmp_path: Path) -> None:
    """An interpreter with the extra can; one that is gone, or fails, cannot."""
    pytest.importorskip("mcp")
    assert serving.can_serve()
    assert serving.can_serve(str(Path(sys.executable).with_name("tom")))
    assert not serving.can_serve("/no/python")
    assert not serving.can_serve("/no/tom")
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o700)
    assert not serving.can_serve(str(broken))
