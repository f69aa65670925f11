"""Aider: one Markdown log a folder, ``.aider.chat.history.md``.

A session begins with ``# aider chat started at``; what the person typed stands on
lines that begin with ``####`` and end in two spaces, what the tool says on lines that
begin with ``>``, and the rest is the agent's. Aider writes more than the person's
words in their form, and other programs reformat the file; see ``_Log``.
"""

import hashlib
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from tom_swe.ingest.base import Tally, TranscriptSource, existing, printable, source_of, walk
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.projects import in_projects
from tom_swe.ingest.records import instant, read_lines
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

HOST = "aider"
LOG = ".aider.chat.history.md"
INPUTS = ".aider.input.history"

# More of one message than this is not kept anyway.
BLOCK_LIMIT = 256_000
HEAD_LINES = 200

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
_CALL = re.compile(r"^>\s*(?:\S*[/\\])?aider(?:\.exe)?\s")
_PATH = re.compile(r"[/\\*]|\.\w{1,5}$")
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
        named = environ.get("AIDER_CHAT_HISTORY_FILE")
        found = [*([Path(named)] if named else []), *in_projects(home, [LOG])]
        return [log for log in dict.fromkeys(found) if _is_file(log)]

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each log under a path."""
        path = existing(path)
        for file in walk(path, lambda name: name == LOG) if path.is_dir() else [path]:
            ours = file.name == LOG or _looks_like(file)
            if ours and (source := source_of(HOST, [file])):
                yield source

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The sessions of a log; those in which nothing was said are left out."""
        file = source.files[0]
        place = file.resolve()
        marked = iter(_marked(file))
        typed = _Typed(file.with_name(INPUTS))
        seen: Counter[str] = Counter()
        log: _Log | None = None
        # A log that was cut off at the front begins without a header.
        started = ""
        for line in read_lines(file, tally):
            header = _HEADER.match(line)
            if log is None and not line.strip():
                continue
            if header or log is None:
                if log and (session := log.finish()):
                    yield session
                started = header[1] if header else ""
                named = f"{printable(place)}\0{started}\0{seen[started]}"
                seen[started] += 1
                name = hashlib.sha256(named.encode()).hexdigest()[:32]
                draft = SessionDraft(HOST, name, printable(place), tally, redactor)
                draft.cwd = printable(place.parent)
                log = _Log(draft, started, typed, marked=next(marked, False))
            if not header:
                log.take(line)
        if log and (session := log.finish()):
            yield session


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _marked(file: Path) -> list[bool]:
    """Of each session, whether the person's lines still end in two spaces.

    Formatters take them away, and the program goes on with them.
    """
    found = [False]
    first = True
    for line in read_lines(file, Tally()):
        if _HEADER.match(line):
            found += [] if first else [False]
        elif line.startswith("#### ") and line.endswith("  ") and line.strip("# "):
            found[-1] = True
        first = first and not line.strip()
    return found


def _looks_like(file: Path) -> bool:
    """Whether a Markdown file is a log: it has the head of a session near its beginning."""
    for count, line in enumerate(read_lines(file, Tally())):
        if _HEADER.match(line):
            return True
        if count > HEAD_LINES:
            break
    return False


class _Typed:
    """When each message was typed: aider keeps every input with its time beside the log."""

    def __init__(self, file: Path) -> None:
        self._times: dict[str, deque[datetime]] = {}
        at, lines = None, list[str]()
        for line in (*(read_lines(file, Tally()) if _is_file(file) else ()), "# "):
            if line.startswith("# "):
                if at and lines:
                    self._times.setdefault(_flat("\n".join(lines)), deque()).append(at)
                # To the second, as all the rest of the log.
                at, lines = instant(line[2:].partition(".")[0]), []
            elif line.startswith("+"):
                lines.append(line[1:])

    def at(self, text: str, since: datetime | None) -> datetime | None:
        """When this was typed, the first time that is left since then; None where it is unknown."""
        times = self._times.get(_flat(text), deque())
        while times and since and times[0] < since:
            times.popleft()
        return times.popleft() if times else None


def _flat(text: str) -> str:
    return " ".join(text.split())


class _Log:
    """One session of a log.

    Not the person's although it looks so: an answer given for a group of questions;
    the words of ``/ask`` repeated for the agent; the architect's plan handed on to the
    editor; and headings of the fourth level in a reply.
    """

    def __init__(self, draft: SessionDraft, started: str, typed: _Typed, *, marked: bool) -> None:
        self._draft = draft
        self._at = self._started = instant(started)
        self._inputs = typed
        self._marked = marked
        self._said = False
        # Between the program's own call and its first line stands the rest of that call.
        self._in_call = False
        self._parted = False
        self._kind = "tool"
        self._lines: list[str] = []
        self._size = 0
        self._fenced = False
        self._echo = ""
        self._reply = ""

    def finish(self) -> Session | None:
        self._flush()
        return self._draft.finish() if self._said else None

    def take(self, line: str) -> None:
        kind = self._classify(line)
        if kind == "between":
            # A formatter parts one message into several; a command stands for itself.
            self._parted = True
            return
        parted, self._parted = self._parted, False
        if kind != self._kind or (parted and self._is_command(line)):
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
            if self._kind == "user":
                return "tool" if self._marked else "between"
            return self._kind
        if self._in_call and not line.startswith((">", "####")):
            return "tool"
        self._in_call = bool(_CALL.match(line))
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

    def _is_command(self, line: str) -> bool:
        return any(text.startswith(("/", "!")) for text in (line[5:], "".join(self._lines[:1])))

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
        if (document := text.find("# Question: ")) >= 0 and "# Relevant docs:" in text:
            text = text[:document].strip()
        same = _flat(text)
        if text in ("", "<blank>") or _CONFIRMATION.search(text.splitlines()[0]):
            return
        if same == self._echo:
            self._echo = ""
            return
        # Short words may well stand in a reply; a plan is long.
        if self._said and len(same) >= 40 and same in _flat(self._reply):
            return
        words, command = spoken(text)
        self._echo = _flat(words)
        self._said = self._said or bool(words)
        self._at = self._inputs.at(text, self._started) or self._at
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
    if name in _FILES and (words := _sentence(rest)):
        return words, text.removesuffix(words).strip()
    # A command that does not exist is a message with a slash too many, or a slip.
    return (text, "") if name not in _SILENT and len(rest.split()) >= 3 else ("", text)


def _sentence(words: str) -> str:
    """The sentence that follows the names of files; "" where there is none."""
    parts = words.split()
    while parts and (_PATH.search(parts[0]) or parts[0] in {"/add", "/read", "/drop"}):
        words = words.lstrip()[len(parts.pop(0)) :]
    plain = sum(1 for part in parts if part.isalpha() and part.islower())
    return words.strip() if len(parts) >= 4 and plain * 2 > len(parts) else ""
