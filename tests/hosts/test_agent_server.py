"""tom in a real agent server of OpenHands, by its REST interface alone."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

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

from tom_swe.errors import TomError, UsageError
from tom_swe.hosts.agent_server import AgentServer
from tom_swe.hosts.install.sdk import FOLDER
from tom_swe.testing.scripted import ScriptedModel

HAS_SERVER = find_spec("openhands") is not None and find_spec("openhands.agent_server") is not None
KEY_NAME = "OH_SESSION_API_KEYS_0"
KEY = "a-session-key"
START, INSTALL, UNINSTALL = commands_of("openhands-agent-server")


class Server:
    """An agent server as the how-to starts it, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.log = folder / "server.log"
        self.home = folder / "tom"
        self.work = folder / "work"
        self.work.mkdir()
        self.environ = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder / "person"),
            "TOM_HOME": str(self.home),
            KEY_NAME: KEY,
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "OPENHANDS_SUPPRESS_BANNER": "1",
            "GIT_ALLOW_PROTOCOL": "file",
            "OH_ENABLE_VSCODE": "0",
            "OH_ENABLE_VNC": "0",
            "OH_PRELOAD_TOOLS": "0",
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", self.here(START)],
                env=self.environ,
                cwd=folder,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def here(self, commands: str) -> str:
        """The how-to's commands, for this server's port."""
        assert "8000" in commands
        return commands.replace("8000", str(self.port))

    def sh(self, commands: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Commands of the how-to, in a shell of the server's machine."""
        return subprocess.run(
            ["sh", "-c", self.here(commands)],
            env={**self.environ, **environ},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def call(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json", "X-Session-API-Key": KEY},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.loads(response.read() or b"null")

    def wait(self) -> None:
        until = time.monotonic() + 120
        while True:
            try:
                self.call("GET", "/health")
            except (OSError, ValueError):
                assert time.monotonic() < until, self.log.read_text()[-2000:]
                assert self.process.poll() is None, self.log.read_text()[-2000:]
                time.sleep(0.2)
            else:
                return

    def converse(self, model: ScriptedModel, text: str) -> None:
        """A conversation of one message, until the agent has finished."""
        llm = {
            "model": "openai/scripted",
            "base_url": model.base_url,
            "api_key": "x",
            "usage_id": "agent",
            "num_retries": 0,
        }
        message = {"role": "user", "content": [{"type": "text", "text": text}], "run": True}
        made = self.call(
            "POST",
            "/api/conversations",
            {
                "agent": {"kind": "Agent", "llm": llm, "tools": []},
                "workspace": {"kind": "LocalWorkspace", "working_dir": str(self.work)},
                "initial_message": message,
            },
        )
        until = time.monotonic() + 120
        while True:
            state = self.call("GET", f"/api/conversations/{made['id']}")["execution_status"]
            assert state not in ("error", "stuck"), self.log.read_text()[-3000:]
            if state == "finished":
                return
            assert time.monotonic() < until, (state, self.log.read_text()[-3000:])
            time.sleep(0.1)

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    if not HAS_SERVER:
        pytest.skip("needs openhands-agent-server, which openhands-ai brings")
    made = Server(tmp_path)
    try:
        made.wait()
        yield made
    finally:
        made.stop()


@pytest.mark.slow
def test_conversations_over_rest_are_told_and_learned_from(server: Server) -> None:
    """By the commands of the how-to; the second conversation knows what the first was told."""
    refused = server.sh(INSTALL, **{KEY_NAME: "no-key"})
    assert refused.returncode == 1
    assert "--api-key-env" in refused.stderr
    assert "no-key" not in refused.stderr
    seed(server.home)
    told = briefing(server.home)
    installed = server.sh(INSTALL)
    assert installed.returncode == 0, installed.stderr
    assert server.sh(INSTALL).returncode == 0
    place = server.folder / "person" / ".openhands" / "plugins" / "installed" / "tom"
    assert (place / ".mcp.json").exists()
    with ScriptedModel() as model:
        server.converse(model, FIRST)
        is_told_once(model.requests, told)
        assert {"consult", "profile"} <= tools_of(model.requests)
    rested(server.home)
    learned = briefing(server.home)
    assert "ruff" in learned
    assert learned != told
    with ScriptedModel() as model:
        server.converse(model, SECOND)
        is_told_once(model.requests, learned)
    rested(server.home)
    is_learned(server.home)
    gone = server.sh(UNINSTALL)
    assert gone.returncode == 0, gone.stderr
    assert "removed" in gone.stderr
    assert "not installed" in server.sh(UNINSTALL).stderr
    assert not place.exists()
    another = server.folder / "another"
    (another / ".plugin").mkdir(parents=True)
    (another / ".plugin" / "plugin.json").write_text('{"name": "tom", "version": "1.0.0"}')
    server.call("POST", "/api/plugins/install", {"source": str(another)})
    kept = server.sh(INSTALL)
    assert kept.returncode == 1
    assert "another plugin" in kept.stderr
    assert server.sh(UNINSTALL).returncode == 1
    assert place.exists()


# Servers that do not do what they are asked


class Fake:
    """A server that gives its answers in order, the last to all that follows.

    ``asked`` holds what it was asked.
    """

    def __init__(self, *answers: tuple[int, bytes], **headers: str) -> None:
        self.asked: list[tuple[str, str, str | None]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: object) -> None:
                """Says nothing."""

            def answer(self) -> None:
                key = self.headers.get("X-Session-API-Key")
                status, body = answers[min(len(fake.asked), len(answers) - 1)]
                fake.asked.append((self.command, self.path, key))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the base class's names

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        serve = partial(self._server.serve_forever, poll_interval=0.01)
        self._thread = Thread(target=serve, daemon=True)

    def __enter__(self) -> "Fake":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (401, b'{"detail": "Unauthorized"}', "needs a key: use --api-key-env"),
        (404, b'{"detail": "Not Found"}', "does not support plugins"),
        (400, b'{"detail": "Failed\\n to fetch"}', r"refused \(400\): Failed to fetch"),
        (503, b"<html>\x1b[31mbusy", r"refused \(503\): <html>\[31mbusy"),
        (200, b"<html>hello", "is not an agent server"),
    ],
)
def test_a_server_that_refuses_is_told_of(status: int, body: bytes, says: str) -> None:
    """It is said what the server said and, where that can be known, what to do."""
    with Fake((status, body)) as fake, pytest.raises(TomError, match=says):
        AgentServer(fake.url).install(Path("/there"))


def test_a_server_that_cannot_read_the_folder_is_told_of() -> None:
    """Hooks run where the server runs, which is what is wrong then."""
    ours = 200, json.dumps({"source": f"/there/{FOLDER}"}).encode()
    with Fake(ours, (200, b'{"install_path": "/here/tom"}')) as fake:
        assert AgentServer(f"{fake.url}/").install(Path(f"/there/{FOLDER}")) == "/here/tom"
        assert [each[:2] for each in fake.asked] == [
            ("GET", "/api/plugins/installed/tom"),
            ("POST", "/api/plugins/install"),
        ]
    message = "it is on another machine"
    with Fake(ours, (400, b"{}")) as fake, pytest.raises(TomError, match=message):
        AgentServer(fake.url).install(Path("/there"))


def test_a_key_goes_to_the_server_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent as the server wants it, past any proxy, and a redirection is not followed."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Fake((200, b"{}")) as other, Fake((307, b""), location=f"{other.url}/x") as fake:
        with pytest.raises(TomError, match="307"):
            AgentServer(fake.url, KEY).uninstall()
        assert fake.asked == [("GET", "/api/plugins/installed/tom", KEY)]
        assert other.asked == []


def test_what_is_no_server_is_told_of() -> None:
    """Nothing listens there, or it is no address at all."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(TomError, match="no agent server answers"):
            AgentServer(url).uninstall()
    for address in ("127.0.0.1:8000", "ftp://x", "http://", "http://[", ""):
        with pytest.raises(UsageError, match="not a server address"):
            AgentServer(address)


@pytest.mark.parametrize(
    "words",
    [
        ["claude-code", "--server", "http://127.0.0.1:1"],
        ["openhands", "--api-key-env", "HOME"],
        ["openhands", "--server", "http://127.0.0.1:1", "--api-key-env", "NOT_SET_HERE"],
        ["openhands", "--server", "127.0.0.1"],
    ],
)
def test_options_that_do_not_fit_are_refused(words: list[str]) -> None:
    """Before anything is written or asked."""
    for command in ("install", "uninstall"):
        done = subprocess.run(
            [sys.executable, "-m", "tom_cli", "plugin", command, *words, "--yes"],
            capture_output=True,
        )
        assert done.returncode == 2, done
