"""Aider: one Markdown log a folder, ``.aider.chat.history.md``.

A session begins with ``# aider chat started at``; what the person typed stands on
lines that begin with ``####`` and end in two spaces, what the tool says on lines that
begin with ``>``, and the rest is the agent's. Aider writes more than the person's
words in their form, and other programs reformat the file; see ``_Log``.
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tom_swe.ingest.base import (
    PRUNED,
    Tally,
    TranscriptSource,
    existing,
    printable,
    source_of,
    walk,
)
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.records import instant, read_lines
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "aider"
LOG = ".aider.chat.history.md"

HOME_LEVELS = 4
HOME_FOLDERS = 4_000
# More of one message than this is not kept anyway.
BLOCK_LIMIT = 256_000

_HEADER = re.compile(r"^# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*$")
_USER = re.compile(r"^####(?: (.*))?$")
_CONFIRMATION = re.compile(
    r"\((?:Y\)es/\(N\)o|y/n)[^\n]*\[?[^\n]*\]?:?.*$|\?\s+\[(?:Yes|No)\]:?.*$", re.IGNORECASE
)
# Said by the tool, even where its mark was lost.
_TOOL = re.compile(
    r"^(?:Tokens: [\d.,]+k? sent|Applied edit to |Commit [0-9a-f]{7} |You can use /undo"
    r"|Added .{1,300} to the chat\.?$|Add .{1,300} to the chat\? ?\(|Aider v\d|Main model: |Model: "
    r"|Git repo: |Repo-map: |Use /help |Running |Cost: \$)"
)
_STOPPED = re.compile(r"^(?:\^C|KeyboardInterrupt)", re.IGNORECASE)

# Commands whose arguments are words to the agent, and commands whose are not.
_SPOKEN = {"ask", "code", "architect", "context", "help", "ok", "think", "voice"}
_SILENT = {
    *("add", "chat", "chat-mode", "clear", "commit", "copy", "copy-context", "diff", "drop"),
    *("edit", "editor", "editor-model", "exit", "git", "lint", "load", "ls", "map"),
    *("map-refresh", "mode", "model", "models", "multiline-mode", "paste", "quit", "read"),
    *("read-only", "reasoning-effort", "report", "reset", "run", "save", "settings", "test"),
    *("think-tokens", "token", "tokens", "undo", "weak-model", "web"),
}
_FILES = {"add", "drop", "read-only", "read"}
_COMMAND = re.compile(r"^/([A-Za-z][\w-]*)(?:\s+(.*))?$", re.DOTALL)


class Aider:
    """Reads the chat logs of aider."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """The logs in the first few levels of home's folders, hidden ones left out."""
        found: list[Path] = []
        if named := environ.get("AIDER_CHAT_HISTORY_FILE"):
            found.append(Path(named))
        level, looked = [home], 0
        for _ in range(HOME_LEVELS + 1):
            below: list[Path] = []
            for folder in level:
                looked += 1
                if looked > HOME_FOLDERS:
                    break
                found.append(folder / LOG)
                below += _folders(folder)
            level = below
        return [log for log in dict.fromkeys(found) if _is_file(log)]

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each log under a path."""
        path = existing(path)
        for file in walk(path, lambda name: name == LOG) if path.is_dir() else [path]:
            if source := source_of(HOST, [file]):
                yield source

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The sessions of a log; those in which nothing was said are left out."""
        file = source.files[0]
        place = file.resolve()
        marked = _marked(file)
        seen: Counter[str] = Counter()
        log: _Log | None = None
        # A log that was cut off at the front begins without a header.
        started = ""
        for line in read_lines(file, tally):
            header = _HEADER.match(line)
            if header or log is None:
                if log and (session := log.finish()):
                    yield session
                started = header[1] if header else ""
                named = f"{printable(place)}\0{started}\0{seen[started]}"
                seen[started] += 1
                name = hashlib.sha256(named.encode()).hexdigest()[:32]
                draft = SessionDraft(HOST, name, printable(place), tally, redactor)
                draft.cwd = printable(place.parent)
                log = _Log(draft, started, marked)
            if not header:
                log.take(line)
        if log and (session := log.finish()):
            yield session


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(
                folder / entry.name
                for entry in entries
                if not entry.name.startswith(".")
                and entry.name not in PRUNED
                and entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return []


def _marked(file: Path) -> bool:
    """Whether the person's lines still end in two spaces, which formatters take away."""
    return any(
        line.startswith("#### ") and line.endswith("  ") and line.strip("# ")
        for line in read_lines(file, Tally())
    )


class _Log:
    """One session of a log.

    Not the person's although it looks so: an answer given for a group of questions;
    the words of ``/ask`` repeated for the agent; the architect's plan handed on to the
    editor; and headings of the fourth level in a reply.
    """

    def __init__(self, draft: SessionDraft, started: str, marked: bool) -> None:
        self._draft = draft
        self._at = instant(started)
        self._marked = marked
        self._kind = "tool"
        self._lines: list[str] = []
        self._size = 0
        self._fenced = False
        self._echo = ""
        self._reply = ""

    def finish(self) -> Session | None:
        self._flush()
        return self._draft.finish()

    def take(self, line: str) -> None:
        kind = self._classify(line)
        if kind != self._kind:
            self._flush()
            self._kind = kind
        if kind == "user":
            line = line[5:]
        elif kind == "tool":
            line = line.removeprefix(">").strip()
        self._size += len(line) + 1
        if self._size < BLOCK_LIMIT:
            self._lines.append(line)

    def _classify(self, line: str) -> str:
        if not line.strip():
            # Blank lines part messages of the person, and belong to all the rest.
            return "tool" if self._kind == "user" else self._kind
        if line.startswith("```") and self._kind != "user":
            self._fenced = self._kind == "agent" and not self._fenced
        if _USER.match(line) and self._is_user(line):
            self._fenced = False
            return "user"
        if (line.startswith(">") and not self._fenced) or _TOOL.match(line):
            return "tool"
        if _STOPPED.match(line):
            return "tool"
        return "agent"

    def _is_user(self, line: str) -> bool:
        if self._marked:
            return line.endswith("  ") or (self._kind == "user" and line.rstrip() == "####")
        return self._kind != "agent"

    def _flush(self) -> None:
        lines, self._lines, self._size = self._lines, [], 0
        text = "\n".join(line.rstrip() for line in lines).strip()
        if not text:
            return
        if self._kind == "user":
            self._typed(text)
        elif self._kind == "agent":
            self._reply = text
            self._echo = ""
            self._draft.agent(text, self._at)
        else:
            if any(_STOPPED.match(line) for line in lines):
                self._draft.interrupted()
            self._draft.tool("aider", text, self._at)

    def _typed(self, text: str) -> None:
        same = " ".join(text.split())
        if text == "<blank>" or _CONFIRMATION.search(text.splitlines()[0]):
            return
        if same == self._echo:
            self._echo = ""
            return
        # Short words may well stand in a reply; a plan is long.
        if len(same) >= 40 and same in " ".join(self._reply.split()):
            return
        words, command = spoken(text)
        self._echo = " ".join(words.split())
        self._draft.user(words, self._at, attachment=command)


def spoken(text: str) -> tuple[str, str]:
    """The words of what was typed, and the command that is none."""
    if text.startswith("!"):
        return "", text
    match = _COMMAND.match(text)
    if not match:
        alone = text.startswith("/") and len(text.split()) == 1
        return ("", text) if alone else (text, "")
    name, rest = match[1].lower(), match[2] or ""
    if name in _SPOKEN:
        return rest, f"/{match[1]}"
    if name in _FILES and _sentence(rest):
        return rest, f"/{match[1]}"
    # A command that does not exist is a message with a slash too many, or a slip.
    return (text, "") if name not in _SILENT and len(rest.split()) >= 3 else ("", text)


def _sentence(words: str) -> bool:
    parts = words.split()
    plain = sum(1 for part in parts if part.isalpha() and part.islower())
    return len(parts) >= 4 and plain * 2 > len(parts)
