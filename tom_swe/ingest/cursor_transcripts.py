"""Transcripts of Cursor's agent: ``~/.cursor/projects/<folder>/agent-transcripts/**/*.jsonl``.

A message is ``{"role", "message": {"content": [{"type": "text"} | {"type": "tool_use"}]}}``; lines
without a role are control lines. What was typed stands in ``<user_query>``, where the file has
such tags at all. There are no times, and the name of the folder does not tell its path.
"""

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from tom_swe.errors import SourceError
from tom_swe.ingest.base import Tally, TranscriptSource, printable
from tom_swe.ingest.draft import SessionDraft
from tom_swe.ingest.editors import sent_again, user_folders
from tom_swe.ingest.records import (
    argument,
    as_dict,
    as_list,
    as_str,
    instant,
    peek,
    read_records,
    texts,
)
from tom_swe.ingest.sqlite import opened, with_log
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

_FOLDER = "agent-transcripts"
_QUERY = ("<user_query>", "</user_query>")
_INFO = ("<user_info>", "</user_info>")


def is_transcript(file: Path) -> bool:
    """Whether a file lies where Cursor keeps transcripts; those of sub-agents do not count."""
    folders = file.parent.parts
    return _FOLDER in folders and "subagents" not in folders and file.suffix == ".jsonl"


def read_transcript(
    source: TranscriptSource, host: str, tally: Tally, redactor: Redactor
) -> Session | None:
    """The session of a transcript; none where Cursor's own store has it, with times."""
    file = max(source.files, key=_size)
    if _is_stored(file):
        return None
    draft = SessionDraft(host, file.stem, printable(file), tally, redactor, timed=False)
    # Nothing in the file tells a time; it was written last when the session ended.
    draft.ended = _written(file)
    marked = any(_QUERY[0] in text for record in peek(file) for text in _texts(record))
    before = ""
    for record in read_records(file, tally):
        message = as_dict(record.get("message"))
        match record.get("role"):
            case "user":
                words, beside = _told("\n".join(_texts(record)), marked=marked)
                if sent_again(words, before):
                    draft.interrupted()
                draft.user(words, None, attachment=beside)
                before = words or before
            case "assistant":
                draft.agent("\n".join(_texts(record)), None)
                for each in as_list(message.get("content")):
                    block = as_dict(each)
                    if block.get("type") == "tool_use":
                        used = argument(as_dict(block.get("input")))
                        draft.tool(as_str(block.get("name")), used, None)
            case _:
                pass
    return draft.finish()


def _texts(record: dict[str, object]) -> list[str]:
    return texts(as_dict(record.get("message")).get("content"))


def _told(text: str, *, marked: bool) -> tuple[str, str]:
    """The words of a message and what came beside them."""
    if marked:
        found, beside = _inside(text, *_QUERY)
        return "\n\n".join(found), beside
    found, words = _inside(text, *_INFO)
    return words, "\n\n".join(found)


def _inside(text: str, opening: str, closing: str) -> tuple[list[str], str]:
    """What stands between marks, and what stands outside them."""
    found: list[str] = []
    outside: list[str] = []
    while opening in text:
        before, _, text = text.partition(opening)
        within, _, text = text.partition(closing)
        outside.append(before.strip())
        found.append(within.strip())
    outside.append(text.strip())
    return found, "\n\n".join(part for part in outside if part)


def _size(file: Path) -> tuple[int, str]:
    try:
        return file.stat().st_size, printable(file)
    except OSError:
        return 0, printable(file)


def _written(file: Path) -> datetime | None:
    try:
        return instant(datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat())
    except (OSError, ValueError, OverflowError):
        return None


def _is_stored(file: Path) -> bool:
    """Whether the same session stands in the store of the Cursor beside this ``.cursor``."""
    home = next((each.parent for each in file.parents if each.name == ".cursor"), None)
    if home is None:
        return False
    for user in user_folders({}, home, ("Cursor",)):
        store = user / "globalStorage" / "state.vscdb"
        sizes = tuple(_size(each)[0] for each in with_log(store))
        if sizes[0] and file.stem in _composers(store, sizes):
            return True
    return False


@lru_cache(maxsize=4)
def _composers(store: Path, sizes: tuple[int, ...]) -> frozenset[str]:
    """The composers in a store as large as this."""
    del sizes
    query = "select key from cursorDiskKV where key >= 'composerData:' and key < 'composerData;'"
    try:
        with opened(store) as held:
            if not held.has("cursorDiskKV"):
                return frozenset()
            rows = held.rows(query)
            return frozenset(as_str(row[0]).removeprefix("composerData:") for row in rows)
    except SourceError:
        return frozenset()
