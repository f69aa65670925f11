"""SpecStory: Markdown copies of other hosts' sessions, ``<project>/.specstory/history/*.md``.

A head names the host, the session's own id and its start; then each message stands below a mark
that is a whole line, ``_**User (2026-02-24 14:32:59Z)**_`` or ``_**Agent (model time)**_``. Older
generations lack the id, the times or both. The text is raw: marks in it look like marks.
What the hosts themselves write in the person's name is below the same marks; see `said`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tom_swe.errors import SourceError
from tom_swe.ingest.base import Tally, TranscriptSource, existing, printable, sources_of, walk
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.projects import in_projects
from tom_swe.ingest.specstory_files import (
    MirroredHistory,
    MirroredMessage,
    identity,
    name_of,
    parsed,
)
from tom_swe.ingest.specstory_text import agent_parts, is_order_to_sub_agent
from tom_swe.model.session import Provenance, Session
from tom_swe.redact.redactor import Redactor

HOST = "specstory"
HISTORY = ".specstory/history"

# Whose messages these are, by how SpecStory calls the host.
_FAMILIES = {
    "claude code": "claude-code",
    "codex cli": "codex",
    "gemini cli": "gemini-cli",
    "cursor": "cursor",
    "cursor cli": "cursor",
    "cursor ide": "cursor",
    "cursoride": "cursor",
    "vscode": "vscode-copilot",
    "vs code copilot ide": "vscode-copilot",
    "antigravity": "antigravity",
    "antigravity cli": "antigravity",
}

_CARRIED_OVER = re.compile(
    r"\s*Resumed from an? [^\n]{1,60} session on another machine via SpecStory"
)
# A turn carried over from another machine is dated this much after the one before.
_STEP = 1.0


class SpecStory:
    """Reads the histories that SpecStory writes into projects."""

    host = HOST

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """The histories in the projects below home."""
        del environ
        return in_projects(home, (HISTORY,))

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """Each session under a path, with every file that is a copy of it."""
        path = existing(path)
        files = walk(path, lambda name: name.endswith(".md")) if path.is_dir() else [path]
        sessions: dict[str, list[Path]] = {}
        for file in files:
            if file == path or (_is_history(file) and identity(file)):
                sessions.setdefault(name_of(file), []).append(file)
        yield from sources_of(HOST, sessions.values())

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The session of a source; where several files hold it, the one with most messages."""
        found: list[MirroredHistory] = []
        for file in source.files:
            try:
                found.append(parsed(file, tally))
            except SourceError as error:
                tally.problem(file, str(error))
        if not found:
            raise SourceError(f"{printable(source.files[0])} cannot be read. Give a transcript.")
        best = max(found, key=lambda each: each.rank)
        draft = SessionDraft(
            HOST,
            name_of(best.file),
            printable(best.file),
            tally,
            redactor,
            timed=best.timed,
            family=_FAMILIES.get(best.provider.lower(), ""),
        )
        draft.provenance = Provenance.MIRROR
        draft.started = best.started
        draft.cwd = _project(best.file)
        _fill(draft, best)
        if session := draft.finish():
            yield session


def _fill(draft: SessionDraft, history: MirroredHistory) -> None:
    by_user = history.by_user
    orders = "cursor" in history.provider.lower() and len(by_user) == 1
    if orders and is_order_to_sub_agent(by_user[0].text):
        draft.by_program()
    timed = history.timed
    carried = _carried_over(history.own)
    answered = True
    for place, message in enumerate(history.own):
        at = message.at if timed else None
        if not message.by_user:
            for tool, text in agent_parts(message.text):
                if tool:
                    draft.tool(tool, text, at)
                elif message.model != "<synthetic>":
                    draft.agent(text, at)
                answered = answered or bool(text.strip())
            continue
        if not answered or message.text.startswith("[Request interrupted by user"):
            # The same words again are the same message.
            draft.interrupted()
        answered = False
        words = history.words(message)
        if place < carried:
            # Said elsewhere: its place stays, its words are those of the other session.
            draft.user("", at, attachment=words)
        else:
            draft.user(words, at, attachment="" if words else message.text)


def _carried_over(messages: list[MirroredMessage]) -> int:
    """How many messages stand here because the session goes on from another host's."""
    if not messages or messages[0].by_user or not _CARRIED_OVER.match(messages[0].text):
        return 0
    for place, message in enumerate(messages):
        before = messages[place - 1].at if place else None
        if message.model:
            # What this agent answers was asked here.
            asked = messages[:place]
            while asked and asked[-1].by_user:
                asked.pop()
            return len(asked)
        if message.at and before and (message.at - before).total_seconds() > _STEP:
            return place
    return len(messages)


def _is_history(file: Path) -> bool:
    """Whether it lies where histories do: the program keeps copies of rules beside them."""
    parts = file.absolute().parts
    return ".specstory" not in parts or "history" in parts[parts.index(".specstory") :]


def _project(file: Path) -> str:
    """The folder that holds ``.specstory``."""
    for above in file.absolute().parents:
        if above.name == ".specstory":
            return printable(above.parent)
    return ""
