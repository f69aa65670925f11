"""The plugin as an agent gets it: a copy of ours that calls this very tom.

The copy stays where tom keeps things, for an agent that refreshes its plugins reads it again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from tom_swe.errors import TomError
from tom_swe.hosts import serving
from tom_swe.hosts.files import Table, parsed, read, written

PLUGIN = "tom"
HOOKS = Path("hooks") / "hooks.json"
SERVERS = Path(".mcp.json")
FOLDER = "tom-swe-plugin"


def plugin_folder() -> Path:
    """The plugin that is shipped with tom, for OpenHands and Claude Code alike."""
    return Path(str(resources.files("tom_swe.hosts") / "plugin"))


def bundled(home: Path, edit_hooks: Callable[[Table], Table], entry: Table | None) -> Path:
    """Makes the copy in tom's home; its folder. Raises TomError where it cannot be written."""
    place = home / FOLDER
    fresh = home / f".{FOLDER}"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(plugin_folder(), fresh, ignore=shutil.ignore_patterns("__pycache__"))
        hooks = edit_hooks(parsed(read(fresh / HOOKS), HOOKS))
        (fresh / HOOKS).write_text(written(hooks), encoding="utf-8")
        for agent in fresh.glob("agents/*.md"):
            agent.write_text(for_openhands(agent.read_text(encoding="utf-8")), encoding="utf-8")
        if entry is not None:
            text = written(serving.alone(entry))
            (fresh / SERVERS).write_text(text, encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)
        fresh.replace(place)
    except OSError as error:
        raise TomError(f"{place} cannot be written: {error.strerror}") from error
    return place


def for_openhands(agent: str) -> str:
    """An agent with the terminal of OpenHands.

    Without `tools` an agent of Claude Code has those of its parent and one of OpenHands
    has none, and each refuses the other's names.
    """
    return re.sub(r"\A---\n", "---\ntools:\n  - terminal\n", agent, count=1)
