"""Claude Code: `claude -p`, which draws on the person's Claude plan, or on their key."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import override

from tom_swe.llm.agents.base import AgentHost, Asked, Said, Table, number, object_in, table, text
from tom_swe.model.calls import Usage

THINKING = 1_024  # tokens; the least that it takes for a limit


class ClaudeCodeProgram(AgentHost):
    """One request, without a transcript: 1.5 kB around the question."""

    name = "claude-code"
    program = "claude"
    small = "haiku"
    overhead = 600
    # Of the dearest where the name says no family.
    prices = MappingProxyType(
        {"haiku": (1.0, 5.0), "sonnet": (3.0, 15.0), "opus": (5.0, 25.0), "": (15.0, 75.0)}
    )

    @override
    def command(self, asked: Asked) -> list[str]:
        """No setting sources means no hooks, plugins or CLAUDE.md; a login is still read."""
        return [
            "-p",
            *("--output-format", "json"),
            *("--json-schema", json.dumps(_outline(asked.schema))),
            "--no-session-persistence",
            *("--tools", ""),
            *("--setting-sources", ""),
            "--strict-mcp-config",
            "--disable-slash-commands",
            *("--system-prompt", asked.system),
            *("--model", asked.model),
        ]

    @override
    def environ(self, asked: Asked) -> dict[str, str]:
        """Without these it asks again up to ten times, and thinks for up to 31,999 tokens."""
        return {
            "CLAUDE_CODE_MAX_RETRIES": "0",
            "MAX_STRUCTURED_OUTPUT_RETRIES": "1",
            "MAX_THINKING_TOKENS": str(THINKING),
            "CLAUDE_CODE_MAX_OUTPUT_TOKENS": str(asked.most_tokens + THINKING),
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "CLAUDE_CODE_SKIP_PROMPT_HISTORY": "1",
            "DISABLE_AUTOUPDATER": "1",
        }

    @override
    def said(self, out: str, folder: Path) -> Said | None:
        """A reply in form stands in ``structured_output``, any other in ``result``."""
        told = object_in(out)
        if told.get("type") != "result":
            return None
        reply, usage = text(told.get("result")), _usage(told)
        if told.get("stop_reason") == "refusal":
            return Said(usage=usage, refused=True)
        if str(told.get("subtype")).startswith("error_max"):
            # It had replies, did not take them, and says nothing of what they were.
            return Said(usage=usage if usage.tokens_in else None)
        if told.get("is_error"):
            return Said(usage=usage, fault=reply, status=number(told, "api_error_status"))
        if (formed := told.get("structured_output")) is not None:
            reply = json.dumps(formed, ensure_ascii=False)
        return Said(reply, usage)


def _outline(schema: object) -> Table:
    """The names of the reply's parts alone.

    Given more, the program throws a reply away that is a little off, and asks for it again at
    the person's cost; tom takes as much of it as is right. The prompt says the whole form.
    """
    named = table(table(schema).get("properties"))
    return {"type": "object", "properties": {name: {} for name in named}}


def _usage(told: Table) -> Usage:
    used, cost = table(told.get("usage")), told.get("total_cost_usd")
    cached = number(used, "cache_read_input_tokens")
    return Usage(
        tokens_in=number(used, "input_tokens", "cache_creation_input_tokens") + cached,
        tokens_out=number(used, "output_tokens"),
        cached=cached,
        cost=float(cost) if isinstance(cost, int | float) else None,
    )
