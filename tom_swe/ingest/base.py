"""What an importer is: a way from one host's transcripts to sessions, and what it counts."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tom_swe.errors import SourceError
from tom_swe.model.session import Session
from tom_swe.redact.redactor import Redactor

# Nobody keeps transcripts in these, and walking them costs seconds.
PRUNED = frozenset({"node_modules", ".git", ".venv", "venv", "__pycache__", "site-packages"})
PROBLEMS_KEPT = 100


@dataclass
class Tally:
    """What one import met. Holds counts, file names and causes; never a word of a transcript.

    ``by_programs`` counts sessions in which a program, not a person, spoke to the agent, and
    ``from_future`` those with times later than now.
    """

    lines_read: int = 0
    lines_skipped: int = 0
    lines_oversized: int = 0
    redactions: int = 0
    by_programs: int = 0
    from_future: int = 0
    unknown_versions: set[str] = field(default_factory=set[str])
    problems: list[str] = field(default_factory=list[str])

    def problem(self, path: Path, cause: str) -> None:
        """Remember that something about a file was wrong; the hundredth is the last kept."""
        named = printable(path)
        message = cause if cause.startswith(named) else f"{named}: {cause}"
        if message not in self.problems and len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(message)


@dataclass(frozen=True)
class TranscriptSource:
    """Files that are read together. The same ``key``, size and mtime mean nothing has changed.

    ``only`` is the one session that is wanted of a store; an importer may read the others, too.
    """

    host: str
    files: tuple[Path, ...]
    size: int
    mtime_ns: int
    only: str = ""

    @property
    def key(self) -> str:
        """Names this source among its host's: the path of its first file or folder."""
        return printable(self.files[0])


class Importer(Protocol):
    """Reads one host's transcripts."""

    @property
    def host(self) -> str:
        """The host's name, part of every session's identity."""
        ...

    def roots(self, environ: Mapping[str, str], home: Path) -> list[Path]:
        """The places where this host keeps transcripts by default, those that exist."""
        ...

    def sources(self, path: Path) -> Iterator[TranscriptSource]:
        """What this host can read under a file or folder, in a stable order.

        A file is taken at its word; in a folder only what looks like this host's
        counts. Raises SourceError where the path cannot be looked into.
        """
        ...

    def read(self, source: TranscriptSource, tally: Tally, redactor: Redactor) -> Iterator[Session]:
        """The sessions of a source, cleaned and redacted. Raises SourceError."""
        ...


def printable(path: Path) -> str:
    """A path as text that can be stored and printed, whatever bytes its name has."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def reason(error: OSError) -> str:
    """Why the operating system refused, in a few words."""
    return (error.strerror or str(error) or type(error).__name__).lower()


def source_of(host: str, files: Iterable[Path]) -> TranscriptSource | None:
    """The source made of these files as they are now; None where none is left."""
    size, newest, present = 0, 0, list[Path]()
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        present.append(file)
        size += status.st_size
        newest = max(newest, status.st_mtime_ns)
    return TranscriptSource(host, tuple(present), size, newest) if present else None


def sources_of(host: str, groups: Iterable[Iterable[Path]]) -> Iterator[TranscriptSource]:
    """A source of each group of files of which any is left."""
    for files in groups:
        if source := source_of(host, files):
            yield source


def walk(path: Path, wanted: Callable[[str], bool], prune: bool = True) -> Iterator[Path]:
    """The files under a folder whose names are wanted, sorted; links to folders not followed.

    Raises SourceError where the folder itself cannot be listed; folders below it
    that cannot are passed over.
    """
    listable(path)
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not (prune and name in PRUNED))
        for name in sorted(files):
            if wanted(name):
                yield Path(folder) / name


def listable(path: Path) -> None:
    """Raises SourceError where a folder cannot be listed."""
    try:
        with os.scandir(path):
            pass
    except OSError as error:
        raise SourceError(
            f"{printable(path)} cannot be listed: {reason(error)}. Check its permissions."
        ) from error


def existing(path: Path) -> Path:
    """The path, home expanded, known to exist. Raises SourceError."""
    expanded = path
    try:
        expanded = path.expanduser()
        mode = expanded.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            # A pipe with nobody at its other end would be waited for.
            raise SourceError(f"{printable(expanded)} is neither a file nor a folder.")
    except (OSError, RuntimeError, ValueError) as error:
        cause = reason(error) if isinstance(error, OSError) else "not a usable path"
        raise SourceError(
            f"{printable(expanded)} cannot be read: {cause}. "
            "Give a file or folder that exists and that you may read."
        ) from error
    return expanded


def present(candidates: Iterable[Path]) -> list[Path]:
    """The candidates that are folders, each once, in order."""
    found: list[Path] = []
    for candidate in candidates:
        try:
            if candidate.is_dir() and candidate not in found:
                found.append(candidate)
        except (OSError, ValueError):
            continue
    return found
