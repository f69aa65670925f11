"""`tom mcp` as a process, spoken to line by line."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


class Server:
    """A server that answers one request at a time."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._asked = 0
        self.ask("initialize", **HELLO)
        self._write({"method": "notifications/initialized"})

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        """The whole answer to a request."""
        self._asked += 1
        self._write({"id": self._asked, "method": method, "params": params})
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            told: dict[str, Any] = json.loads(line)
            if told.get("id") == self._asked:
                return told
        raise AssertionError("the server is gone")

    def call(self, tool: str, **arguments: object) -> dict[str, Any]:
        """The result of a tool."""
        return self.ask("tools/call", name=tool, arguments=arguments)["result"]

    def _write(self, message: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self._process.stdin.flush()


@contextmanager
def serving(log: Path) -> Iterator[Server]:
    """A server of this environment's memory; what it logs is in a file."""
    command = [sys.executable, "-m", "tom_cli", "mcp"]
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        yield Server(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0
