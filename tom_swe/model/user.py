"""Tier 3: the user model, a snapshot of what is believed about one person."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from tom_swe.model.base import Value
from tom_swe.model.belief import Belief, Status

# Who a memory is about where nobody names a user: the person whose machine it is.
# A candidate that nothing has borne out in this time was more likely meant for then than for
# good: of those planted in the tuning histories (`python -m tom_evals keeping`) that waited
# longer for a second session, 6 of 12 held; of those that did not, 41 of 53.
FADES = timedelta(days=90)


class UserModel(Value):
    """The live beliefs about one person, most certain first."""

    user_id: str
    beliefs: tuple[Belief, ...] = ()


def surest_first(beliefs: Iterable[Belief]) -> tuple[Belief, ...]:
    """Confirmed beliefs before the others, and the most certain first of each."""
    return tuple(
        sorted(beliefs, key=lambda b: (b.status is not Status.CONFIRMED, -b.confidence, b.id))
    )


class Tellable(Protocol):
    """What decides whether agents hear a belief: a `Belief` has it, and so has a line of a list."""

    @property
    def id(self) -> int: ...
    @property
    def dimension(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def status(self) -> Status: ...
    @property
    def superseded_by(self) -> int | None: ...
    @property
    def last_seen(self) -> datetime: ...
    @property
    def borne_out(self) -> datetime: ...
    @property
    def is_hint(self) -> bool: ...
    @property
    def is_pinned(self) -> bool: ...
    @property
    def is_seen_once(self) -> bool: ...


def told[B: Tellable](beliefs: Iterable[B]) -> tuple[B, ...]:
    """Of all beliefs those that are told: live ones, but for hints and candidates that faded.

    What rests on the hints of one session is told to nobody until a second one confirms it.

    A candidate fades once it was last said, last cited by advice that was accepted, or last kept
    to in a session that was told it, FADES before the newest quote of any belief. So time is
    what has been heard since, not a clock: the same beliefs are told for as long as nothing is
    heard, and a pause makes nobody forgotten. It changes nothing that is kept: the quotes stay,
    the history says what was, and a second session confirms the belief whenever it comes. What
    superseded another belief does not fade: somebody who changes their mind says so once, and
    the old belief is gone. What the person pinned is told for as long as it is not given up.
    """
    held = list(beliefs)
    newest = max((belief.last_seen for belief in held), default=None)
    successors = {belief.superseded_by for belief in held}

    def faded(belief: B) -> bool:
        if belief.status is not Status.CANDIDATE or belief.id in successors or newest is None:
            return False
        if belief.is_pinned:
            return False
        return newest - belief.borne_out >= FADES

    return tuple(
        b for b in held if b.status is not Status.RETIRED and not b.is_hint and not faded(b)
    )
