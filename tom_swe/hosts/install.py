"""Puts tom's hooks into an agent and takes them out again.

Entries of others are kept as they are; ours are known by the program they call.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from tom_swe.errors import TomError, UsageError
from tom_swe.hosts import serving
from tom_swe.hosts.bundle import HOOKS, PLUGIN, SERVERS, bundled, plugin_folder
from tom_swe.hosts.files import FileEdit, Table, change, items, parsed, read
from tom_swe.hosts.hook import COMPACTED, EVENTS, START
from tom_swe.hosts.inbox import Place
from tom_swe.model.base import Value

CLAUDE_CODE, OPENHANDS, OPENHANDS_CLI = "claude-code", "openhands", "openhands-cli"
HOSTS = (CLAUDE_CODE, OPENHANDS, OPENHANDS_CLI)
PROGRAM = "tom-hook"
TIMEOUT_SECONDS = 5


class Standing(Value):
    """How tom stands with one host: what its hooks call, and whether that is there.

    `server` is what the host's entry for the MCP server starts it with, and `serves` whether
    the server would start; both are of hosts that tom writes such an entry for.
    """

    host: str
    path: Path
    installed: bool
    command: str
    works: bool
    server: str = ""
    serves: bool = False

    @property
    def is_broken(self) -> bool:
        """Whether the host would call what is not there."""
        return (self.installed and not self.works) or (bool(self.server) and not self.serves)


def program() -> Path:
    """Where ``tom-hook`` is. Raises TomError where it is nowhere."""
    beside = Path(sys.executable).with_name(PROGRAM)
    found = str(beside) if beside.exists() else shutil.which(PROGRAM)
    if not found:
        raise TomError(f"{PROGRAM} is not installed beside {sys.executable}; reinstall tom-swe")
    return Path(found).absolute()


def config_of(host: str, environ: Mapping[str, str], home: Path) -> Path:
    """The file or folder in which a host keeps what tom adds. Raises UsageError."""
    match host:
        case "claude-code":
            # Transcripts may be looked for in several folders; settings are of the first.
            named = environ.get("CLAUDE_CONFIG_DIR", "").split(",")[0]
            return (Path(named).expanduser() if named else home / ".claude") / "settings.json"
        case "openhands-cli":
            return home / ".openhands" / "hooks.json"
        case "openhands":
            named = environ.get("OPENHANDS_PERSISTENCE_DIR") or environ.get("OH_PERSISTENCE_DIR")
            usual = home / ".openhands" / "plugins" / "installed" / PLUGIN
            if not named:
                return usual
            # Older SDKs keep plugins in the home directory whatever the variables say.
            place = Path(named).expanduser() / "plugins" / "installed" / PLUGIN
            return place if place.exists() else usual
        case _:
            raise UsageError(f"no host {host!r}: use one of {', '.join(HOSTS)}")


def servers_of(host: str, environ: Mapping[str, str], home: Path) -> Path | None:
    """The file of MCP servers in which tom has an entry; None where a host has no such file."""
    match host:
        case "openhands-cli":
            named = environ.get("OPENHANDS_PERSISTENCE_DIR")
            return (Path(named).expanduser() if named else home / ".openhands") / "mcp.json"
        case "openhands":
            return config_of(host, environ, home) / SERVERS
        case _:
            return None


def installing(path: Path, command: Path) -> FileEdit:
    """The change that adds our hooks to a settings file. Raises TomError."""
    return change(path, lambda table: _with_ours(table, command))


def uninstalling(path: Path) -> FileEdit:
    """The change that takes our hooks out of a settings file. Raises TomError."""
    return change(path, _without_ours)


def serving_in(path: Path, environ: Mapping[str, str]) -> FileEdit:
    """The change that adds our MCP server to a file of servers. Raises TomError."""
    return change(path, lambda table: serving.with_ours(table, serving.entry(environ)))


def serving_out(path: Path) -> FileEdit:
    """The change that takes our MCP server out of a file of servers. Raises TomError."""
    return change(path, serving.without_ours)


def standing(host: str, environ: Mapping[str, str], home: Path) -> Standing:
    """Whether our hooks are in a host's settings, and whether what they call exists."""
    path = config_of(host, environ, home)
    command = _command_in(path / HOOKS if host == OPENHANDS else path)
    servers = servers_of(host, environ, home)
    server = serving.program_in(parsed(read(servers), servers)) if servers else None
    return Standing(
        host=host,
        path=path,
        installed=bool(command),
        command=command,
        works=bool(command) and shutil.which(shlex.split(command)[0]) is not None,
        server=server or "",
        serves=server is not None and serving.can_serve(server),
    )


