"""The log: what was heard and what was done, each with its time. Beliefs are a fold over it.

The id of an event is the same wherever it is read: that of something heard is a digest of where
it stands and what it says (`heard_id`), that of an act is made once and travels with it.
"""

import hashlib
from datetime import datetime

from tom_swe.model.advice import Outcome
from tom_swe.model.base import Value
from tom_swe.model.belief import DecisionKind, Judge, Observation, Scope, Stance


class Heard(Value):
    """An observation with its place: the turn it was made in, and where that is in memory.

    ``position`` is where the quote begins in the turn.
    """

    event: str
    observation_id: int
    session_id: int
    host: str
    host_id: str
    repository: str
    at: datetime
    position: int
    observation: Observation


class Decided(Value):
    """That the person decided something about the belief that ``on`` holds up.

    ``statement`` is of an edit, ``scope`` of a scope.
    """

    event: str
    at: datetime
    kind: DecisionKind
    on: str
    statement: str = ""
    scope: Scope | None = None


class Merged(Value):
    """That the person made the belief that ``other`` holds up part of the one under ``kept``."""

    event: str
    at: datetime
    kept: str
    other: str


class Share(Value):
    """What falls on one belief of an outcome: ``weight`` sessions for it or against it."""

    on: str
    stance: Stance
    weight: float


class Judged(Value):
    """The outcome of advice, or of a briefing in the session that got it.

    The newest judgement of a consultation takes the place of those before it.
    ``consultation_id`` is None where a session judged, or where the advice is no longer kept.
    """

    event: str
    at: datetime
    by: Judge
    shares: tuple[Share, ...]
    outcome: Outcome | None = None
    consultation_id: int | None = None
    session_id: int | None = None


type Event = Heard | Decided | Merged | Judged


def heard_id(host: str, host_id: str, said: Observation) -> str:
    """The id of something heard: 32 hexadecimal digits of a sha256."""
    return digest(
        host,
        host_id,
        str(said.quote.ordinal),
        said.quote.text,
        said.source,
        said.statement,
        said.dimension,
        said.value,
        said.polarity,
        str(said.scope),
    )


def digest(*said: str) -> str:
    """What an id is made of these parts, in the order of `heard_id`."""
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:32]


def order(event: Event) -> tuple[datetime, int, str, str, int, int, str]:
    """What a log is sorted by: time, words before acts, then the place in the transcript."""
    if isinstance(event, Heard):
        ordinal = event.observation.quote.ordinal
        return event.at, 0, event.host, event.host_id, ordinal, event.position, event.event
    return event.at, 1, "", "", 0, 0, event.event
