"""What agents' own memories on this machine hold, read once as what it is. None is written.

A file that a person keeps for an agent states what they want. A note that an agent made for
itself says what the agent took them to want: it points at words of theirs that have to be found.

Places: Claude Code 2.1.197 and Codex 0.171.0 name theirs in their programs, OpenHands in
``AgentContext.load_memory`` of its SDK 1.58.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from markdown_it import MarkdownIt

from tom_swe.advise.recall import applies, differs
from tom_swe.checkout import is_ignored, repository_of
from tom_swe.errors import UsageError
from tom_swe.extract.stated import plainly
from tom_swe.hosts.blocks import without_blocks
from tom_swe.hosts.install import HOSTS, Here
from tom_swe.model.belief import EVERYWHERE, Belief
from tom_swe.model.session import Role, Turn
from tom_swe.redact.redactor import Redactor

if TYPE_CHECKING:
    from tom_swe.mind.tom import Tom

SIZE_LIMIT = 256 * 1024
MOST_ITEMS = 300  # of a file
SHORTEST, LONGEST = 8, 400  # characters of an item
READ = "1"
_HEAD_LIMIT = 64 * 1024
# Under this heading Gemini CLI, before 0.61, adds to the file of its person, who did not write it.
_ADDED = "## Gemini Added Memories"
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


class NoteFile(NamedTuple):
    """A file of a host's memory. ``repository`` is the one it is about, "" for all."""

    host: str
    path: Path
    is_persons: bool
    repository: str = ""


class NotedItem(NamedTuple):
    """A list item or a paragraph of a file, on one line, with where it begins."""

    line: int
    text: str


class NotesRead(NamedTuple):
    """How many items were stated by the person, and how many point at words of theirs."""

    stated: int = 0
    pointed: int = 0


class Contradiction(NamedTuple):
    """An item that says otherwise than a belief."""

    file: NoteFile
    item: NotedItem
    belief: Belief


def note_files(environ: Mapping[str, str], home: Path) -> list[NoteFile]:
    """The memories of agents on this machine, those that exist."""
    here = Here(environ, home)
    claude, codex = here.under("CLAUDE_CONFIG_DIR", ".claude"), here.under("CODEX_HOME", ".codex")
    found = [
        NoteFile(host.name, host.instructions(here), is_persons=True)
        for host in HOSTS.values()
        if host.instructions
    ]
    found += [
        NoteFile("codex", codex / "memories" / "MEMORY.md", is_persons=False),
        NoteFile("openhands", home / ".openhands" / "memory" / "MEMORY.md", is_persons=False),
    ]
    for memory in sorted(claude.glob("projects/*/memory")):
        cwd = _folder_of(memory.parent)
        if not is_ignored(cwd):
            name = repository_of(cwd)
            found += [
                NoteFile("claude-code", path, is_persons=False, repository=name)
                for path in sorted(memory.glob("*.md"))
            ]
    return [each for each in found if each.path.is_file()]


def _folder_of(project: Path) -> str:
    """The folder in which the sessions of a project of Claude Code began; "" if none says so."""
    for transcript in sorted(project.glob("*.jsonl")):
        with transcript.open("rb") as lines:
            for line in lines.read(_HEAD_LIMIT).splitlines():
                try:
                    record: object = json.loads(line)
                except ValueError:
                    continue
                if isinstance(record, dict) and isinstance(
                    cwd := cast("dict[str, object]", record).get("cwd"), str
                ):
                    return cwd
    return ""


def items(text: str) -> Iterator[NotedItem]:
    """The list items and paragraphs of Markdown, without headings, code, and tom's own blocks."""
    front = _FRONT_MATTER.match(text)
    skipped = front[0].count("\n") if front else 0
    tokens = MarkdownIt("commonmark").parse(without_blocks(text[front.end() if front else 0 :]))
    for before, token in pairwise(tokens):
        if token.type != "inline" or before.type != "paragraph_open":
            continue
        parts = [
            f"`{each.content}`"
            if each.type == "code_inline"
            else each.content or " " * (each.type == "softbreak")
            for each in token.children or ()
        ]
        words = " ".join("".join(parts).split())
        # `@path` has Claude Code read another file in its place.
        if (
            SHORTEST <= len(words) <= LONGEST
            and not words.startswith("@")
            and any(sign.isalnum() for sign in words)
        ):
            yield NotedItem((token.map or [0])[0] + skipped + 1, words)


def _read(file: NoteFile) -> list[NotedItem]:
    try:
        data = file.path.read_bytes()[:SIZE_LIMIT]
    except OSError:
        return []
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    found = items(text.partition(_ADDED)[0] if file.is_persons else text)
    return list(islice(found, MOST_ITEMS))


def read_notes(
    tom: Tom,
    user_id: str,
    files: Sequence[NoteFile],
    redactor: Redactor,
    progress: Callable[[int], None] = lambda _: None,
) -> NotesRead:
    """Reads what was not read before; calls ``progress`` with the number of items done.

    What the person has had tom forget stays forgotten, for no item is read a second time.
    """
    stated = pointed = 0
    for file in files:
        found = _read(file)
        unread = {
            key: words
            for item in found
            if tom.memory.sessions.source_seen(
                user_id, key := _key(file, words := redactor.redact(item.text)[0])
            )
            is None
        }
        if file.is_persons:
            if unread:
                # Together, for each change derives all beliefs again.
                at = _written(file.path)
                if len(unread) == len(found):
                    # Nobody knows how old its lines are: what was said in sessions goes before.
                    at = min([at, *_times(tom, user_id)])
                tom.statements.remember(user_id, unread.values(), EVERYWHERE, at)
            stated += len(unread)
        else:
            for words in unread.values():
                # Redaction may have made it longer than a quote may be.
                with contextlib.suppress(UsageError):
                    tom.point_at(user_id, words, file.repository)
            pointed += len(unread)
        for key in unread:
            tom.memory.sessions.mark_source(user_id, key, READ)
        progress(len(found))
    return NotesRead(stated, pointed)


def _key(file: NoteFile, words: str) -> str:
    """What an item that was read is known by."""
    return f"note\0{file.repository}\0{words.casefold()}"


def count(files: Iterable[NoteFile]) -> int:
    """How many items there are to read."""
    return sum(len(_read(file)) for file in files)


def _times(tom: Tom, user_id: str) -> list[datetime]:
    found = (each.started for each in tom.memory.sessions.summaries(user_id))
    return [at for at in found if at is not None]


def _written(path: Path) -> datetime:
    return min(datetime.fromtimestamp(path.stat().st_mtime, UTC), datetime.now(UTC))


def contradictions(files: Iterable[NoteFile], beliefs: Sequence[Belief]) -> list[Contradiction]:
    """Where a file says otherwise than what is believed where it holds."""
    found: list[Contradiction] = []
    for file in files:
        here = [b for b in beliefs if b.dimension and applies(b, file.repository)]
        for item in _read(file) if here else ():
            said = plainly(item.text, Turn(ordinal=0, role=Role.USER, text=item.text))
            against = next((b for b in here if said.dimension and differs(b, said)), None)
            if against:
                found.append(Contradiction(file, item, against))
    return found
