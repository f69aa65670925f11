"""The skill, the commands and the agent of the plugin, in the words of each host. Pure but for
reading what is shipped.
"""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import NamedTuple

SKILL = "tom-user-model"
AGENT = "user-advocate"
COMMANDS = ("profile", "why", "forget", "learn")
PLUGIN = "tom"

# Where a page names the command line: in code, or in what a command may use.
_TOM = re.compile(r"(?m)(?<=[`(])tom (?=[a-z])|^tom (?=[a-z])")
_HEAD = re.compile(r"\A---\n(.*?\n)---\n\n?", re.DOTALL)


def plugin_folder() -> Path:
    """The plugin that is shipped with tom, for OpenHands and Claude Code alike."""
    return Path(str(resources.files("tom_swe.hosts") / "plugin"))


class Command(NamedTuple):
    """A command that a person gives an agent."""

    name: str
    text: str

    @property
    def description(self) -> str:
        """What it does, in a line."""
        found = re.search(r"(?m)^description: (.*)$", self.text)
        return found[1] if found else ""

    @property
    def prompt(self) -> str:
        """What the agent is to do."""
        return _HEAD.sub("", self.text)

    def as_claude(self) -> str:
        """Markdown with the tools that it may use, as Claude Code has it."""
        return self.text

    def as_markdown(self) -> str:
        """Markdown with no more than a description before it."""
        return f"---\ndescription: {self.description}\n---\n\n{self.prompt}"

    def as_plain(self) -> str:
        """Markdown with nothing before it."""
        return self.prompt

    def as_toml(self) -> str:
        """TOML, as Gemini CLI has it."""
        prompt = self.prompt.replace("$ARGUMENTS", "{{args}}")
        return f'description = {json.dumps(self.description)}\nprompt = """\n{prompt}"""\n'


def commands(tom: str = "tom") -> list[Command]:
    """All of them, where ``tom`` is what the command line is called by."""
    folder = plugin_folder() / "commands"
    return [Command(name, _calling(tom, _read(folder / f"{name}.md"))) for name in COMMANDS]


def skill(tom: str = "tom") -> str:
    """The skill that says when to ask tom."""
    return _calling(tom, _read(plugin_folder() / "skills" / SKILL / "SKILL.md"))


def agent(tom: str = "tom") -> str:
    """The agent that speaks for the person, as Claude Code has it."""
    return _calling(tom, _read(plugin_folder() / "agents" / f"{AGENT}.md"))


def opencode_plugin(program: str) -> str:
    """The module by which opencode calls tom's hook."""
    text = _read(plugin_folder() / "opencode" / "tom.js")
    return text.replace('"tom-hook"', json.dumps(program))


def agent_plugin_manifest() -> str:
    """The ``plugin.json`` of Agent Plugins 1.0."""
    told = json.loads(_read(plugin_folder() / ".plugin" / "plugin.json"))
    schema = {"$schema": "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json"}
    return json.dumps(schema | told, indent=2, ensure_ascii=False) + "\n"


def agent_plugin_servers(program: str) -> str:
    """The ``mcp.json`` of Agent Plugins 1.0."""
    told = {
        "$schema": "https://agent-plugins.org/schemas/1.0.0/mcp.schema.json",
        "mcpServers": {"tom-swe": {"type": "stdio", "command": program}},
    }
    return json.dumps(told, indent=2) + "\n"


def _calling(tom: str, text: str) -> str:
    return text if tom == "tom" else _TOM.sub(lambda _: f"{tom} ", text)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
