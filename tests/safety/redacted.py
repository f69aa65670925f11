"""Counts what is redacted in real transcripts: `python tests/safety/redacted.py [FOLDER] [--show]`.

FOLDER is the shared data (TOM_SHARED_DATA, else ``../shared/data``). With ``--show`` each
thing that was taken out is printed with its line, to be judged by eye; never in a log.
"""

import os
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, override

from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions


class Taken(NamedTuple):
    """One thing that was taken out: its kind, itself, and the line that it stood in."""

    kind: str
    value: str
    line: str


class Watched(Redactor):
    """A redactor that remembers what it took out."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Taken] = []

    @override
    def redact(self, text: str) -> tuple[str, int]:
        for start, end, kind in self._pass(text):
            begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
            line = text[max(begin, start - 100) : min(stop if stop > 0 else len(text), end + 60)]
            self.taken.append(Taken(kind, text[start:end], line))
        return super().redact(text)


def transcripts(shared: Path, into: Path) -> Iterator[tuple[str, Path]]:
    """The three developers' histories and the fixtures of each host, with the host's name."""
    archive = shared / "sessions" / "claude-code-real.tar.xz"
    if archive.exists():
        with tarfile.open(archive) as packed:
            packed.extractall(into, filter="data")
        for projects in sorted(into.rglob("projects")):
            yield "claude-code", projects.parent
    for host in ("claude-code", "codex", "openhands", "aider"):
        if (folder := shared / "sessions" / "fixtures" / host).is_dir():
            yield host, folder


def taken_from(shared: Path, into: Path) -> tuple[list[Taken], int]:
    """What is taken out of all of them, and how many turns were read."""
    redactor, turns = Watched(), 0
    for host, place in transcripts(shared, into):
        for session in read_sessions(IMPORTERS[host], place, Tally(), redactor):
            turns += len(session.turns)
    return redactor.taken, turns


def main(arguments: list[str]) -> None:
    """Prints the counts, and with ``--show`` the things themselves."""
    named = [each for each in arguments if not each.startswith("-")]
    default = os.environ.get("TOM_SHARED_DATA") or Path(__file__).parents[2].parent / "shared/data"
    with tempfile.TemporaryDirectory() as folder:
        taken, turns = taken_from(Path(named[0] if named else default), Path(folder))
    for kind, count in Counter(each.kind for each in taken).most_common():
        distinct = {each.value for each in taken if each.kind == kind}
        print(f"{kind:24} {count:6} {len(distinct):6} distinct")
    print(f"{'all':24} {len(taken):6} in {turns} turns")
    if "--show" in arguments:
        for each in sorted(set(taken)):
            print(f"\n{each.kind}: {each.value[:200]!r}\n    {each.line[:300]!r}")


if __name__ == "__main__":
    main(sys.argv[1:])
