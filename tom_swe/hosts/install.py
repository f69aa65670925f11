"""Puts tom's hooks into an agent and takes them out again.

What would change is computed first, as text before and after, so that it can be shown.
Entries of others are kept as they are; ours are known by the program they call.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import NamedTuple, cast

from tom_swe.errors import TomError, UsageError
from tom_swe.hosts.hook import EVENTS
from tom_swe.model.base import Value

CLAUDE_CODE, OPENHANDS, OPENHANDS_CLI = "claude-code", "openhands", "openhands-cli"
HOSTS = (CLAUDE_CODE, OPENHANDS, OPENHANDS_CLI)
PROGRAM = "tom-hook"
PLUGIN = "tom"
TIMEOUT_SECONDS = 5
_HOOKS = Path("hooks") / "hooks.json"

type _Table = dict[str, object]


class Standing(Value):
    """How tom stands with one host: what its hooks call, and whether that is there."""

    host: str
    path: Path
    installed: bool
    command: str
    works: bool


class Change(NamedTuple):
    """A file as it is, None where it is not there, and as it would be."""

    path: Path
    before: str | None
    after: str

    @property
    def is_none(self) -> bool:
        """Whether the file stays as it is."""
        return self.after == (self.before or "")

    def diff(self) -> str:
        """The change as a unified diff."""
        lines = difflib.unified_diff(
            (self.before or "").splitlines(),
            self.after.splitlines(),
            str(self.path) if self.before is not None else os.devnull,
            str(self.path),
            lineterm="",
        )
        return "\n".join(lines)

    def apply(self) -> Path | None:
        """Writes the file whole and keeps what it was beside it; where, or None if it is new.

        Raises TomError where the file has changed since, or cannot be written.
        """
        if _read(self.path) != self.before:
            raise TomError(f"{self.path} has just been changed by something else; try again")
        # A settings file is often a link into a folder of dotfiles, and stays one.
        path = self.path.resolve()
        backup: Path | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            mode = 0o600
            if self.before is not None:
                mode = path.stat().st_mode & 0o777
                stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
                backup = self.path.with_name(f"{self.path.name}.before-tom-{stamp}")
                shutil.copy2(path, backup)
            fresh = path.with_name(f"{path.name}.tom-{os.getpid()}")
            fresh.write_text(self.after, encoding="utf-8")
            fresh.chmod(mode)
            fresh.replace(path)
        except OSError as error:
            raise TomError(f"{self.path} cannot be written: {error.strerror}") from error
        return backup


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
            raise UsageError(f"no host {host!r}: it is one of {', '.join(HOSTS)}")


def installing(path: Path, command: Path) -> Change:
    """The change that adds our hooks to a settings file. Raises TomError."""
    return _change(path, lambda table: _with_ours(table, command))


def uninstalling(path: Path) -> Change:
    """The change that takes our hooks out of a settings file. Raises TomError."""
    return _change(path, _without_ours)


def standing(host: str, environ: Mapping[str, str], home: Path) -> Standing:
    """Whether our hooks are in a host's settings, and whether what they call exists."""
    path = config_of(host, environ, home)
    file = path / _HOOKS if host == OPENHANDS else path
    command = _command_in(file)
    return Standing(
        host=host,
        path=path,
        installed=bool(command),
        command=command,
        works=bool(command) and shutil.which(shlex.split(command)[0]) is not None,
    )


# The OpenHands SDK's own plugins


def plugin_folder() -> Path:
    """The plugin that is shipped with tom, for OpenHands and Claude Code alike."""
    return Path(str(resources.files("tom_swe.hosts") / "plugin"))


def add_to_openhands(command: Path) -> Path:
    """Has the OpenHands SDK of this environment install the plugin; the folder it is in.

    Raises TomError where there is no SDK here, or another plugin has the name.
    """
    plugins = _sdk()
    place = plugins.get_installed_plugins_dir() / PLUGIN
    if place.exists() and not _command_in(place / _HOOKS):
        raise TomError(f"{place} is another plugin called {PLUGIN!r}; it is left as it is")
    info = plugins.install_plugin(str(plugin_folder()), force=True)
    # An agent need not have this environment on its PATH.
    hooks = info.install_path / _HOOKS
    hooks.write_text(_with_ours_in(hooks.read_text(), command), encoding="utf-8")
    return info.install_path


