"""What a planting log says: what was woven where, and what the person wants in the end."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tom_swe import Scope, Session


class Kind(StrEnum):
    """Why something was planted."""

    WISH = "wish"  # the person's own, meant to last
    REVERSAL = "reversal"  # their own, the opposite of what they wanted before
    ONE_OFF = "one-off"  # their own, for this time only
    HEARSAY = "hearsay"  # somebody else's opinion, told by them
    ASIDE = "aside"  # on the topic without wanting anything: a question, a joke, a paste
    AGENT = "agent"  # the agent says the opposite
    TOOL = "tool"  # a tool's output says the opposite


LASTING = frozenset({Kind.WISH, Kind.REVERSAL})
SAID_BY_THE_PERSON = frozenset(Kind) - {Kind.AGENT, Kind.TOOL}


class Planting(NamedTuple):
    """One utterance woven into one turn.

    ``quote`` is an exact substring of the turn's text. ``held`` says whether it is for the
    preference or for its opposite; ``said_of`` is where its words hold, as a right reading
    has it. ``how`` is the utterance's label: explicit, implicit, correction, ...
    """

    user: str
    session: str
    turn: int
    kind: Kind
    preference: str
    held: bool
    how: str
    quote: str
    said_of: Scope
    utterance: str


class Wish(NamedTuple):
    """What a person wants in the end. ``sessions`` counts those in which they said so."""

    user: str
    preference: str
    held: bool
    scope: Scope
    sessions: int
    last_said: datetime
    reversed: bool


class History(NamedTuple):
    """One person's sessions, oldest first, with the log of what was planted in them."""

    user: str
    sessions: tuple[Session, ...]
    log: tuple[Planting, ...]
    wishes: tuple[Wish, ...]
