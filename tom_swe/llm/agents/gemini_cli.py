"""Gemini CLI: `gemini`, which draws on the person's Google account, or on their key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import override

from tom_swe.llm.agents.base import AgentHost, Asked, Said, number, object_in, table, text
from tom_swe.model.calls import Usage

# The login and what belongs to it. The rest of the folder is settings, hooks and sessions.
_LOGIN = ("oauth_creds.json", "google_accounts.json", "gemini-credentials.json", ".env")
_CHOSEN = re.compile(r'"selectedType"\s*:\s*"([\w-]+)"')
# The exit code of a program that cannot log in.
_LOGIN_CODE = 41


class GeminiCliProgram(AgentHost):
    """One request from a home of its own: the program cannot be told to keep no session."""

    name = "gemini-cli"
    program = "gemini"
    small = "flash-lite"
    overhead = 300

    @override
    def command(self, asked: Asked) -> list[str]:
        """The question comes on stdin, which makes it non-interactive."""
        return ["--output-format", "json", "--skip-trust", "--model", asked.model]

    @override
    def environ(self, asked: Asked) -> dict[str, str]:
        """A home with the person's login and none of their settings."""
        here = Path(asked.environ.get("GEMINI_CLI_HOME") or asked.home) / ".gemini"
        for name in _LOGIN:
            asked.link(f"home/.gemini/{name}", here / name)
        asked.file("home/.gemini/settings.json", json.dumps(_settings(here / "settings.json")))
        return {
            "GEMINI_CLI_HOME": str(asked.folder / "home"),
            "GEMINI_SYSTEM_MD": asked.file("system.md", asked.system),
            # Where it writes what went wrong, the question included.
            "TMPDIR": str(asked.folder / "home"),
        }

    @override
    def said(self, out: str, folder: Path) -> Said | None:
        """One object, with an error or with a response and statistics by model."""
        told = object_in(out)
        if error := table(told.get("error")):
            code = number(error, "code")
            status = 401 if code == _LOGIN_CODE else code if code >= 400 else 0
            return Said(fault=text(error.get("message")), status=status)
        if "response" not in told:
            return None
        usage = Usage()
        for each in table(table(told.get("stats")).get("models")).values():
            tokens = table(table(each).get("tokens"))
            usage += Usage(
                tokens_in=number(tokens, "prompt"),
                tokens_out=number(tokens, "candidates", "thoughts"),
                cached=number(tokens, "cached"),
            )
        return Said(text(told["response"]), usage)


def _settings(theirs: Path) -> dict[str, object]:
    """No tools, hooks, MCP, memory or telemetry, one try; the way to log in is the person's."""
    settings: dict[str, object] = {
        "tools": {"core": ["none"]},
        "hooksConfig": {"enabled": False},
        "context": {"fileName": ["none.md"], "includeDirectoryTree": False},
        "general": {"enableAutoUpdate": False, "maxAttempts": 1},
        "telemetry": {"enabled": False},
        "privacy": {"usageStatisticsEnabled": False},
    }
    try:
        chosen = _CHOSEN.search(theirs.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        chosen = None
    if chosen:
        settings["security"] = {"auth": {"selectedType": chosen[1]}}
    return settings
