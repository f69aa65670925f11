"""The real sessions that histories are made of: imported once, kept in pieces of bounded size."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tom_evals.common.real_data import REAL_HOST, REAL_SESSIONS
from tom_evals.common.whole import whole
from tom_swe import Role, Session
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions

# A session of several hundred turns is several sittings: what is kept of one stays a piece of it.
MOST_TURNS = 120


def real_pieces(data: Path, folder: Path) -> tuple[Path, ...]:
    """The pieces of three developers' sessions with Claude Code, kept in a folder of their own."""
    return pieces_of(data / REAL_SESSIONS, REAL_HOST, folder)


def pieces_of(transcripts: Path, host: str, folder: Path) -> tuple[Path, ...]:
    """One file a piece of what a host's transcripts hold, made where they are not there yet.

    ``transcripts`` is a file or folder that the host's importer reads, or a tar archive of one.
    Raises SourceError where nothing can be read, KeyError for a host without an importer.
    """
    if not folder.is_dir():
        with whole(folder) as place, TemporaryDirectory(dir=folder.parent) as unpacked:
            _keep(_sessions(transcripts, host, Path(unpacked)), place)
    return tuple(sorted(folder.glob("*.json")))


def read_piece(file: Path) -> Session:
    """A piece as it was kept."""
    return Session.model_validate_json(file.read_bytes())


def cut(session: Session, most: int = MOST_TURNS) -> Iterator[Session]:
    """The session in pieces that begin with words of the person, those that hold any.

    A piece ends before the first such turn after ``most`` turns, or at twice as many.
    """
    piece: list[int] = []
    for number, turn in enumerate(session.turns):
        if len(piece) >= most and turn.role is Role.USER and turn.text:
            yield from _piece(session, piece)
            piece = []
        begins = bool(piece) or (turn.role is Role.USER and turn.text != "")
        if begins and len(piece) < 2 * most:
            piece.append(number)
    yield from _piece(session, piece)


def _piece(session: Session, numbers: list[int]) -> Iterator[Session]:
    if not numbers:
        return
    turns = tuple(
        session.turns[number].model_copy(update={"ordinal": place})
        for place, number in enumerate(numbers)
    )
    times = [turn.at for turn in turns if turn.at]
    yield session.model_copy(
        update={
            "host_id": f"{session.host_id}-{numbers[0]}",
            "started": times[0] if times else None,
            "ended": times[-1] if times else None,
            "turns": turns,
        }
    )


def _keep(sessions: Iterable[Session], folder: Path) -> None:
    pieces = (piece for session in sessions for piece in cut(session))
    for number, piece in enumerate(pieces):
        file = folder / f"{number:05d}.json"
        file.write_text(piece.model_dump_json(), encoding="utf-8")


def _sessions(transcripts: Path, host: str, place: Path) -> Iterator[Session]:
    if transcripts.is_file() and tarfile.is_tarfile(transcripts):
        with tarfile.open(transcripts) as archive:
            archive.extractall(place, filter="data")
        transcripts = place
    return read_sessions(IMPORTERS[host], transcripts, Tally(), Redactor(emails=False))
