"""The plugin as the OpenHands SDK, or an agent server, installs it: a copy that calls this tom.

The copy stays where tom keeps things, for an agent that refreshes its plugins reads it again.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from tom_swe.errors import TomError
from tom_swe.extras import install_command
from tom_swe.hosts.files import read
from tom_swe.hosts.inbox import Place
from tom_swe.hosts.install import record as records
from tom_swe.hosts.install.content import PLUGIN, plugin_folder
from tom_swe.hosts.install.here import Here
from tom_swe.hosts.install.hook_files import HookCall, programs_in, with_hooks
from tom_swe.hosts.install.hosts import claude_form
from tom_swe.hosts.install.in_place import rewritten
from tom_swe.hosts.install.jsonc import value_of
from tom_swe.hosts.install.plan import Plan, carry_out
from tom_swe.hosts.install.record import HostRecord
from tom_swe.hosts.install.server_files import ServerForm, with_server

HOOKS = Path("hooks") / "hooks.json"
SERVERS = Path(".mcp.json")
FOLDER = "tom-swe-plugin"


def bundled(here: Here, server: str = "") -> Path:
    """Makes the copy in tom's home, and what it calls; its folder. Raises TomError.

    ``server`` is the address of an agent server that it is for.
    """
    home = Path(Place(here.environ).home)
    scripts = here.scripts
    carry_out(Plan([], {_name(server): HostRecord()}, []), here.environ)
    place, fresh = home / FOLDER, home / f".{FOLDER}"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(fresh, ignore_errors=True)
        left_out = shutil.ignore_patterns("__pycache__", "opencode")
        shutil.copytree(plugin_folder(), fresh, ignore=left_out)
        hooks = read(fresh / HOOKS) or ""
        call = HookCall(str(scripts.hook), "openhands")
        after = with_hooks(value_of(hooks), claude_form(), call)
        (fresh / HOOKS).write_text(rewritten(hooks, after), encoding="utf-8")
        for agent in fresh.glob("agents/*.md"):
            agent.write_text(for_openhands(agent.read_text(encoding="utf-8")), encoding="utf-8")
        if here.serves:
            servers = with_server({}, ServerForm(), str(scripts.server))
            (fresh / SERVERS).write_text(rewritten("", servers), encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)
        fresh.replace(place)
    except OSError as error:
        raise TomError(f"{place} cannot be written: {error.strerror}") from error
    return place


def forget(here: Here, server: str = "") -> None:
    """Takes the copy away, where nothing has it installed any more."""
    carry_out(Plan([], {_name(server): None}, []), here.environ)
    if not any(name.startswith("openhands") for name in records.load(here.environ).hosts):
        shutil.rmtree(Path(Place(here.environ).home) / FOLDER, ignore_errors=True)


def _name(server: str) -> str:
    return f"openhands at {server}" if server else "openhands"


def for_openhands(agent: str) -> str:
    """An agent with the terminal of OpenHands.

    Without `tools` an agent of Claude Code has those of its parent and one of OpenHands
    has none, and each refuses the other's names.
    """
    return re.sub(r"\A---\n", "---\ntools:\n  - terminal\n", agent, count=1)


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


def programs_of(folder: Path) -> list[str]:
    """The programs that an installed plugin's hooks run; none where it is another's."""
    text = read(folder / HOOKS)
    return programs_in(value_of(text)) if text else []


def _refuse_another(place: Path) -> None:
    if place.exists() and not programs_of(place):
        raise TomError(f"{place} is another plugin called {PLUGIN!r}; uninstall that one first")


def _sdk():
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("OPENHANDS_SUPPRESS_BANNER", "1")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    try:
        from openhands.sdk import plugin
    except ImportError as error:
        raise TomError(
            f"no OpenHands SDK in {sys.prefix}: run {install_command('openhands')}, "
            f"or give PluginSource(source={str(plugin_folder())!r}) to the Conversation"
        ) from error
    return plugin
