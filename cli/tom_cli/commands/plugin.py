"""The agents that tom is installed in: plugin install, status, doctor, uninstall."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tom_cli.common import Json, Yes, confirmed, print_json, talk
from tom_swe.errors import UsageError

if TYPE_CHECKING:
    from tom_swe.hosts.agent_server import AgentServer
    from tom_swe.hosts.install import Here, Host, Plan, Standing

app = typer.Typer(help="Install tom into your agents, and uninstall it.", no_args_is_help=True)

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[AGENT]...", help="Such as claude-code; `tom plugin status` lists all."
    ),
]
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
Instructions = Annotated[
    bool,
    typer.Option(
        "--instructions",
        help="Also keep your rules in the agent's personal instructions, as `tom sync` does.",
    ),
]
StatusLine = Annotated[
    bool, typer.Option("--statusline", help="With claude-code: show `tom statusline` there.")
]
Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="PATH", help="With agent-plugin: where the plugin goes."),
]
All = Annotated[bool, typer.Option("--all", help="Every agent that has tom.")]


def register(main: typer.Typer) -> None:
    """Adds these commands."""
    main.add_typer(app, name="plugin")


@app.command()
def install(
    names: Names = None,
    server: Server = None,
    api_key_env: KeyName = None,
    no_mcp: NoMcp = False,
    instructions: Instructions = False,
    statusline: StatusLine = False,
    folder: Folder = None,
    yes: Yes = False,
) -> None:
    """Install tom into agents.

    Without a name it lists the agents on this machine, and you choose; with --yes it takes all.
    Each agent gets all that it supports: hooks, the MCP server if that is installed, a skill,
    commands. tom shows the changes first. It leaves everything else in a file as it is.

    Example: tom plugin install claude-code codex
    """
    from tom_swe.hosts.install.plan import installing

    here = _here(serves=not no_mcp, folder=folder)._replace(shows_status=statusline)
    hosts = _named(names) if names else _chosen(here, yes)
    _fits(hosts, statusline=statusline, folder=folder)
    there = _server(hosts, server, api_key_env)
    if not no_mcp and hosts:
        here = here._replace(serves=_can_serve())
    for host in hosts:
        if host.sdk:
            _install_in_sdk(here, there, yes)
    files = [host for host in hosts if not host.sdk]
    plans = [installing(host, here) for host in files]
    if plans and _make(plans, here, yes, "already installed"):
        talk("it starts with the agent's next session; `export TOM_OFF=1` switches it off")
    for host in files:
        if host.note:
            talk(f"{host.title}: {host.note}")
        if instructions:
            _sync(here, host, yes)


@app.command()
def status(as_json: Json = False) -> None:
    """Say which agents have tom, and whether it works there.

    Example: tom plugin status
    """
    from tom_cli.layout import put
    from tom_swe.hosts.install import HOSTS, standing
    from tom_swe.text.safe import safe

    here = _here()
    found = [standing(host, here) for host in HOSTS.values()]
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
    else:
        for each in found:
            put(f"{each.host:<14} {safe(_state(each))} ({safe(str(each.path))})", hang=15)
        _can_serve()
    if any(each.is_broken for each in found):
        raise typer.Exit(1)


@app.command()
def doctor(names: Names = None, as_json: Json = False) -> None:
    """Check which parts of tom each agent has.

    It also runs the programs that the agent calls for tom, to see whether they work.

    Example: tom plugin doctor claude-code
    """
    from tom_cli.layout import put
    from tom_swe.hosts.install import HOSTS, standing
    from tom_swe.text.safe import safe

    here = _here()
    found = [standing(host, here) for host in (_named(names) if names else HOSTS.values())]
    found = found if names else [each for each in found if each.installed or each.here]
    if as_json:
        print_json([each.model_dump(mode="json") for each in found])
    for each in [] if as_json else found:
        put(f"{safe(each.title)} ({each.host})")
        for what in each.has:
            put(f"  has    {what}", hang=9)
        for what in each.lacks:
            put(f"  lacks  {what}", hang=9)
        for program in each.calls:
            put(f"  calls  {safe(program)}", hang=9)
        if each.waits:
            put(f"  waits  {safe(each.waits)}")
        for fault in each.faults:
            put(f"  broken {safe(fault.what)}: {fault.fix}")
    if not found:
        talk("no agents found on this machine")
    if any(each.is_broken for each in found):
        raise typer.Exit(1)


@app.command()
def uninstall(
    names: Names = None,
    every: All = False,
    server: Server = None,
    api_key_env: KeyName = None,
    yes: Yes = False,
) -> None:
    """Uninstall tom from agents.

    If nothing else changed a file since, it is as it was before. Your memory stays.

    Example: tom plugin uninstall claude-code
    """
    from tom_swe.hosts.install import HOSTS, standing
    from tom_swe.hosts.install.plan import uninstalling
    from tom_swe.hosts.install.record import load

    here = _here()
    if every == bool(names):
        raise UsageError("name the agents to uninstall tom from, or use --all")
    if every:
        hosts = [host for host in HOSTS.values() if standing(host, here).installed]
    else:
        hosts = _named(names or [])
    there = _server(hosts, server, api_key_env)
    for host in hosts:
        if host.sdk:
            _uninstall_in_sdk(here, there, yes)
        if load(os.environ).host(host.name).instructions:
            _sync(here, host, yes, remove=True)
    plans = [uninstalling(host, here) for host in hosts if not host.sdk]
    if plans or not hosts:
        _make(plans, here, yes, "tom is not installed there")


def _here(*, serves: bool = True, folder: Path | None = None) -> Here:
    from tom_swe.hosts.install import Here

    given = folder.expanduser().absolute() if folder else None
    return Here(os.environ, Path.home(), serves, given)


def _named(names: list[str]) -> list[Host]:
    from tom_swe.hosts.install import host_named

    return [host_named(name) for name in dict.fromkeys(names)]


def _chosen(here: Here, yes: bool) -> list[Host]:
    """The agents on this machine that the person ticks; all of them where they said yes before.

    Raises UsageError without a terminal.
    """
    from tom_cli.ticking import ticked
    from tom_swe.hosts.install import HOSTS

    found = [host for host in HOSTS.values() if host.is_here(here)]
    if not found:
        raise UsageError("no agents found on this machine: name one, or see `tom plugin status`")
    if yes:
        return found
    lines = [f"{host.title} ({host.name}): {', '.join(host.carries(here))}" for host in found]
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        for line in lines:
            typer.echo(line)
        names = " ".join(host.name for host in found)
        raise UsageError(f"name the agents to install tom into: tom plugin install {names}")
    return [found[i] for i in ticked("Agents on this machine", lines)]


def _make(plans: list[Plan], here: Here, yes: bool, nothing: str) -> bool:
    """Shows changes, asks once, and makes them; whether there were any."""
    from tom_swe.hosts.install import Plan, carry_out

    plan = Plan.of(plans)
    if not plan.shown:
        talk(f"{nothing} ({', '.join(plan.hosts)})" if plan.hosts else "tom is in no agent")
        if any(plan.hosts.values()):
            carry_out(plan, here.environ)
    for edit in plan.shown:
        if edit.before is None or edit.after is None:
            typer.echo(f"{'delete' if edit.after is None else 'new file'} {edit.path}")
        else:
            typer.echo(edit.diff())
    if plan.shown:
        many = len(plan.shown) > 1
        confirmed("Make these changes?" if many else "Make this change?", yes)
        carry_out(plan, here.environ)
        for edit in plan.shown:
            talk(f"{'deleted' if edit.after is None else 'wrote'} {edit.path}")
    for note in plan.notes:
        talk(note)
    return bool(plan.shown)


def _install_in_sdk(here: Here, there: AgentServer | None, yes: bool) -> None:
    from tom_swe.hosts.install import plugin_folder
    from tom_swe.hosts.install.sdk import add_to_openhands, bundled

    where = f"the agent server at {there.url}" if there else "the OpenHands SDK here"
    also = " and serves MCP" if here.serves else ""
    talk(f"{where} will install {plugin_folder()}, which calls {here.scripts.hook}{also}")
    confirmed("Install it?", yes)
    folder = bundled(here, there.url if there else "")
    talk(f"installed in {there.install(folder) if there else add_to_openhands(folder)}")
    if there:
        talk("its hooks and their memory are on the server's machine, not on yours")


def _uninstall_in_sdk(here: Here, there: AgentServer | None, yes: bool) -> None:
    from tom_swe.hosts.install import HOSTS
    from tom_swe.hosts.install.sdk import forget, remove_from_openhands

    path = HOSTS["openhands"].folder(here)
    confirmed(f"Remove the plugin from {there.url if there else path}?", yes)
    gone = there.uninstall() if there else remove_from_openhands()
    forget(here, there.url if there else "")
    talk("removed" if gone else "it was not installed")


def _sync(here: Here, host: Host, yes: bool, *, remove: bool = False) -> None:
    """Keeps the person's rules in the host's personal instructions, or takes them out."""
    from tom_cli.commands.sync import sync
    from tom_swe.hosts.install.record import note_instructions

    if host.instructions is None:
        talk(f"{host.title} has no file for personal instructions that tom knows")
        return
    path = host.instructions(here)
    sync([path], remove=remove, yes=yes)
    note_instructions(here.environ, host.name, "" if remove else str(path))


def _state(standing: Standing) -> str:
    """Whether a host has tom, in a few words."""
    if standing.faults:
        fault = standing.faults[0]
        return f"broken: {fault.what}; {fault.fix}"
    if standing.installed:
        waits = f"; {standing.waits}" if standing.waits else ""
        return f"installed: {', '.join(standing.has)}{waits}"
    from tom_swe.hosts.install import HOSTS

    is_there = standing.here or not HOSTS[standing.host].programs
    return "not installed" if is_there else "not on this machine"


def _can_serve() -> bool:
    """Whether this tom can serve MCP; says how it could."""
    from tom_swe.extras import install_command
    from tom_swe.hosts.install.scripts import can_serve

    serves = can_serve()
    if not serves:
        talk(
            f"without an MCP server; to add it, run {install_command('mcp')}, "
            "then `tom plugin install` again"
        )
    return serves


def _fits(hosts: list[Host], *, statusline: bool, folder: Path | None) -> None:
    """Raises UsageError where an option is for an agent that is not among these."""
    given = {"--statusline": ("claude-code", statusline), "--folder": ("agent-plugin", folder)}
    names = [host.name for host in hosts]
    for option, (name, value) in given.items():
        if value and names and name not in names:
            raise UsageError(f"{option} works with {name}, not with {' '.join(names)}")


def _server(hosts: list[Host], url: str | None, key_name: str | None) -> AgentServer | None:
    """The agent server that is meant, if one is. Raises UsageError."""
    from tom_swe.hosts import agent_server

    if url is None:
        if key_name is not None:
            raise UsageError("--api-key-env needs --server")
        return None
    if [host.name for host in hosts] != ["openhands"]:
        names = " ".join(host.name for host in hosts)
        raise UsageError(f"--server works with openhands, not with {names}")
    if key_name is not None and not os.environ.get(key_name):
        raise UsageError(
            f"the environment variable {key_name!r} is not set: put the session API key into it"
        )
    return agent_server.AgentServer(url, os.environ[key_name] if key_name else "")
