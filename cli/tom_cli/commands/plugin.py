"""Agents that tom tells and learns from: plugin install, status, uninstall."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli.common import Json, Yes, confirmed, print_json, talk

if TYPE_CHECKING:
    from tom_swe.hosts.agent_server import AgentServer
    from tom_swe.hosts.files import FileEdit
    from tom_swe.hosts.install import Standing

app = typer.Typer(help="Install tom into an agent, and uninstall it.", no_args_is_help=True)

Host = Annotated[str, typer.Argument(help="claude-code, openhands or openhands-cli.")]
Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        help="With openhands: a running agent server on this machine.",
    ),
]
KeyName = Annotated[
    str | None,
    typer.Option(
        "--api-key-env",
        metavar="NAME",
        help="The environment variable with the session API key of that server.",
    ),
]
NoMcp = Annotated[bool, typer.Option("--no-mcp", help="Leave out tom's MCP server.")]


def register(main: typer.Typer) -> None:
    """Adds these commands."""
    main.add_typer(app, name="plugin")


@app.command()
def install(
    host: Host,
    server: Server = None,
    api_key_env: KeyName = None,
    no_mcp: NoMcp = False,
    yes: Yes = False,
) -> None:
    """Install tom into an agent, to brief its sessions and learn.

    tom shows the changes first. claude-code and openhands-cli get hooks in their settings
    file, and tom keeps a copy beside it; openhands gets a plugin in its SDK, or in the given
    agent server. The two OpenHands hosts also get tom's MCP server, if it is installed.

    Example: tom plugin install claude-code
    """
    from tom_swe.hosts import install as hosts

    path = hosts.config_of(host, os.environ, Path.home())
    there = _server(host, server, api_key_env)
    command = hosts.program()
    servers = hosts.servers_of(host, os.environ, Path.home())
    serves = servers is not None and not no_mcp and _can_serve()
    if host == hosts.OPENHANDS:
        where = f"the agent server at {there.url}" if there else "the OpenHands SDK here"
        also = " and serves MCP" if serves else ""
        talk(f"{where} will install {hosts.plugin_folder()}, which calls {command}{also}")
        confirmed("Install it?", yes)
        folder = hosts.bundle(command, os.environ, serves)
        talk(f"installed in {there.install(folder) if there else hosts.add_to_openhands(folder)}")
        if there:
            talk("its hooks and their memory are on the server's machine, not on yours")
        return
    changes = [hosts.installing(path, command)]
    if servers is not None and serves:
        changes.append(hosts.serving_in(servers, os.environ))
    _change(changes, yes, "already installed")
    talk("it starts with the agent's next session; `export TOM_OFF=1` switches it off")


@app.command()
def status(as_json: Json = False) -> None:
    """Say which agents have tom's hooks, and whether they work.

    Example: tom plugin status
    """
    from tom_cli.render import console
    from tom_swe.hosts import install as hosts
    from tom_swe.text.safe import safe

    found = [hosts.standing(host, os.environ, Path.home()) for host in hosts.HOSTS]
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
    else:
        for each in found:
            console().print(f"{each.host:<14} {safe(_state(each))} ({safe(str(each.path))})")
        _can_serve()
    if any(each.is_broken for each in found):
        raise typer.Exit(1)


@app.command()
def uninstall(
    host: Host, server: Server = None, api_key_env: KeyName = None, yes: Yes = False
) -> None:
    """Uninstall tom from an agent.

    The rest of its settings and your memory stay.

    Example: tom plugin uninstall claude-code
    """
    from tom_swe.hosts import install as hosts

    path = hosts.config_of(host, os.environ, Path.home())
    there = _server(host, server, api_key_env)
    if host == hosts.OPENHANDS:
        confirmed(f"Remove the plugin from {there.url if there else path}?", yes)
        gone = there.uninstall() if there else hosts.remove_from_openhands()
        talk("removed" if gone else "it was not installed")
        return
    changes = [hosts.uninstalling(path)]
    if servers := hosts.servers_of(host, os.environ, Path.home()):
        changes.append(hosts.serving_out(servers))
    _change(changes, yes, "tom is not installed there")


def _state(standing: Standing) -> str:
    """How tom stands with a host, in a few words."""
    if standing.installed and not standing.works:
        return f"broken: {standing.command} does not exist; install the plugin again"
    if standing.server and not standing.serves:
        return f"broken: {standing.server} no longer serves MCP; install the plugin again"
    state = "installed" if standing.installed else "not installed"
    return f"{state}, with its MCP server" if standing.server else state


def _can_serve() -> bool:
    """Whether this tom can serve MCP; says how it could."""
    from tom_swe.hosts import serving

    serves = serving.can_serve()
    if not serves:
        talk(f"without an MCP server; to add it, pip install '{serving.EXTRA}' and install again")
    return serves


def _server(host: str, url: str | None, key_name: str | None) -> AgentServer | None:
    """The agent server that is meant, if one is. Raises UsageError."""
    from tom_swe.errors import UsageError
    from tom_swe.hosts import agent_server, install

    if url is None:
        if key_name is not None:
            raise UsageError("--api-key-env needs --server")
        return None
    if host != install.OPENHANDS:
        raise UsageError(f"--server works with {install.OPENHANDS}, not with {host}")
    if key_name is not None and not os.environ.get(key_name):
        raise UsageError(
            f"the environment variable {key_name!r} is not set: put the session API key into it"
        )
    return agent_server.AgentServer(url, os.environ[key_name] if key_name else "")


def _change(changes: list[FileEdit], yes: bool, nothing: str) -> None:
    """Shows changes, asks once, and makes them."""
    wanted = [change for change in changes if not change.is_none]
    if not wanted:
        talk(f"{nothing} ({', '.join(str(change.path) for change in changes)})")
        return
    for change in wanted:
        typer.echo(change.diff())
    confirmed("Make this change?" if len(wanted) == 1 else "Make these changes?", yes)
    for change in wanted:
        backup = change.apply()
        talk(f"wrote {change.path}" + (f"; copy of the old file: {backup}" if backup else ""))
