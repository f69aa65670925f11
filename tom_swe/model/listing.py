"""What lists show of beliefs, sessions and turns, without all that is under them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tom_swe.model.base import Value
from tom_swe.model.belief import DecisionKind, Kind, Scope, Status
from tom_swe.model.memory import SessionSummary


class BeliefLine(NamedTuple):
    """A belief in a list: what it says and how it stands, without its quotes.

    A plain tuple: to make a checked value of each of thousands takes longer than to read them.

    ``sessions`` is in how many it was said. ``decided`` are the kinds of the person's decisions,
    and ``borne_out`` is when it was last said, decided on or found right.
    """

    id: int
    kind: Kind
    statement: str
    dimension: str
    value: str
    scope: Scope
    status: Status
    confidence: float
    superseded_by: int | None
    first_seen: datetime
    last_seen: datetime
    borne_out: datetime
    sessions: int
    is_hint: bool
    is_rejected_by_user: bool
    decided: frozenset[DecisionKind]

    @property
    def is_pinned(self) -> bool:
        """As of a `Belief`."""
        return DecisionKind.PIN in self.decided

    @property
    def is_seen_once(self) -> bool:
        """As of a `Belief`."""
        is_upheld = bool(self.decided) and DecisionKind.REJECT not in self.decided
        return self.status is Status.CANDIDATE and not is_upheld


class FoundTurn(Value):
    """A turn that was searched for: ``pieces`` are its words, each with whether they match."""

    session: SessionSummary
    ordinal: int
    role: str
    at: datetime | None
    pieces: tuple[tuple[bool, str], ...]


class Places(Value):
    """The hosts and the repositories of sessions, each with how many there are."""

    hosts: dict[str, int]
    repositories: dict[str, int]
