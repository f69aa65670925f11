"""Where the transcript of one session is, as its host named it or where the host keeps them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tom_swe.hosts.hook.event import (
    CLAUDE_CODE,
    CODEX,
    COPILOT_CLI,
    CURSOR,
    GEMINI_CLI,
    OPENCODE,
    OPENHANDS,
    VSCODE,
)

# What a host's own files of one session are called; a path that it names is one of these.
_NAMED = {
    CLAUDE_CODE: (".jsonl",),
    CODEX: (".jsonl",),
    GEMINI_CLI: (".jsonl", ".json"),
    COPILOT_CLI: (".jsonl",),
    CURSOR: (".jsonl", ".txt"),
}
# Where a session's file or folder is below a place where the host keeps them.
_KEPT = {
    CODEX: ("*/*/*/rollout-*-{session}.jsonl",),
    COPILOT_CLI: ("{session}/events.jsonl",),
    CURSOR: ("*/agent-transcripts/{session}.*", "*/agent-transcripts/{session}/{session}.*"),
    OPENCODE: ("",),
    OPENHANDS: ("{plain}", "{session}"),
    VSCODE: (
        "workspaceStorage/*/chatSessions/{session}.json*",
        "globalStorage/emptyWindowChatSessions/{session}.json*",
    ),
}
# What a session is in a store of many: there it is read alone.
_IN_STORES = frozenset({OPENCODE})
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,200}")


class FoundSession(NamedTuple):
    """A transcript, of which ``only`` one session is meant where it holds several."""

    path: Path
    only: str = ""


def found(
    host: str, session: str, named: str, environ: Mapping[str, str], home: Path
) -> FoundSession | None:
    """The transcript of a session; None where there is none to be read."""
    from tom_swe.ingest import IMPORTERS

    path = Path(named)
    if named and path.suffix in _NAMED.get(host, ()) and path.is_file():
        return FoundSession(path)
    if host not in _KEPT or not _SESSION.fullmatch(session):
        return None
    for root in IMPORTERS[host].roots(environ, home):
        for pattern in _KEPT[host]:
            wanted = pattern.format(session=session, plain=session.replace("-", ""))
            there = [root] if not wanted else sorted(root.glob(wanted))
            if there:
                return FoundSession(there[0], session if host in _IN_STORES else "")
    return None
