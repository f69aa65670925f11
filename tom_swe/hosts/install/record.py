"""What tom put where, so that a file can be given back as it was. Private, in tom's home.

A file's own text is not kept, for settings hold logins: only what takes tom's lines back, and
digests by which it is known that nothing else has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from tom_swe.errors import TomError
from tom_swe.hosts.files import FileEdit, read
from tom_swe.hosts.inbox import Place
from tom_swe.model.base import Value

NAME = "installed.json"


class Undo(NamedTuple):
    """Lines of a file that become others."""

    start: int
    end: int
    text: str


class FileRecord(Value):
    """A file that tom changed or made: digests from before and after, and the way back."""

    path: str
    made: bool
    before: str
    after: str
    undo: tuple[Undo, ...] = ()
    empty: tuple[str, ...] = ()

    @staticmethod
    def of(path: Path, before: str | None, after: str, empty: frozenset[str]) -> FileRecord:
        """The record of a change."""
        return FileRecord(
            path=str(path),
            made=before is None,
            before=digest(before or ""),
            after=digest(after),
            undo=tuple(_undo(after, before or "")) if before is not None else (),
            empty=tuple(sorted(empty)),
        )

    def original(self, text: str) -> str | None:
        """The text from before the change; None where something else changed since.

        Of a file that tom made that is an empty one.
        """
        if digest(text) != self.after:
            return None
        lines = text.splitlines(keepends=True)
        for start, end, was in sorted(self.undo, reverse=True):
            lines[start:end] = [was]
        made = "" if self.made else "".join(lines)
        return made if digest(made) == self.before else None


class HostRecord(Value):
    """What tom put into one host."""

    files: tuple[FileRecord, ...] = ()
    instructions: str = ""

    def file(self, path: Path) -> FileRecord | None:
        """What is known of a file."""
        return next((each for each in self.files if each.path == str(path)), None)


class Record(Value):
    """What tom put into all of them, and the folders that it made for that."""

    hosts: Mapping[str, HostRecord] = {}
    folders: tuple[str, ...] = ()

    def host(self, name: str) -> HostRecord:
        """What was put into one; nothing, where nothing is known."""
        return self.hosts.get(name, HostRecord())

    def with_host(self, name: str, host: HostRecord | None) -> Record:
        """The record with this host, or without it."""
        others = {each: known for each, known in self.hosts.items() if each != name}
        hosts = {**others, **({name: host} if host else {})}
        return Record(hosts=hosts, folders=self.folders)

    def with_folders(self, made: Iterable[Path]) -> Record:
        """The record with these folders, too."""
        folders = dict.fromkeys((*self.folders, *map(str, made)))
        return Record(hosts=self.hosts, folders=tuple(folders))


def record_file(environ: Mapping[str, str]) -> Path:
    """Where the record is."""
    return Path(Place(environ).home) / "hosts" / NAME


def load(environ: Mapping[str, str]) -> Record:
    """The record of this memory. Raises TomError where it cannot be read."""
    path = record_file(environ)
    text = read(path)
    if not text:
        return Record()
    try:
        return Record.model_validate_json(text)
    except ValidationError as error:
        raise TomError(f"{path} is damaged: delete it, then install the plugins again") from error


def saving(environ: Mapping[str, str], record: Record) -> FileEdit:
    """The change that keeps a record; one of nothing is not kept."""
    path = record_file(environ)
    text = record.model_dump_json(indent=1) + "\n" if record.hosts else None
    return FileEdit(path, read(path), text)


def note_instructions(environ: Mapping[str, str], name: str, path: str) -> None:
    """Keeps in mind that the person's rules stand in a host's file of instructions."""
    record = load(environ)
    if name in record.hosts or path:
        told = record.host(name).model_copy(update={"instructions": path})
        saving(environ, record.with_host(name, told)).apply()


def digest(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _undo(text: str, was: str) -> list[Undo]:
    """The lines that have to change for the text to be what it was."""
    here, there = text.splitlines(keepends=True), was.splitlines(keepends=True)
    # What is the same at both ends is most of a big file.
    head = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(here, there, strict=False))
    )
    rest = zip(reversed(here[head:]), reversed(there[head:]), strict=False)
    tail = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], rest))
    mine, theirs = here[head : len(here) - tail], there[head : len(there) - tail]
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    return [
        Undo(head + i, head + j, "".join(theirs[k:n]))
        for kind, i, j, k, n in matcher.get_opcodes()
        if kind != "equal"
    ]
