"""The official MCP client, for tests that do not await, and `tom mcp` as it starts it."""

import os
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, Implementation, InitializeResult, TextContent

COMMAND = [sys.executable, "-m", "tom_cli", "mcp"]


def environment(folder: Path) -> dict[str, str]:
    """What a server on the memory of this folder is started with."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TOM_HOME": str(folder / "tom"),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


class Client:
    """A client's session with the server, for tests that do not await."""

    def __init__(self, portal: Any, session: ClientSession, hello: InitializeResult) -> None:
        self._portal, self.session, self.hello = portal, session, hello

    def call(self, tool: str, **arguments: object) -> CallToolResult:
        """The result of a tool."""
        # The official client checks what is structured against the tool's output schema.
        return self._portal.call(self.session.call_tool, tool, arguments)

    def data(self, tool: str, **arguments: object) -> dict[str, Any]:
        """What a tool gave as data."""
        result = self.call(tool, **arguments)
        assert not result.isError, result
        assert result.structuredContent is not None
        return result.structuredContent

    def error(self, tool: str, **arguments: object) -> str:
        """What a tool said was wrong."""
        result = self.call(tool, **arguments)
        assert result.isError
        assert result.structuredContent is None
        return text_of(result)

    def tools(self) -> dict[str, Any]:
        """The tools by their names."""
        return {tool.name: tool for tool in self._portal.call(self.session.list_tools).tools}


def text_of(result: CallToolResult) -> str:
    """What a call answered as text."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@contextmanager
def client_of(folder: Path, name: str = "test", **environ: str) -> Generator[Client]:
    """A client called ``name`` of a server of its own, in the checkout of this folder."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(_connected(folder, name, environ)) as (session, hello),
    ):
        yield Client(portal, session, hello)


@asynccontextmanager
async def _connected(
    folder: Path, name: str, environ: dict[str, str]
) -> AsyncGenerator[tuple[ClientSession, InitializeResult]]:
    server = StdioServerParameters(
        command=COMMAND[0],
        args=COMMAND[1:],
        env=environment(folder) | environ,
        cwd=folder / "checkout",
    )
    about = Implementation(name=name, version="1")
    patience = timedelta(seconds=60)
    # Pytest's stderr has no file number under capture.
    with (folder / "stderr.txt").open("a") as log:
        async with (
            stdio_client(server, errlog=log) as (reads, writes),
            ClientSession(
                reads, writes, read_timeout_seconds=patience, client_info=about
            ) as session,
        ):
            yield session, await session.initialize()
