"""Cursor's `cursor-agent -p`, which draws on the person's Cursor plan.

Written from its documentation and others' notes on it: it cannot be had from a registry, so the
tests run a program that answers in its form.
"""

from __future__ import annotations

from pathlib import Path
from typing import override

from tom_swe.llm.agents.base import AgentHost, Asked, Said, number, object_in, table, text
from tom_swe.model.calls import Usage


class CursorAgentProgram(AgentHost):
    """One question in the mode that only answers.

    It keeps a chat, which tom's importers know by its folder and its first line; tom's own hooks
    are silent in it. MCP servers need an approval that nobody gives.
    """

    name = "cursor-agent"
    program = "cursor-agent"
    small = "auto"
    overhead = 8_000
    takes_system = False

    @override
    def command(self, asked: Asked) -> list[str]:
        """The question comes on stdin."""
        return [
            *("-p", "--output-format", "json"),
            *("--mode", "ask", "--trust"),
            *("--model", asked.model),
        ]

    @override
    def said(self, out: str, folder: Path) -> Said | None:
        """One object where it went well; an error is a line on the other stream."""
        told = object_in(out)
        if told.get("type") != "result":
            return None
        reply = text(told.get("result"))
        if told.get("is_error"):
            return Said(fault=reply)
        used = table(told.get("usage"))
        cached = number(used, "cacheReadTokens")
        usage = Usage(
            tokens_in=number(used, "inputTokens", "cacheWriteTokens") + cached,
            tokens_out=number(used, "outputTokens"),
            cached=cached,
        )
        return Said(reply, usage if usage.tokens_in else None)
