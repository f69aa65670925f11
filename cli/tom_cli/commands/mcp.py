"""Tom for any agent that speaks MCP."""

from __future__ import annotations

import os
import sys

import typer

from tom_cli.common import talk
from tom_swe.errors import TomError


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(mcp)


def mcp() -> None:
    """Serve what tom knows to coding agents over MCP.

    It uses stdin and stdout. An agent's host starts this, not you: see docs/how-to/mcp.md.

    Example: tom mcp
    """
    # Before the slow import: a parent that dies meanwhile must be missed.
    parent = os.getppid()
    try:
        from tom_swe.hosts.mcp.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise TomError("the MCP SDK is not installed: pip install 'tom-swe[mcp]'") from None
    if sys.stdin.isatty():
        talk("waiting for an MCP client on stdin; an agent's host starts this itself")
    serve(parent)
