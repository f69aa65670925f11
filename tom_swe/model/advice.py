"""What the coding agent asks and what it gets back."""

from datetime import datetime
from enum import StrEnum

from tom_swe.model.base import Value
from tom_swe.model.belief import Belief


class Query(Value):
    """A coding agent's question about its user: the request at hand and where it was made.

    ``before`` is what the agent said just before the request, which may refer to it ("fix
    it"); "" where the request opens a session, or where the caller does not know.
    """

    text: str
    repository: str = ""
    before: str = ""
    languages: tuple[str, ...] = ()
    limit: int = 8


class Action(StrEnum):
    """What to do with the request."""

    PROCEED = "proceed"
    ASK = "ask"


class Missing(StrEnum):
    """What an underspecified request leaves open."""

    TARGET = "target"  # which file, function, page, service
    BEHAVIOUR = "behaviour"  # what should happen instead
    CHOICE = "choice"  # which of several readings
    ACCEPTANCE = "acceptance"  # how one would know that it is done
    REFERENCE = "reference"  # "it", "that one": to what


class Clarity(Value):
    """How well a request says what is wanted: 1 is fully specified, 0 says nothing."""

    score: float
    missing: tuple[Missing, ...] = ()
    is_request: bool = True


class PastTurn(Value):
    """Something the person said before that bears on the request."""

    turn_id: int
    session_id: int
    ordinal: int
    repository: str
    at: datetime | None
    text: str
    score: float = 0.0


class Recalled(Value):
    """What memory holds on a query: beliefs that apply, best first, and similar past turns."""

    beliefs: tuple[Belief, ...] = ()
    turns: tuple[PastTurn, ...] = ()


class Suggestion(Value):
    """The answer to a query. Cited beliefs exist and carry the quotes they rest on."""

    action: Action
    text: str
    questions: tuple[str, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    turns: tuple[PastTurn, ...] = ()
    clarity: Clarity
    confidence: float
    reasoning: str = ""
    consultation_id: int | None = None


class Outcome(StrEnum):
    """What became of a suggestion."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    REJECTED = "rejected"


class PastConsultation(Value):
    """A suggestion that is kept: what was asked, what was answered and what became of it."""

    id: int
    repository: str
    query: str
    action: Action
    text: str
    belief_ids: tuple[int, ...]
    confidence: float
    outcome: Outcome | None
    at: datetime


class Briefing(Value):
    """The user model rendered for the start of a session, the same bytes until it changes."""

    user_id: str
    repository: str
    text: str
    tokens: int
    belief_ids: tuple[int, ...] = ()
