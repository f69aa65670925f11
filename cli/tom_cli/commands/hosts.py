"""Agents that tom tells and learns from: plugin install, status, uninstall."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli.common import Json, Yes, confirmed, print_json, talk

if TYPE_CHECKING:
    from tom_swe.hosts.install import Change

app = typer.Typer(help="Put tom into an agent, and take it out again.", no_args_is_help=True)

Host = Annotated[str, typer.Argument(help="claude-code, openhands or openhands-cli.")]


def register(main: typer.Typer) -> None:
    """Adds these commands."""
    main.add_typer(app, name="plugin")


@app.command()
def install(host: Host, yes: Yes = False) -> None:
    """Let an agent be told who it works for, and its sessions be learned from.

    What would change is shown first. claude-code and openhands-cli get hooks in their
    settings file, a copy of which is kept beside it; openhands gets a plugin in its SDK.

    Example: tom plugin install claude-code
    """
    from tom_swe.hosts import install as hosts

    path = hosts.config_of(host, os.environ, Path.home())
    command = hosts.program()
    if host == hosts.OPENHANDS:
        talk(f"the OpenHands SDK here would install {hosts.plugin_folder()}, calling {command}")
        confirmed("Install it?", yes)
        talk(f"installed in {hosts.add_to_openhands(command)}")
        return
    _change(hosts.installing(path, command), yes, "the hooks are there already")
    talk("it holds from the agent's next session on; `export TOM_OFF=1` switches it off")


@app.command()
def status(as_json: Json = False) -> None:
    """Say which agents have tom's hooks, and whether what they call is there.

    Example: tom plugin status
    """
    from tom_cli.render import console, safe
    from tom_swe.hosts import install as hosts

    found = [hosts.standing(host, os.environ, Path.home()) for host in hosts.HOSTS]
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
    else:
        for each in found:
            state = "installed" if each.installed else "not installed"
            if each.installed and not each.works:
                state = f"broken: {each.command} is not there; install it again"
            console().print(f"{each.host:<14} {safe(state)} ({safe(str(each.path))})")
    if any(each.installed and not each.works for each in found):
        raise typer.Exit(1)


@app.command()
def uninstall(host: Host, yes: Yes = False) -> None:
    """Take tom's hooks out of an agent; nothing else there is touched, and no memory is lost.

    Example: tom plugin uninstall claude-code
    """
    from tom_swe.hosts import install as hosts

    path = hosts.config_of(host, os.environ, Path.home())
    if host == hosts.OPENHANDS:
        confirmed(f"Remove the plugin from {path}?", yes)
        talk("removed" if hosts.remove_from_openhands() else "it was not installed")
        return
    _change(hosts.uninstalling(path), yes, "no hooks of tom's are there")


def _change(change: Change, yes: bool, nothing: str) -> None:
    """Shows a change, asks, and makes it."""
    if change.is_none:
        talk(f"{nothing} ({change.path})")
        return
    typer.echo(change.diff())
    confirmed("Make this change?", yes)
    backup = change.apply()
    talk(f"{change.path} is written" + (f"; as it was: {backup}" if backup else ""))
