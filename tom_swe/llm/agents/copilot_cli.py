"""Copilot CLI: `copilot`, which draws on the person's GitHub Copilot plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import override

from tom_swe.llm.agents.base import AgentHost, Asked, Said, lines_of, number, table, text
from tom_swe.model.calls import Usage

_USAGE = "usage.json"


class CopilotCliProgram(AgentHost):
    """One request from a home of its own: the program cannot be told to keep no session."""

    name = "copilot-cli"
    program = "copilot"
    small = "gpt-5-mini"
    overhead = 2_000
    takes_system = False

    @override
    def command(self, asked: Asked) -> list[str]:
        """The question comes on stdin, which makes it non-interactive."""
        return [
            *("--output-format", "json"),
            *("--model", asked.model),
            *("--available-tools", "none"),
            *("--log-level", "none"),
            *("--stream", "off"),
            *("--usage-output-file", str(asked.folder / _USAGE)),
            *("--disable-builtin-mcps", "--no-custom-instructions", "--no-auto-update"),
            *("--no-ask-user", "--no-color", "--no-remote"),
        ]

    @override
    def environ(self, asked: Asked) -> dict[str, str]:
        """A home with the person's login and none of their hooks, servers or sessions."""
        here = Path(asked.environ.get("COPILOT_HOME") or asked.home / ".copilot")
        asked.link("home/config.json", here / "config.json")
        asked.file("home/settings.json", json.dumps({"disableAllHooks": True, "memory": False}))
        return {"COPILOT_HOME": str(asked.folder / "home"), "COPILOT_AUTO_UPDATE": "false"}

    @override
    def said(self, out: str, folder: Path) -> Said | None:
        """Events; what was used stands in a file."""
        failed: Said | None = None
        reply, ended = "", False
        for line in lines_of(out):
            data = table(line.get("data"))
            match line.get("type"):
                case "assistant.message":
                    reply, ended = text(data.get("content")), True
                case "session.error":
                    status = number(data, "statusCode")
                    return Said(fault=text(data.get("message")), status=status)
                case "model.call_failure":
                    # It waits and asks again, perhaps for longer than tom does.
                    status = number(data, "statusCode")
                    failed = Said(fault=f"status {status} from the model", status=status)
                case _:
                    continue
        return Said(reply, _used(folder / _USAGE)) if ended else failed


def _used(file: Path) -> Usage | None:
    try:
        told: object = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    usage = Usage()
    for each in table(table(told).get("modelMetrics")).values():
        used = table(table(each).get("usage"))
        usage += Usage(
            tokens_in=number(used, "inputTokens"),
            tokens_out=number(used, "outputTokens"),
            cached=number(used, "cacheReadTokens"),
        )
    return usage if usage.tokens_in else None
