"""Looks for planted secrets in every byte that tom keeps."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from safety.secrets import Planted

# As much of a secret as may be found in no file.
PIECE = 10


def leaks(home: Path, planted: Iterable[Planted]) -> list[str]:
    """The kinds of secrets of which a piece is somewhere under a folder, with the file.

    Letters are compared in any case, since full text keeps none. What its index
    compresses is looked for among its terms.
    """
    pieces = _pieces(planted)
    lengths = {len(piece) for piece in pieces}
    found: set[str] = set()
    for file in sorted(path for path in home.rglob("*") if path.is_file()):
        data = file.read_bytes().lower()
        for length in lengths:
            windows = {data[at : at + length] for at in range(len(data) - length + 1)}
            found.update(
                f"{pieces[p]} in {file.relative_to(home)}" for p in windows & pieces.keys()
            )
        # A name may hold as much as the file.
        name = str(file.relative_to(home)).lower().encode()
        found.update(f"{pieces[p]} as a name" for p in pieces if p in name)
    for database in home.rglob("*.db"):
        found.update(f"{kind} in the full text" for kind in _in_full_text(database, pieces))
    return sorted(found)


def _pieces(planted: Iterable[Planted]) -> dict[bytes, str]:
    pieces: dict[bytes, str] = {}
    for each in planted:
        for part in each.parts:
            low = part.lower()
            assert len(low) >= 8, (each.kind, part)
            for at in range(max(1, len(low) - PIECE + 1)):
                pieces[low[at : at + PIECE].encode()] = each.kind
    return pieces


def _in_full_text(database: Path, pieces: dict[bytes, str]) -> set[str]:
    whole = b"\n".join(pieces)
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'")
        found: set[str] = set()
        for (table,) in tables.fetchall():
            connection.execute(
                f"CREATE VIRTUAL TABLE temp.words_{table} USING fts5vocab(main, {table}, row)"
            )
            for (term,) in connection.execute(f"SELECT term FROM temp.words_{table}"):
                # Of a stemmed word the end may differ.
                word = str(term).encode()[:PIECE]
                if len(word) >= 9 and word in whole:
                    found.update(kind for piece, kind in pieces.items() if word in piece)
        return found
