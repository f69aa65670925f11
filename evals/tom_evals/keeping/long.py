"""``python -m tom_evals.keeping.long``: one person, 1.5 million tokens of real sessions.

The real sessions are Claude Code's, unpacked into a folder that is thrown away and read by
tom's own importer; one after another they are put before the sessions of a generated history.
"""

from __future__ import annotations

import sys
import tarfile
from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from tom_evals.common.real_data import shared_data
from tom_evals.common.report import as_markdown
from tom_evals.keeping.generate import histories
from tom_evals.keeping.material import Side, material
from tom_evals.keeping.planted import History
from tom_evals.keeping.run import held_out, report
from tom_swe import Session, Turn
from tom_swe.embed import MiniLM, Remembering
from tom_swe.ingest import IMPORTERS, Redactor, Tally, read_sessions

TOKENS = 1_500_000
SESSIONS = 200
# About how many characters one token of English and code takes.
CHARACTERS = 4


def real_sessions(archive: Path) -> Iterator[Session]:
    """The sessions of every developer in the archive, as tom's importer reads them."""
    with TemporaryDirectory(prefix="tom-keeping-") as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        for developer in sorted(Path(folder).iterdir()):
            yield from read_sessions(
                IMPORTERS["claude-code"], developer, Tally(), Redactor(emails=False)
            )


def lengthened(history: History, real: Iterable[Session], tokens: int) -> History:
    """The history with real sessions before its own, a share of the tokens in each.

    A real session longer than the share is cut; a session takes as many as fill its share.
    """
    share = tokens * CHARACTERS // len(history.sessions)
    stream = cycle(turn for session in real for turn in session.turns)
    shifted: dict[str, int] = {}
    sessions: list[Session] = []
    for session in history.sessions:
        before = list(_filling(stream, share))
        shifted[session.host_id] = len(before)
        turns = tuple(
            turn.model_copy(update={"ordinal": n, "at": session.started})
            for n, turn in enumerate((*before, *session.turns))
        )
        sessions.append(session.model_copy(update={"turns": turns, "ended": session.started}))
    log = tuple(each._replace(turn=each.turn + shifted[each.session]) for each in history.log)
    return history._replace(sessions=tuple(sessions), log=log)


def _filling(stream: Iterator[Turn], characters: int) -> Iterator[Turn]:
    taken = 0
    for turn in stream:
        yield turn
        taken += len(turn.text)
        if taken >= characters:
            return


def main() -> None:
    """Prints the figures of one long history."""
    data = shared_data()
    (short,) = histories(material(data, Side.REPORTED), (SESSIONS,))
    real = real_sessions(data / "sessions" / "claude-code-real.tar.xz")
    person = lengthened(short, real, TOKENS)
    size = sum(len(turn.text) for session in person.sessions for turn in session.turns)
    found = report([person], Remembering(MiniLM(None, threads=2), most=100_000), held_out())
    note = (
        f"About {size / CHARACTERS / 1e6:.1f} million tokens from one person, so an interval "
        "would say little."
    )
    found = found._replace(name="Keeping, one long history", notes=[*found.notes, note])
    sys.stdout.write(f"{as_markdown(found, 'python -m tom_evals.keeping.long')}\n")


if __name__ == "__main__":
    main()
