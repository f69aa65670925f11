"""The labelled histories of ``corrections/claw`` and ``corrections/swt``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tom_swe import Role, Session
from tom_swe.errors import UsageError

TAUGHT = Path("corrections") / "claw"
REAL = Path("corrections") / "swt"
WELL_TAUGHT = "well taught"
HUMAN = "human"
_SPACE = re.compile(r"[\s`*]+")
_SHORT = 8  # characters that may be in any quote
_OPENING = 60  # characters by which a turn is found in its file


class Rule(NamedTuple):
    """A rule that a history teaches, with the words that teach it."""

    id: str
    text: str
    grade: str
    quotes: tuple[str, ...]


class Taught(NamedTuple):
    """A history in which a person teaches rules; traps are quotes that carry none."""

    name: str
    file: Path
    rules: tuple[Rule, ...]
    besides: tuple[str, ...]
    traps: tuple[str, ...]


class Message(NamedTuple):
    """A message of a real developer with its labels.

    ``label`` is the public one, which misses many. ``read`` is the second reading: None where
    this message was not read, and ``read_as`` why it was.
    """

    developer: str
    session: str
    line: int
    kind: str
    text: str
    in_labelled_session: bool
    label: bool
    read: bool | None
    read_as: str
    is_sure: bool

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands: its session and its line in the session's file."""
        return self.session, self.line


class Developer(NamedTuple):
    """A real developer: a folder of sessions and the messages in them."""

    name: str
    folder: Path
    messages: tuple[Message, ...]


def taught(data: Path) -> list[Taught]:
    """The histories with their rules. Raises UsageError without them."""
    file = _existing(data, TAUGHT / "rules.json")
    return [
        Taught(
            name=name,
            file=file.parent / gold["file"],
            rules=tuple(
                Rule(r["id"], r["text"], r["grade"], tuple(t["quote"] for t in r["teaching"]))
                for r in gold["rules"]
            ),
            besides=tuple(gold["acceptable_besides"]),
            traps=tuple(trap["quote"] for trap in gold["traps"]),
        )
        for name, gold in json.loads(file.read_text(encoding="utf-8")).items()
    ]


def developers(data: Path) -> list[Developer]:
    """The real developers with their labelled messages. Raises UsageError without them."""
    file = _existing(data, REAL / "labels.jsonl")
    messages: dict[str, list[Message]] = {}
    for row in records(file):
        mine: dict[str, Any] = row["mine"] or {}
        messages.setdefault(row["developer"], []).append(
            Message(
                developer=row["developer"],
                session=row["session"],
                line=row["line"],
                kind=row["kind"],
                text=row["text"],
                in_labelled_session=row["labelled_session"],
                label=row["correction_label"],
                read=mine["correction"] == "yes" if mine else None,
                read_as=mine.get("read_as", ""),
                is_sure=mine.get("sure") == "high",
            )
        )
    return [
        Developer(name, file.parent / name, tuple(each)) for name, each in sorted(messages.items())
    ]


def records(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file with one a line."""
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def plain(text: str) -> str:
    """A text as quotes are compared: its spaces, its marks and its case do not count."""
    return _SPACE.sub(" ", text).strip().casefold()


def overlaps(quote: str, other: str) -> bool:
    """Whether one of two quotes is in the other."""
    one, two = plain(quote), plain(other)
    if min(len(one), len(two)) < _SHORT:
        return one == two
    return one in two or two in one


def lines_of(session: Session, file: Path) -> dict[int, int]:
    """The line in its file of each turn of the person, by the turn's place in the session.

    Importing drops lines that say nothing and moves pasted text, so a turn is found by how its
    words begin, in order.
    """
    written = [
        (number, plain(row["text"]))
        for number, row in enumerate(records(file), 1)
        if row["role"] == "user" and row["session"] == session.host_id
    ]
    found: dict[int, int] = {}
    for turn in session.turns:
        if turn.role not in {Role.USER, Role.COPY} or not turn.text:
            continue
        opening = plain(turn.text)[:_OPENING]
        at = next((i for i, (_, text) in enumerate(written) if opening in text), None)
        if at is not None:
            found[turn.ordinal] = written[at][0]
            written = written[at + 1 :]
    return found


def files_of(folder: Path) -> Sequence[Path]:
    """The transcripts of a developer."""
    return sorted(folder.glob("*.jsonl"))


def _existing(data: Path, name: Path) -> Path:
    if not (data / name).is_file():
        raise UsageError(f"{data} has no {name}: name a folder of the shared data's shape")
    return data / name
