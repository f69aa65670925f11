"""The prompt histories of Claude Code and Codex: everything typed, one line a prompt.

Both hosts keep ``history.jsonl`` longer than their transcripts, without a word of the agent:

- Claude Code, ``~/.claude/history.jsonl``: ``{"display", "pastedContents", "timestamp",
  "project", "sessionId"}``. Older lines have no ``sessionId``: those of one project and day are
  a session. A paste is in the line, or in ``paste-cache/<contentHash>.txt`` beside the history.
- Codex, ``~/.codex/history.jsonl``: ``{"session_id", "ts", "text"}``, no folder.

The sessions are mirrors: where the transcript of one is kept as well, that one counts.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tom_swe.ingest.base import (
    Tally,
    TranscriptSource,
    existing,
    present,
    printable,
    source_of,
    walk,
)
from tom_swe.ingest.codex_prompts import typed
from tom_swe.ingest.draft import ATTACHMENT_LIMIT, SessionDraft
from tom_swe.ingest.records import Record, as_dict, as_str, instant, peek, read_records
from tom_swe.model.session import Provenance, Session
from tom_swe.redact.redactor import Redactor

FILE = "history.jsonl"

# What stands in a prompt of Claude Code for what was pasted into it.
_PLACEHOLDER = re.compile(
    r"\[(?:Pasted text|Image|\.\.\.Truncated text) #(\d{1,9})[^\]\n]{0,200}\]"
)
_HASH = re.compile(r"[0-9A-Za-z]{8,128}")
_COMMAND = re.compile(r"/[A-Za-z][\w:.-]*(?=\s|\Z)")
# The terminal asks for a backslash before a line break.
_CONTINUED = re.compile(r"\\(?=\n|\Z)")
# One prompt is sometimes written twice within a tenth of a second.
_AT_ONCE = 1.0


class _Prompt(NamedTuple):
    """One line: whose session it belongs to, and what of it was typed."""

    session: str
    cwd: str
    at: datetime | None
    words: str
    attachment: str


class _PromptHistory:
    """Reads the histories of one host; ``family`` is the host whose prompts they hold."""

    host: str
    family: str

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """The history of a folder of the host's, or each one below another folder."""
        path = existing(path)
        if not path.is_dir():
            files = [path]
        elif (path / FILE).is_file():
            files = [path / FILE]
        else:
            files = list(walk(path, lambda name: name == FILE))
        for file in files:
            ours = file == path or any(self._is_ours(record) for record in peek(file))
            if ours and (source := source_of(self.host, [file])):
                yield source

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The sessions of a history, in the order in which they begin there."""
        file = source.files[0]
        drafts: dict[str, SessionDraft] = {}
        last: dict[str, _Prompt] = {}
        for record in read_records(file, tally):
            prompt = self._prompt(record, file) if self._is_ours(record) else None
            if prompt is None:
                tally.lines_skipped += not self._is_ours(record)
                continue
            if _same(last.get(prompt.session), prompt):
                continue
            last[prompt.session] = prompt
            draft = drafts.get(prompt.session)
            if draft is None:
                draft = SessionDraft(
                    self.host,
                    prompt.session,
                    printable(file),
                    tally,
                    redactor,
                    family=self.family,
                )
                draft.provenance = Provenance.MIRROR
                draft.cwd = prompt.cwd
                drafts[prompt.session] = draft
            draft.user(prompt.words, prompt.at, attachment=prompt.attachment)
        for draft in drafts.values():
            if session := draft.finish():
                yield session

    def _is_ours(self, record: Record) -> bool:
        raise NotImplementedError

    def _prompt(self, record: Record, file: Path) -> _Prompt | None:
        raise NotImplementedError


class ClaudeHistory(_PromptHistory):
    """Reads the prompt history of Claude Code."""

    host = "claude-history"
    family = "claude-code"

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``$CLAUDE_CONFIG_DIR``, or ``~/.claude`` and ``~/.config/claude``, with a history."""
        if configured := environ.get("CLAUDE_CONFIG_DIR"):
            folders = [Path(part) for part in configured.split(",") if part]
        else:
            folders = [home / ".claude", home / ".config" / "claude"]
        return _with_history(folders)

    def _is_ours(self, record: Record) -> bool:
        return isinstance(record.get("display"), str) and (
            "pastedContents" in record or "project" in record
        )

    def _prompt(self, record: Record, file: Path) -> _Prompt | None:
        at = instant(record.get("timestamp"))
        project = as_str(record.get("project"))
        session = as_str(record.get("sessionId")) or _by_day(project, at)
        display = as_str(record.get("display")).strip()
        if display.startswith("!"):
            return None
        attached = "\n\n".join(_pasted(display, as_dict(record.get("pastedContents")), file))
        words = _CONTINUED.sub("", _PLACEHOLDER.sub("", display))
        if command := _COMMAND.match(words):
            words = words[command.end() :]
        return _Prompt(session, project, at, words.strip(), attached)


class CodexHistory(_PromptHistory):
    """Reads the prompt history of Codex."""

    host = "codex-history"
    family = "codex"

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """``$CODEX_HOME`` or ``~/.codex``, with a history."""
        return _with_history([Path(environ.get("CODEX_HOME") or home / ".codex")])

    def _is_ours(self, record: Record) -> bool:
        return isinstance(record.get("text"), str) and bool(as_str(record.get("session_id")))

    def _prompt(self, record: Record, file: Path) -> _Prompt | None:
        del file
        text = as_str(record.get("text")).strip()
        if text.startswith("!") or ((command := _COMMAND.match(text)) and command[0] == text):
            return None
        given = typed(text)
        words, attached = (text, "") if given is None else (given, text)
        at = instant(record.get("ts"))
        return _Prompt(as_str(record.get("session_id")), "", at, words, attached)


def _with_history(folders: list[Path]) -> list[Path]:
    return [folder for folder in present(folders) if (folder / FILE).is_file()]


def _same(before: _Prompt | None, prompt: _Prompt) -> bool:
    if before is None or before.words != prompt.words or not (before.at and prompt.at):
        return False
    return abs((prompt.at - before.at).total_seconds()) < _AT_ONCE


def _by_day(project: str, at: datetime | None) -> str:
    """The id of a session of which only its project and its day are known."""
    day = f"{at:%Y-%m-%d}" if at else ""
    told = f"{project}\0{day}".encode(errors="surrogatepass")
    return hashlib.sha256(told).hexdigest()[:32]


def _pasted(display: str, contents: Record, file: Path) -> Iterator[str]:
    """What was pasted into a prompt, as far as it is kept as context."""
    left = ATTACHMENT_LIMIT
    for place in _PLACEHOLDER.finditer(display):
        paste = as_dict(contents.get(place[1]))
        text = as_str(paste.get("content")) or _cached(as_str(paste.get("contentHash")), file)
        if text and left > 0:
            left -= len(text)
            yield text


def _cached(name: str, file: Path) -> str:
    if not _HASH.fullmatch(name):
        return ""
    try:
        with (file.parent / "paste-cache" / f"{name}.txt").open("rb") as handle:
            return handle.read(ATTACHMENT_LIMIT * 4).decode(errors="ignore")
    except (OSError, ValueError):
        return ""