def remove_from_openhands() -> bool:
    """Has the OpenHands SDK of this environment remove the plugin; False if it was not there."""
    plugins = _sdk()
    place = plugins.get_installed_plugins_dir() / PLUGIN
    if place.exists() and not _command_in(place / _HOOKS):
        raise TomError(f"{place} is another plugin called {PLUGIN!r}; it is left as it is")
    return plugins.uninstall_plugin(PLUGIN)


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


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise TomError(f"{path} cannot be read: {error}") from error


def _change(path: Path, edit: Callable[[_Table], _Table]) -> Change:
    before = _read(path)
    document = _parsed(before, path)
    after = edit(document)
    if after == document:
        return Change(path, before, before or "")
    return Change(path, before, _written(after, before or ""))


def _parsed(text: str | None, path: Path) -> _Table:
    try:
        document: object = json.loads(text) if text and text.strip() else {}
    except ValueError as error:
        raise TomError(f"{path} is no valid JSON ({error}); mend it first") from error
    if not isinstance(document, dict):
        raise TomError(f"{path} holds no JSON object; mend it first")
    return cast("_Table", document)


def _written(document: _Table, like: str) -> str:
    """The document with the indentation that the file had."""
    indent = re.search(r"^[ \t]+(?=\")", like, re.MULTILINE)
    return json.dumps(document, indent=indent[0] if indent else 2, ensure_ascii=False) + "\n"


def _with_ours_in(text: str, command: Path) -> str:
    return _written(_with_ours(_parsed(text, _HOOKS), command), text)


def _hooks_of(document: _Table) -> tuple[_Table, bool]:
    """The table of events, and whether it stands under ``hooks``, as it mostly does."""
    bare = "hooks" not in document and any(
        name in document for event in EVENTS for name in (event, _snake(event))
    )
    table = document if bare else document.get("hooks", {})
    if not isinstance(table, dict):
        raise TomError("`hooks` is no JSON object there; mend it first")
    return cast("_Table", table), not bare


def _with_ours(document: _Table, command: Path) -> _Table:
    table, nested = _hooks_of(document)
    edited = dict(table)
    for event in EVENTS:
        wanted = f"{shlex.quote(str(command))} {event}"
        # OpenHands writes its own files so, and refuses a file that has both.
        key = _snake(event) if _snake(event) in table else event
        groups = _list(table.get(key, []))
        ours = [hook for group in groups for hook in _ours_in(group)]
        if [hook.get("command") for hook in ours] == [wanted]:
            continue
        hook = {"type": "command", "command": wanted, "timeout": TIMEOUT_SECONDS}
        edited[key] = [*_others(groups), {"matcher": "*", "hooks": [hook]}]
    return {**document, "hooks": edited} if nested else edited


def _without_ours(document: _Table) -> _Table:
    table, nested = _hooks_of(document)
    edited: _Table = {}
    for key, value in table.items():
        groups = _list(value)
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
        table = cast("_Table", group)
        if hooks := [hook for hook in _list(table["hooks"]) if hook not in ours]:
            kept.append({**table, "hooks": hooks})
    return kept


def _ours_in(group: object) -> list[_Table]:
    if not isinstance(group, dict):
        return []
    hooks = cast("_Table", group).get("hooks")
    tables = [cast("_Table", hook) for hook in _list(hooks) if isinstance(hook, dict)]
    return [table for table in tables if _is_ours(table.get("command"))]


def _is_ours(command: object) -> bool:
    try:
        words = shlex.split(command) if isinstance(command, str) else []
    except ValueError:
        return False
    return bool(words) and Path(words[0]).name == PROGRAM


def _command_in(file: Path) -> str:
    """What our hooks in a file call; "" where there are none."""
    table, _ = _hooks_of(_parsed(_read(file), file))
    for value in table.values():
        for group in _list(value):
            for hook in _ours_in(group):
                return shlex.quote(shlex.split(str(hook["command"]))[0])
    return ""


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _snake(event: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event).lower()
