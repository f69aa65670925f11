"""What the coding agent asks and what it gets back."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from tom_swe.model.base import Value
from tom_swe.model.belief import Belief
from tom_swe.model.calls import Usage


class Query(Value):
    """A coding agent's question about its user: the request at hand and where it was made.

    ``before`` is what the agent said just before the request, which may refer to it ("fix
    it"); "" where the request opens a session, or where the caller does not know. ``folder`` is
    the working directory, which tells a repository from another of its name. ``names`` are those
    by which the memory knows the repository; it finds them itself.
    """

    text: str
    repository: str = ""
    before: str = ""
    folder: str = ""
    names: tuple[str, ...] | None = None
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
    CONFIRMATION = "confirmation"  # whether to do what cannot be taken back


class Clarity(Value):
    """How well a request says what is wanted: 1 is fully specified, 0 says nothing.

    A request for what cannot be taken back needs confirmation however clear it is.
    """

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
    """The answer to a query. Cited beliefs exist and have their quotes.

    ``when_stuck`` are questions for whoever wants it tried first; ``wishes`` say what the beliefs
    mean for this very request; ``usage`` is what it took of a language model, None where none
    answered.
    """

    action: Action
    text: str
    questions: tuple[str, ...] = ()
    when_stuck: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    turns: tuple[PastTurn, ...] = ()
    clarity: Clarity
    confidence: float
    reasoning: str = ""
    consultation_id: int | None = None
    usage: Usage | None = None


# What is answered where tom is switched off: nothing.
NO_ADVICE = Suggestion(
    action=Action.PROCEED, text="", clarity=Clarity(score=1.0, is_request=False), confidence=0.0
)


class Outcome(StrEnum):
    """What became of a suggestion."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    REJECTED = "rejected"


class PastConsultation(Value):
    """A stored suggestion: the question, the answer and the outcome."""

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


class Adherence(StrEnum):
    """What became of a belief in a session that was told it. Mostly nothing is known."""

    OBEYED = "obeyed"  # the agent's commands keep to it, and the person let that stand
    DISOBEYED = "disobeyed"  # they do otherwise, and the person let that stand
    CORRECTED = "corrected"  # the person had to say it again


class Telling(Value):
    """Which beliefs a session was told, by its host's name for it, and what became of each.

    ``sayings`` are the turns whose words it was told, each with its session's id.
    ``at`` is when it was first told. ``session_id`` is its id in memory, None until the
    session is kept. A belief that ``adherence`` does not name is one of which nothing is
    known: silence is no evidence.
    """

    host: str
    host_id: str
    repository: str
    belief_ids: tuple[int, ...]
    at: datetime
    session_id: int | None = None
    adherence: Mapping[int, Adherence] = {}
    sayings: tuple[tuple[int, int], ...] = ()