# The OpenHands SDK's own plugins


def bundle(command: Path, environ: Mapping[str, str], serve: bool) -> Path:
    """Makes the plugin as this environment's tom gives it to OpenHands; its folder."""
    entry = serving.entry(environ) if serve else None
    home = Path(Place(environ).home)
    return bundled(home, lambda table: _with_ours(table, command), entry)


def add_to_openhands(folder: Path) -> Path:
    """Has the OpenHands SDK of this environment install the plugin; the folder it is in.

    Raises TomError where there is no SDK here, or another plugin has the name.
    """
    plugins = _sdk()
    _refuse_another(plugins.get_installed_plugins_dir() / PLUGIN)
    return plugins.install_plugin(str(folder), force=True).install_path


def remove_from_openhands() -> bool:
    """Has the OpenHands SDK of this environment remove the plugin; False if it was not there."""
    plugins = _sdk()
    _refuse_another(plugins.get_installed_plugins_dir() / PLUGIN)
    return plugins.uninstall_plugin(PLUGIN)


def _refuse_another(place: Path) -> None:
    if place.exists() and not _command_in(place / HOOKS):
        raise TomError(f"{place} is another plugin called {PLUGIN!r}; uninstall that one first")


def _sdk():
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("OPENHANDS_SUPPRESS_BANNER", "1")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    try:
        from openhands.sdk import plugin
    except ImportError as error:
        raise TomError(
            f"no OpenHands SDK in {sys.prefix}: install tom-swe[openhands] where OpenHands is, "
            f"or give PluginSource(source={str(plugin_folder())!r}) to the Conversation"
        ) from error
    return plugin


# Hooks in a JSON file


def _hooks_of(document: Table) -> tuple[Table, bool]:
    """The table of events, and whether it stands under ``hooks``, as it mostly does."""
    bare = "hooks" not in document and any(
        name in document for event in EVENTS for name in (event, _snake(event))
    )
    table = document if bare else document.get("hooks", {})
    if not isinstance(table, dict):
        raise TomError("`hooks` is not a JSON object there: fix it first")
    return cast("Table", table), not bare


def _with_ours(document: Table, command: Path) -> Table:
    table, nested = _hooks_of(document)
    edited = dict(table)
    for event in EVENTS:
        wanted = f"{shlex.quote(str(command))} {event}"
        # OpenHands writes its own files so, and refuses a file that has both.
        key = _snake(event) if _snake(event) in table else event
        groups = items(table.get(key, []))
        ours = [hook for group in groups for hook in _ours_in(group)]
        if [hook.get("command") for hook in ours] == [wanted]:
            continue
        hook = {"type": "command", "command": wanted, "timeout": TIMEOUT_SECONDS}
        matcher = COMPACTED if event == START else "*"
        edited[key] = [*_others(groups), {"matcher": matcher, "hooks": [hook]}]
    return {**document, "hooks": edited} if nested else edited


def _without_ours(document: Table) -> Table:
    table, nested = _hooks_of(document)
    edited: Table = {}
    for key, value in table.items():
        groups = items(value)
        if not any(_ours_in(group) for group in groups):
            edited[key] = value
        elif kept := _others(groups):
            edited[key] = kept
    if edited == table:
        return document
    if not nested:
        return edited
    rest = {key: value for key, value in document.items() if key != "hooks"}
    return {**document, "hooks": edited} if edited else rest


def _others(groups: list[object]) -> list[object]:
    """The groups without our hooks; those that held nothing else are gone."""
    kept: list[object] = []
    for group in groups:
        ours = _ours_in(group)
        if not ours:
            kept.append(group)
            continue
        table = cast("Table", group)
        if hooks := [hook for hook in items(table["hooks"]) if hook not in ours]:
            kept.append({**table, "hooks": hooks})
    return kept


def _ours_in(group: object) -> list[Table]:
    if not isinstance(group, dict):
        return []
    hooks = cast("Table", group).get("hooks")
    tables = [cast("Table", hook) for hook in items(hooks) if isinstance(hook, dict)]
    return [table for table in tables if _is_ours(table.get("command"))]


def _is_ours(command: object) -> bool:
    try:
        words = shlex.split(command) if isinstance(command, str) else []
    except ValueError:
        return False
    return bool(words) and Path(words[0]).name == PROGRAM


def _command_in(file: Path) -> str:
    """What our hooks in a file call; "" where there are none."""
    table, _ = _hooks_of(parsed(read(file), file))
    for value in table.values():
        for group in items(value):
            for hook in _ours_in(group):
                return shlex.quote(shlex.split(str(hook["command"]))[0])
    return ""


def _snake(event: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event).lower()
