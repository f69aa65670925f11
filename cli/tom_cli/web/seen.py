"""What a page showed of a belief, in a few signs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from tom_swe.model.belief import Belief


def seen(belief: Belief) -> str:
    """What a page showed of a belief, as its forms send it along: id, decisions and the rest."""
    decided = ((each.kind, each.at.isoformat()) for each in belief.decisions)
    says = (belief.statement, str(belief.scope), belief.status)
    return f"{belief.id}.{_digest(decided)}.{_digest([says])}"


def _digest(parts: Iterable[object]) -> str:
    return sha256(repr([*parts]).encode(errors="surrogatepass")).hexdigest()[:12]
