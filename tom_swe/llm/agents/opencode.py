"""opencode: `opencode run`, with whatever provider the person has logged in to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import override

from tom_swe.llm.agents.base import AgentHost, Asked, Said, Table, lines_of, number, table, text
from tom_swe.model.calls import Usage

AGENT = "tom"
_FILTERED = re.compile(r"content.?filter", re.IGNORECASE)
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)


class OpenCodeProgram(AgentHost):
    """One request, its session in a database in memory."""

    name = "opencode"
    program = "opencode"
    overhead = 100

    @override
    def command(self, asked: Asked) -> list[str]:
        """An agent of this question's own; a title, since it would ask a model for one."""
        named = asked.model or next(_told(asked, "small_model"), "")
        return [
            *("run", "--format", "json", "--pure", "--agent", AGENT, "--title", AGENT),
            *(("--model", str(named)) if named else ()),
        ]

    @override
    def environ(self, asked: Asked) -> dict[str, str]:
        """Settings beside the person's: their login and providers hold, all else rests."""
        servers = [name for each in _told(asked, "mcp") for name in table(each)]
        agent = {
            "mode": "primary",
            "prompt": asked.system,
            "tools": {"*": False},
            "permission": {"*": "deny"},
        }
        config = {
            "agent": {AGENT: agent},
            "mcp": {name: {"enabled": False} for name in servers},
            "permission": {"*": "deny"},
            "share": "disabled",
            "snapshot": False,
            "autoupdate": False,
        }
        return {
            "OPENCODE_CONFIG_CONTENT": json.dumps(config),
            "OPENCODE_DB": ":memory:",
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
        }

    @override
    def said(self, out: str, folder: Path) -> Said | None:
        """Events, of which the last step's texts are the reply."""
        reply, usage, ended, refused = "", Usage(), False, False
        for line in lines_of(out):
            part = table(line.get("part"))
            match line.get("type"):
                case "step_start":
                    reply = ""
                case "text":
                    reply += text(part.get("text"))
                case "step_finish":
                    ended, usage = True, usage + _usage(part)
                    refused = part.get("reason") == "content-filter"
                case "error":
                    return _fault(table(line.get("error")))
                case _:
                    continue
        return Said(reply, usage, refused=refused) if ended else None


def _fault(error: Table) -> Said:
    data = table(error.get("data"))
    said = text(data.get("message")) or text(error.get("name")) or "an error without words"
    if _FILTERED.search(f"{error.get('name')} {said}"):
        return Said(refused=True)
    return Said(fault=said, status=number(data, "statusCode"))


def _usage(part: Table) -> Usage:
    tokens, cost = table(part.get("tokens")), part.get("cost")
    cache = table(tokens.get("cache"))
    return Usage(
        tokens_in=number(tokens, "input") + number(cache, "read", "write"),
        tokens_out=number(tokens, "output", "reasoning"),
        cached=number(cache, "read"),
        # It says 0 of a plan, and of a model whose price it does not know.
        cost=float(cost) if isinstance(cost, int | float) and cost else None,
    )


def _told(asked: Asked, name: str) -> Iterator[object]:
    """What the person's own settings say of something."""
    place = Path(asked.environ.get("XDG_CONFIG_HOME") or asked.home / ".config") / "opencode"
    files = [place / each for each in ("opencode.json", "opencode.jsonc", "config.json")]
    if named := asked.environ.get("OPENCODE_CONFIG"):
        files.append(Path(named))
    for file in files:
        try:
            config: object = json.loads(_COMMENT.sub("", file.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError):
            continue
        if name in table(config):
            yield table(config)[name]
