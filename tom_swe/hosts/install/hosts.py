"""The agents that tom can be put into: where each keeps its files, and what each can carry.

Where a fact about a host is from stands on its page in docs/hosts.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tom_swe.errors import TomError, UsageError
from tom_swe.hosts.files import read
from tom_swe.hosts.install import content, parts
from tom_swe.hosts.install.codex_trust import untrusted
from tom_swe.hosts.install.content import AGENT, SKILL, Command
from tom_swe.hosts.install.here import Here
from tom_swe.hosts.install.hook_files import TIMEOUT_SECONDS, HookCall, HookForm
from tom_swe.hosts.install.jsonc import Json
from tom_swe.hosts.install.ours import EVENTS
from tom_swe.hosts.install.parts import Part
from tom_swe.hosts.install.server_files import ServerForm

START, PROMPT, TOOL, AFTER, STOP, END = EVENTS
_ALL = (START, PROMPT, TOOL, STOP, END)
# Claude Code starts a session again after it compacted it. Only then is there something to do.
_COMPACTED = "compact"


# Codex gives no hook more than this at a session's end, and says so each time.
_CODEX_HOOK: Mapping[str, Json] = {"type": "command", "timeout": 3}


@dataclass(frozen=True)
class Host:
    """An agent: how it is known to be here, and what it gets where.

    ``note`` is what the person has to do or to know, and ``waits`` what is still to be done. A
    host with an ``sdk`` installs the plugin itself.
    """

    name: str
    title: str
    programs: tuple[str, ...]
    folder: Callable[[Here], Path]
    parts: Callable[[Here], list[Part]]
    instructions: Callable[[Here], Path] | None = None
    note: str = ""
    sdk: bool = False
    waits: Callable[[Here], str] = lambda _: ""

    def carries(self, here: Here) -> tuple[str, ...]:
        """The kinds of parts that it gets, each once."""
        return tuple(dict.fromkeys(part.what for part in self.parts(here)))

    def is_here(self, here: Here) -> bool:
        """Whether the person has it: its program is on PATH, or its settings are there."""
        path = here.environ.get("PATH")
        found = any(shutil.which(program, path=path) for program in self.programs)
        return found or (bool(self.programs) and self.folder(here).is_dir())

    def has_tom(self, here: Here) -> bool:
        """Whether a part of tom is in it; see `standing` for which, and whether they work."""
        return any(_is_there(part) for part in self.parts(here))


def _is_there(part: Part) -> bool:
    try:
        text = read(part.path)
        return text is not None if part.whole else bool(part.calls(text))
    except TomError:
        return False


def _claude(here: Here) -> Path:
    return here.under("CLAUDE_CONFIG_DIR", ".claude")


def _claude_code(here: Here) -> list[Part]:
    folder = _claude(here)
    # With a folder of its own Claude Code keeps this file in it.
    own = bool(here.environ.get("CLAUDE_CONFIG_DIR"))
    state = folder / ".claude.json" if own else here.home / ".claude.json"
    settings = folder / "settings.json"
    status = parts.status_line(settings, HookCall(str(here.scripts.hook), "claude-code"))
    return [
        _hooks(here, "claude-code", settings, claude_form()),
        *([status] if here.shows_status else []),
        *_server(here, state, ServerForm(fields={"type": "stdio"})),
        _skill(here, folder / "skills"),
        *_commands(here, folder / "commands" / "tom", ".md", Command.as_claude),
        parts.own("agent", folder / "agents" / f"{AGENT}.md", content.agent(here.tom)),
    ]


def _codex_home(here: Here) -> Path:
    return here.under("CODEX_HOME", ".codex")


def _codex(here: Here) -> list[Part]:
    folder = _codex_home(here)
    server = parts.toml_server(folder / "config.toml", "mcp_servers", str(here.scripts.server))
    return [
        _hooks(here, "codex", folder / "hooks.json", HookForm(_same(), fields=_CODEX_HOOK)),
        *([server] if here.serves else []),
        _skill(here, folder / "skills"),
    ]


def _codex_waits(here: Here) -> str:
    folder = _codex_home(here)
    return untrusted(folder / "hooks.json", folder / "config.toml")


def _cursor_home(here: Here) -> Path:
    return here.home / ".cursor"


def _cursor(here: Here) -> list[Part]:
    folder = _cursor_home(here)
    events = {
        "sessionStart": START, "beforeSubmitPrompt": PROMPT, "preToolUse": TOOL,
        "postToolUse": AFTER, "stop": STOP, "sessionEnd": END,
    }  # fmt: skip
    form = HookForm(events, flat=True, fields={"timeout": TIMEOUT_SECONDS}, head={"version": 1})
    return [
        _hooks(here, "cursor", folder / "hooks.json", form),
        *_server(here, folder / "mcp.json", ServerForm()),
        _skill(here, folder / "skills"),
        *_commands(here, folder / "commands", ".md", Command.as_plain, prefix="tom-"),
    ]


def _gemini_home(here: Here) -> Path:
    return here.under("GEMINI_CLI_HOME", ".") / ".gemini"


def _gemini_cli(here: Here) -> list[Part]:
    folder = _gemini_home(here)
    events = {
        START: START, "BeforeAgent": PROMPT, "BeforeTool": TOOL, "AfterTool": AFTER,
        "AfterAgent": STOP, END: END,
    }  # fmt: skip
    fields = {"type": "command", "name": "tom", "timeout": TIMEOUT_SECONDS * 1000}
    settings = folder / "settings.json"
    matchers = {"BeforeTool": "*", "AfterTool": "*"}
    return [
        _hooks(here, "gemini-cli", settings, HookForm(events, matchers, fields=fields)),
        *_server(here, settings, ServerForm()),
        _skill(here, folder / "skills"),
        *_commands(here, folder / "commands" / "tom", ".toml", Command.as_toml),
    ]


def _antigravity_home(here: Here) -> Path:
    names = ("antigravity", "antigravity-cli", "antigravity-ide")
    folders = [_gemini_home(here) / name for name in names]
    return next((each for each in folders if each.is_dir()), folders[0])


def _antigravity(here: Here) -> list[Part]:
    # The app, the editor and the terminal have these in common.
    folder = _gemini_home(here) / "config"
    return [
        *_server(here, folder / "mcp_config.json", ServerForm()),
        _skill(here, folder / "skills"),
    ]


def _copilot_home(here: Here) -> Path:
    return here.under("COPILOT_HOME", ".copilot")


def _copilot(here: Here) -> list[Part]:
    folder = _copilot_home(here)
    # The names of VS Code, which the CLI reads as well.
    form = HookForm(_same(), flat=True, head={"version": 1})
    local = ServerForm(fields={"type": "local", "tools": ["*"]})
    return [
        _hooks(here, "copilot", folder / "hooks" / "tom.json", form),
        *_server(here, folder / "mcp-config.json", local),
        _skill(here, folder / "skills"),
        *(
            part
            for user in _vscode_users(here)
            for part in _server(here, user / "mcp.json", ServerForm("servers", {"type": "stdio"}))
        ),
    ]


def _vscode_users(here: Here) -> list[Path]:
    """The folders of settings of VS Code and its siblings that are there."""
    base = here.config("")
    if sys.platform == "darwin":
        base = here.home / "Library" / "Application Support"
    folders = (base / name / "User" for name in ("Code", "Code - Insiders", "VSCodium"))
    return [each for each in folders if each.is_dir()]


def _opencode_home(here: Here) -> Path:
    return here.config("opencode")


def _opencode(here: Here) -> list[Part]:
    folder = _opencode_home(here)
    names = ("opencode.jsonc", "opencode.json", "config.json")
    settings = next((folder / each for each in names if (folder / each).exists()), None)
    program = str(here.scripts.hook)
    plugin = content.opencode_plugin(program)
    form = ServerForm("mcp", {"type": "local", "enabled": True}, one_list=True)
    return [
        parts.own(parts.HOOKS, folder / "plugin" / "tom.js", plugin, program=program),
        *_server(here, settings or folder / "opencode.json", form),
        _skill(here, folder / "skill"),
        *_commands(here, folder / "command", ".md", Command.as_markdown, prefix="tom-"),
    ]


def _openhands_home(here: Here) -> Path:
    return here.home / ".openhands"


def _openhands_cli(here: Here) -> list[Part]:
    folder = _openhands_home(here)
    servers = here.under("OPENHANDS_PERSISTENCE_DIR", ".openhands") / "mcp.json"
    return [
        _hooks(here, "openhands-cli", folder / "hooks.json", claude_form()),
        *_server(here, servers, ServerForm()),
        _skill(here, folder / "skills"),
    ]


def _openhands_sdk(here: Here) -> Path:
    """Where the SDK has the plugin."""
    environ = here.environ
    named = environ.get("OPENHANDS_PERSISTENCE_DIR") or environ.get("OH_PERSISTENCE_DIR")
    usual = here.home / ".openhands" / "plugins" / "installed" / content.PLUGIN
    if not named:
        return usual
    # Older SDKs keep plugins in the home directory whatever the variables say.
    place = Path(named).expanduser() / "plugins" / "installed" / content.PLUGIN
    return place if place.exists() else usual


def _agent_plugin_home(here: Here) -> Path:
    return here.folder or here.scripts.folder.parent / "agent-plugin"


def _agent_plugin(here: Here) -> list[Part]:
    folder = _agent_plugin_home(here)
    servers = content.agent_plugin_servers(str(here.scripts.server))
    program = str(here.scripts.server)
    server = parts.own(parts.SERVERS, folder / "mcp.json", servers, program=program)
    return [
        parts.own("plugin", folder / "plugin.json", content.agent_plugin_manifest()),
        *([server] if here.serves else []),
        _skill(here, folder / "skills"),
    ]


_TRUST = "at its next start it asks whether you trust the hooks; before that it runs none"
_OTHERS = (
    "give the folder to any agent that reads Agent Plugins 1.0; it has no hooks, so the agent has "
    "to ask tom"
)

HOSTS: Mapping[str, Host] = {
    host.name: host
    for host in (
        Host(
            "claude-code", "Claude Code", ("claude",), _claude, _claude_code,
            lambda here: _claude(here) / "CLAUDE.md",
        ),
        Host(
            "codex", "Codex", ("codex",), _codex_home, _codex,
            lambda here: _codex_home(here) / "AGENTS.md", note=_TRUST, waits=_codex_waits,
        ),
        Host("cursor", "Cursor, editor and CLI", ("cursor", "cursor-agent"), _cursor_home, _cursor),
        Host(
            "opencode", "opencode", ("opencode",), _opencode_home, _opencode,
            lambda here: _opencode_home(here) / "AGENTS.md",
        ),
        Host(
            "copilot", "Copilot, CLI and VS Code", ("copilot", "code"), _copilot_home, _copilot,
            lambda here: _copilot_home(here) / "copilot-instructions.md",
        ),
        Host(
            "gemini-cli", "Gemini CLI", ("gemini",), _gemini_home, _gemini_cli,
            lambda here: _gemini_home(here) / "GEMINI.md",
        ),
        Host(
            "antigravity", "Antigravity", ("antigravity", "agy"), _antigravity_home, _antigravity,
            note="it has no hooks of tom's, so the agent has to ask tom",
        ),
        Host("openhands-cli", "openhands CLI", ("openhands",), _openhands_home, _openhands_cli),
        Host("openhands", "OpenHands SDK", (), _openhands_sdk, lambda _: [], sdk=True),
        Host(
            "agent-plugin", "Agent Plugins 1.0", (), _agent_plugin_home, _agent_plugin,
            note=_OTHERS,
        ),
    )
}  # fmt: skip


def host_named(name: str) -> Host:
    """The host of this name. Raises UsageError."""
    try:
        return HOSTS[name]
    except KeyError:
        raise UsageError(f"{name!r} is not an agent: use one of {', '.join(HOSTS)}") from None


def claude_form() -> HookForm:
    """How Claude Code writes its hooks, and OpenHands after it.

    OpenHands takes what stands beside SessionStart for the name of a tool, and never calls it.
    """
    return HookForm(_same(), {**dict.fromkeys(_ALL, "*"), START: _COMPACTED})


def _same() -> dict[str, str]:
    return {event: event for event in _ALL}


def _hooks(here: Here, name: str, path: Path, form: HookForm) -> Part:
    return parts.hooks(path, form, HookCall(str(here.scripts.hook), name))


def _server(here: Here, path: Path, form: ServerForm) -> list[Part]:
    return [parts.server(path, form, str(here.scripts.server))] if here.serves else []


def _skill(here: Here, folder: Path) -> Part:
    return parts.own("skill", folder / SKILL / "SKILL.md", content.skill(here.tom))


def _commands(
    here: Here, folder: Path, suffix: str, write: Callable[[Command], str], prefix: str = ""
) -> list[Part]:
    return [
        parts.own("commands", folder / f"{prefix}{each.name}{suffix}", write(each))
        for each in content.commands(here.tom)
    ]
