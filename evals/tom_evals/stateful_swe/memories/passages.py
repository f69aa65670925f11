"""Retrieval over the whole history: every turn is in a full-text index, none is left out.

The baseline that was published saw 50 chunks of the history at most.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from tom_swe import Session
from tom_swe.text import count_tokens

BUDGET = 2000
LONGEST = 1000  # characters of a passage
CANDIDATES = 500
HEAD = "From earlier sessions with this person, what is most like the request:"

_WORD = re.compile(r"\w+")
_TABLE = (
    "CREATE VIRTUAL TABLE passage USING fts5"
    "(text, told UNINDEXED, tokens UNINDEXED, tokenize = 'porter unicode61')"
)
# FTS5's rank is bm25, lower where better.
_BEST = "SELECT text, told FROM passage WHERE passage MATCH ? ORDER BY rank LIMIT ?"


def index(sessions: Iterable[Session], file: Path) -> None:
    """Puts all turns of all sessions into a new database."""
    connection = sqlite3.connect(file)
    try:
        with connection:
            connection.execute(_TABLE)
            connection.executemany("INSERT INTO passage VALUES (?, ?, ?)", _rows(sessions))
    finally:
        connection.close()


def _rows(sessions: Iterable[Session]) -> Iterator[tuple[str, str, int]]:
    for session in sessions:
        for turn in session.turns:
            at = f"{turn.at:%Y-%m-%d}, " if turn.at else ""
            for part in parts(turn.text):
                yield part, f"{at}{session.repository}, {turn.role.value}", count_tokens(part)


def parts(text: str, longest: int = LONGEST) -> Iterator[str]:
    """The text in parts of at most so many characters, cut at the ends of lines or of words."""
    while len(text) > longest:
        end = max(text.rfind("\n", 0, longest), 0) or max(text.rfind(" ", 0, longest), 0)
        end = end or longest
        yield text[:end].strip()
        text = text[end:].strip()
    if text:
        yield text


class Passages:
    """The best passages for a request, by BM25, up to a budget of tokens."""

    def __init__(self, file: Path, budget: int = BUDGET) -> None:
        self._connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self._budget = budget

    @property
    def home(self) -> Path | None:
        """None: tom is not here."""
        return None

    @property
    def tokens(self) -> int:
        """Those of the whole history."""
        (total,) = self._connection.execute("SELECT sum(tokens) FROM passage").fetchone()
        return total or 0

    def context(self, repository: str) -> str:
        """Nothing: there is no request yet."""
        del repository
        return ""

    def recall(self, request: str, repository: str) -> str:
        """The best passages that fit the budget, each once, whatever repository they are of."""
        del repository
        words = dict.fromkeys(word.casefold() for word in _WORD.findall(request))
        if not words:
            return ""
        query = " OR ".join(f'"{word}"' for word in words)
        text, seen = HEAD, set[str]()
        for passage, told in self._connection.execute(_BEST, (query, CANDIDATES)):
            attempt = f"{text}\n\n[{told}]\n{passage}"
            if passage not in seen and count_tokens(attempt) <= self._budget:
                seen.add(passage)
                text = attempt
        return text if seen else ""

    def close(self) -> None:
        """Closes the database."""
        self._connection.close()
