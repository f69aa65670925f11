"""Bounded reading of line files, and careful hands for JSON that may hold anything."""

import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from tom_swe.errors import SourceError
from tom_swe.ingest.base import Tally, printable, reason
from tom_swe.ingest.packed import open_transcript

LINE_LIMIT = 8 * 1024 * 1024
# Some hosts write a whole session, pictures and all, as one value.
DOCUMENT_LIMIT = 64 * 1024 * 1024
CHUNK = 1024 * 1024
PEEK_BYTES = 256 * 1024
# Pictures and snapshots stand before the first line that says whose it is.
HEAD_BYTES = 16 * 1024 * 1024

type Record = dict[str, object]


def read_lines(path: Path, tally: Tally, limit: int = LINE_LIMIT) -> Iterator[str]:
    """The lines of a file without their ends, never more than ``limit`` bytes at once.

    A longer line is passed over in chunks and counted. Bytes that are not UTF-8
    become replacement characters and the tally names the file. Raises SourceError
    where the file cannot be opened.
    """
    try:
        if not path.is_file():
            raise SourceError(f"{printable(path)} is not a file. Give a transcript.")
        handle = open_transcript(path)
    except OSError as error:
        raise SourceError(
            f"{printable(path)} cannot be read: {reason(error)}. Check its permissions."
        ) from error
    with handle:
        first = True
        while True:
            try:
                raw = handle.readline(limit)
                if not raw:
                    return
                tally.lines_read += 1
                if len(raw) >= limit and not raw.endswith(b"\n"):
                    tally.lines_oversized += 1
                    while (rest := handle.readline(CHUNK)) and not rest.endswith(b"\n"):
                        pass
                    continue
            except OSError as error:
                tally.problem(path, f"reading stopped early: {reason(error)}")
                return
            if first:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
                if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                    tally.problem(path, "not UTF-8 text (it looks like UTF-16); save it as UTF-8")
                first = False
            try:
                line = raw.decode()
            except UnicodeDecodeError:
                tally.problem(path, "contains bytes that are not UTF-8; they were replaced")
                line = raw.decode(errors="replace")
            yield line.rstrip("\r\n")


def parse(line: str) -> Record | None:
    """The JSON object in a line; None where it is none."""
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return cast("Record", value) if isinstance(value, dict) else None


def read_records(path: Path, tally: Tally, limit: int = LINE_LIMIT) -> Iterator[Record]:
    """The JSON objects of a file, one a line; broken lines are counted and passed over."""
    for line in read_lines(path, tally, limit):
        if not line.strip():
            continue
        record = parse(line)
        if record is None:
            tally.lines_skipped += 1
        else:
            yield record


def peek(path: Path, count: int = 12) -> list[Record]:
    """The first few objects of a line file, as far as they are whole; empty where unreadable."""
    found: list[Record] = []
    try:
        if not path.is_file():
            return []
        with open_transcript(path) as handle:
            left = PEEK_BYTES
            while left > 0 and len(found) < count and (raw := handle.readline(left)):
                left -= len(raw)
                record = parse(raw.removeprefix(b"\xef\xbb\xbf").decode(errors="replace"))
                if record is not None:
                    found.append(record)
    except OSError:
        return []
    return found


def first_record(path: Path, wanted: Callable[[Record], bool]) -> Record:
    """The first wanted object of a line file; where none is near its beginning, its first one.

    Empty where there is no object at all. Longer lines than ``LINE_LIMIT`` are passed over.
    """
    first: Record = {}
    try:
        if not path.is_file():
            return first
        with open_transcript(path) as handle:
            left = HEAD_BYTES
            while left > 0 and (raw := handle.readline(LINE_LIMIT)):
                left -= len(raw)
                record = parse(raw.removeprefix(b"\xef\xbb\xbf").decode(errors="replace"))
                if record is not None and wanted(record):
                    return record
                first = first or record or {}
    except OSError:
        return first
    return first


def read_object(path: Path, limit: int = LINE_LIMIT) -> Record | None:
    """The JSON object that a whole file is; None where it is none or cannot be read."""
    return as_dict(_read_json(path, limit)) or None


def refuse_large(path: Path) -> None:
    """Raises SourceError for a file of more than ``DOCUMENT_LIMIT`` bytes, as it is held whole."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SourceError(
            f"{printable(path)} cannot be read: {reason(error)}. Check its permissions."
        ) from error
    if size > DOCUMENT_LIMIT:
        raise SourceError(
            f"{printable(path)} is passed over: it is larger than {DOCUMENT_LIMIT >> 20} MB."
        )


def read_document(path: Path, tally: Tally) -> object:
    """What a whole JSON file holds. Raises SourceError where that cannot be told.

    It is held whole, so a file of more than ``DOCUMENT_LIMIT`` bytes is refused.
    """
    tally.lines_read += 1
    refuse_large(path)
    found = _read_json(path, DOCUMENT_LIMIT)
    if found is None:
        tally.lines_skipped += 1
        raise SourceError(f"{printable(path)} is no JSON document. Give a transcript.")
    return found


def _read_json(path: Path, limit: int) -> object:
    try:
        if not path.is_file() or path.stat().st_size > limit:
            return None
        with path.open("rb") as handle:
            raw = handle.read(limit)
        return json.loads(raw.removeprefix(b"\xef\xbb\xbf").decode(errors="replace"))
    except (OSError, ValueError, RecursionError):
        return None


def as_str(value: object) -> str:
    """The value if it is text, else nothing."""
    return value if isinstance(value, str) else ""


def as_dict(value: object) -> Record:
    """The value if it is an object, else an empty one."""
    return cast("Record", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """The value if it is a list, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def texts(content: object, kinds: tuple[str, ...] = ("text",)) -> list[str]:
    """The texts of a message's content: a string, or blocks of the given types."""
    if isinstance(content, str):
        return [content]
    blocks = (as_dict(block) for block in as_list(content))
    return [
        as_str(block.get("text"))
        for block in blocks
        if block.get("type", kinds[0]) in kinds and block.get("text")
    ]


def argument(values: Record) -> str:
    """The one argument of a tool's call that says most about it, briefly."""
    for key in (
        "command",
        "cmd",
        "file_path",
        "path",
        "notebook_path",
        "pattern",
        "query",
        "url",
        "skill",
        "description",
        "prompt",
    ):
        value = values.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if parts := as_list(value):
            return " ".join(as_str(part) for part in parts)
    return next((value for value in values.values() if isinstance(value, str)), "")


def instant(value: object) -> datetime | None:
    """A time in UTC from ISO 8601 or an epoch in seconds or milliseconds; None if absurd.

    A time without a zone is this machine's local time, which is what the hosts
    that leave it out write.
    """
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            seconds = float(value)
            if not math.isfinite(seconds):
                return None
            found = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        else:
            return None
        found = found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if timedelta(0) <= found - EARLIEST <= SPAN else None


# Before the first coding agent, or a century on: a broken clock or a unit mistaken.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=36525)
