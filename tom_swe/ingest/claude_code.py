"""Claude Code: one JSONL file a session, ``~/.claude/projects/<slug>/<session>.jsonl``.

Going on with a session may write it into a new file. Files of one session are one source, and a
line's ``uuid`` counts once in it. Lines that stand in another session as well are told apart by
memory, not here.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tom_swe.errors import SourceError
from tom_swe.ingest.base import (
    Tally,
    TranscriptSource,
    existing,
    present,
    printable,
    sources_of,
    walk,
)
from tom_swe.ingest.claude_session import ClaudeSession
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.records import (
    as_str,
    first_record,
    read_records,
)
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "claude-code"

_KNOWN = {
    *("user", "assistant", "system", "summary", "progress", "attachment", "queue-operation"),
    *(
        "file-history-snapshot",
        "custom-title",
        "ai-title",
        "last-prompt",
        "mode",
        "permission-mode",
    ),
}
_VERSION = re.compile(r"[\w.+-]{1,40}")


class ClaudeCode:
    """Reads the histories of Claude Code."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``projects`` in ``$CLAUDE_CONFIG_DIR``, or in ``~/.claude`` and ``~/.config/claude``."""
        if configured := environ.get("CLAUDE_CONFIG_DIR"):
            folders = [Path(part) for part in configured.split(",") if part]
        else:
            folders = [home / ".claude", home / ".config" / "claude"]
        return present(folder / "projects" for folder in folders)

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """The transcripts under a path, those that share history together."""
        path = existing(path)
        if path.is_dir():
            folder = path / "projects" if (path / "projects").is_dir() else path
            files = [file for file in walk(folder, _wanted) if "subagents" not in file.parts]
            groups = _groups(files)
        else:
            # Its neighbours may hold the history that it repeats.
            groups = [group for group in _groups(_beside(path)) if path in group] or [[path]]
        yield from sources_of(HOST, groups)

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The sessions of these files, in the order in which they begin there."""
        sessions: dict[str, ClaudeSession] = {}
        seen: set[str] = set()
        failed: SourceError | None = None
        for file in source.files:
            try:
                _read_file(file, sessions, seen, tally, redactor)
            except SourceError as error:
                if len(source.files) == 1:
                    raise
                failed = error
                tally.problem(file, "cannot be read")
        if failed and not sessions:
            raise failed
        for conversation in sessions.values():
            if session := conversation.finish():
                yield session


def _wanted(name: str) -> bool:
    # Files of sub-agents hold what the agent told another agent.
    return name.endswith(".jsonl") and not name.startswith("agent-")


def _beside(file: Path) -> list[Path]:
    try:
        return sorted(other for other in file.parent.iterdir() if _wanted(other.name))
    except OSError:
        return []


def _groups(files: list[Path]) -> list[list[Path]]:
    """The files of this host by session, the older before those that go on from it."""
    groups: dict[str, list[tuple[tuple[object, ...], Path]]] = {}
    alias: dict[str, str] = {}
    for file in files:
        head = first_record(file, lambda record: bool(as_str(record.get("sessionId"))))
        told = as_str(head.get("sessionId"))
        kind = as_str(head.get("type"))
        # Other hosts name sessions likewise, and a new kind of record may come first.
        if not kind or (not told and kind not in _KNOWN):
            continue
        keys = [told or file.stem, file.stem]
        known = [alias[key] for key in keys if key in alias]
        home = known[0] if known else keys[0]
        for other in known[1:]:
            if other != home:
                groups[home] += groups.pop(other)
                alias.update({key: home for key, value in alias.items() if value == other})
        alias.update(dict.fromkeys(keys, home))
        try:
            age = file.stat().st_mtime_ns
        except OSError:
            age = 0
        groups.setdefault(home, []).append(((told not in ("", file.stem), age, file.name), file))
    return [[file for _, file in sorted(group)] for group in groups.values()]


def _read_file(
    file: Path,
    sessions: dict[str, "ClaudeSession"],
    seen: set[str],
    tally: Tally,
    redactor: Redactor,
) -> None:
    first = ""
    known = False
    for record in read_records(file, tally):
        kind = as_str(record.get("type"))
        first = first or kind or "none"
        known = known or kind in _KNOWN or bool(record.get("sessionId"))
        identity = as_str(record.get("uuid"))
        if kind == "queue-operation":
            identity = (
                f"{record.get('timestamp')} {record.get('operation')} {record.get('content')}"
            )
        if identity:
            if identity in seen:
                continue
            seen.add(identity)
        session = as_str(record.get("sessionId")) or file.stem
        if session not in sessions:
            draft = SessionDraft(HOST, session, printable(file), tally, redactor)
            sessions[session] = ClaudeSession(draft)
        sessions[session].take(kind, record)
    if first and not known:
        named = first if _VERSION.fullmatch(first) else "unnamed"
        tally.unknown_versions.add(f"{HOST}: records of type {named}")
