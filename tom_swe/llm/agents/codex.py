"""Codex: `codex exec`, which draws on the person's ChatGPT plan, or on their key."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import override

from tom_swe.llm.agents.base import (
    AgentHost,
    Asked,
    Said,
    disabled,
    lines_of,
    number,
    table,
    text,
)
from tom_swe.model.calls import Usage

# Each of them is a tool, a hook, or a part of the prompt.
_FEATURES = (
    *("hooks", "plugins", "apps", "multi_agent", "shell_tool", "unified_exec", "shell_snapshot"),
    *("image_generation", "view_image", "browser_use", "computer_use", "goals", "sleep_tool"),
    *("skill_search", "tool_suggest"),
)
_SETTINGS = (
    'web_search="disabled"',
    'model_reasoning_effort="low"',
    "project_doc_max_bytes=0",
    "skills.include_instructions=false",
    "include_environment_context=false",
    "include_permissions_instructions=false",
    "include_apps_instructions=false",
)
_STATUS = re.compile(r"\bstatus:? (\d{3})\b")
_NAME = re.compile(r"[\w-]+")


class CodexProgram(AgentHost):
    """One request, without a rollout; the person's settings hold, their MCP servers rest."""

    name = "codex"
    program = "codex"
    small = "gpt-5.6-luna"
    overhead = 3_200
    takes_schema = True

    @override
    def command(self, asked: Asked) -> list[str]:
        """Features that a version does not know are passed over by it."""
        prompt = json.dumps(asked.file("system.md", asked.system))
        servers = [f"mcp_servers.{name}.enabled=false" for name in _servers(asked)]
        return [
            "exec",
            "--ephemeral",
            *("--output-schema", asked.file("schema.json", json.dumps(dict(asked.schema)))),
            "--json",
            *("--sandbox", "read-only"),
            "--skip-git-repo-check",
            *("--model", asked.model),
            *disabled("--disable", _FEATURES),
            *disabled("-c", (f"model_instructions_file={prompt}", *_SETTINGS, *servers)),
            "-",
        ]

    @override
    def said(self, out: str, folder: Path) -> Said | None:
        """The last message of the agent; a turn that ended without one was refused."""
        reply, fault, usage, ended = "", "", None, False
        for line in lines_of(out):
            item = table(line.get("item"))
            match line.get("type"):
                case "item.completed" if item.get("type") == "agent_message":
                    reply = text(item.get("text"))
                case "turn.completed":
                    ended, usage = True, _usage(table(line.get("usage")))
                case "turn.failed":
                    fault = text(table(line.get("error")).get("message"))
                case "error":
                    fault = fault or text(line.get("message"))
                case _:
                    continue
        if ended:
            return Said(reply, usage, refused=not reply)
        if not fault:
            return None
        found = _STATUS.search(fault)
        return Said(fault=fault, status=int(found[1]) if found else 0)


def _usage(used: dict[str, object]) -> Usage:
    return Usage(
        tokens_in=number(used, "input_tokens"),
        tokens_out=number(used, "output_tokens"),
        cached=number(used, "cached_input_tokens"),
    )


def _servers(asked: Asked) -> list[str]:
    """The MCP servers that the person has set up."""
    folder = Path(asked.environ.get("CODEX_HOME") or asked.home / ".codex")
    try:
        config = tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []  # the program says itself what is wrong with it
    return [name for name in table(config.get("mcp_servers")) if _NAME.fullmatch(name)]
