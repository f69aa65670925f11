"""Orders that Cursor holds several times though they were written once.

Each retry of an order makes a composer of its own, and an order given in a chat tab stands in the
composer that carries it out too.
"""

import hashlib
from datetime import datetime, timedelta

# Retries follow each other within minutes; the same words an hour later were written again.
_RETRIES = timedelta(minutes=10)


class Openings:
    """What composers were opened with, and when."""

    def __init__(self) -> None:
        self._times: dict[str, set[datetime]] = {}
        self._starts: dict[str, dict[datetime, datetime]] = {}

    def add(self, folder: str, text: str, at: datetime | None) -> None:
        """Note the opening of a composer. Ask for keys when all are noted."""
        if at and text.strip():
            self._times.setdefault(_digest(folder, text), set()).add(at)

    def of_composer(self, folder: str, text: str, at: datetime | None) -> str:
        """The key of a composer's opening, the same for all of its retries; "" if unknown."""
        digest = _digest(folder, text)
        start = self._started(digest).get(at) if at else None
        return _key(digest, start)

    def of_tab(self, folder: str, text: str, used: datetime | None) -> str:
        """The key of a tab's message where a composer was opened with it too, else ""."""
        digest = _digest(folder, text)
        starts = self._started(digest).values()
        before = [start for start in starts if used is None or start <= used + _RETRIES]
        return _key(digest, max(before, default=None))

    def _started(self, digest: str) -> dict[datetime, datetime]:
        """For each time at which these words opened a composer, when they first did."""
        if digest not in self._starts:
            found: dict[datetime, datetime] = {}
            last: datetime | None = None
            for at in sorted(self._times.get(digest, ())):
                found[at] = found[last] if last and at - last <= _RETRIES else at
                last = at
            self._starts[digest] = found
        return self._starts[digest]


def _digest(folder: str, text: str) -> str:
    words = " ".join(text.split())
    return hashlib.sha256(f"{folder}\0{words}".encode(errors="replace")).hexdigest()


def _key(digest: str, start: datetime | None) -> str:
    return f"{digest} {start:%Y-%m-%dT%H:%M:%S}" if start else ""
