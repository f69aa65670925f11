"""Tom for any agent that speaks MCP, and in the status line of one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from tom_cli.common import talk
from tom_swe.errors import TomError


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(mcp)
    app.command()(statusline)


def statusline() -> None:
    """Print a line of beliefs and breaches for an agent's status line.

    An agent gives its folder and session as JSON on stdin. Without that, the line is about this
    folder. `tom plugin install claude-code --statusline` sets it up in Claude Code.

    Example: tom statusline
    """
    import io
    import json

    from tom_swe.hosts import hook

    given = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
    if not given.strip():
        given = json.dumps({"cwd": str(Path.cwd())}).encode()
    sys.stdin = io.TextIOWrapper(io.BytesIO(given))
    hook.run(hook.STATUS, os.environ)


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
        from tom_swe.extras import install_command

        raise TomError(f"the MCP SDK is not installed: run {install_command('mcp')}") from None
    if sys.stdin.isatty():
        talk("waiting for an MCP client on stdin; an agent's host starts this itself")
    serve(parent)
