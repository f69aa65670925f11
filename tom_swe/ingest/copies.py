"""Several copies of one session: the longest stands for all."""

from collections.abc import Iterable

from tom_swe.model.session import Role, Session


def longest(copies: Iterable[Session | None]) -> Session | None:
    """The copy with most words of the person; of equals the one with most turns, then the first."""
    found = [each for each in copies if each is not None]
    return max(found, key=_length, default=None)


def _length(session: Session) -> tuple[int, int]:
    return sum(1 for turn in session.by(Role.USER) if turn.text), len(session.turns)
