"""What a person asks for in session after session."""

from datetime import datetime
from enum import StrEnum

from tom_swe.model.base import Value
from tom_swe.model.belief import EVERYWHERE, Scope

# Part of what is kept with each session: raise it when a session would show other requests.
VERSION = 1


class RequestKind(StrEnum):
    """What makes a request one about the way of working."""

    TWIST = "twist"  # something to be made, and a word that comes with it
    HEAD = "head"  # something to be made, with or without a twist
    ORDER = "order"  # one thing before another
    CHECK = "check"  # a complaint that a check fails
    TOOL = "tool"  # a faculty of the agent's to be used
    OPINION = "opinion"  # what the agent would do, asked before it does it
    NEVER = "never"  # something not to be done
    RIDER = "rider"  # short words said beside one task after the other
    WISH = "wish"  # what may be a wish, whatever it is about; its key stands for its words


class Request(Value):
    """One request in a session's own words: what it asks for, and where it stands.

    ``key`` is the same in every session that asks for the same. ``quote`` is the sentence, and
    ``start:end`` the request in it.
    """

    kind: RequestKind
    key: str
    ordinal: int
    quote: str
    start: int
    end: int


class SessionRequest(Request):
    """A request, with the session it was made in."""

    session_id: int
    turn_id: int
    host: str = ""
    host_id: str = ""
    repository: str = ""
    at: datetime

    @property
    def words(self) -> str:
        """The request itself."""
        return self.quote[self.start : self.end]


class Recurring(Value):
    """A request that came in several sessions, and the rule it would be.

    ``key`` names it in every memory, and so do ``keys``: which of them goes first changes with what
    is said. ``requests`` are its first words in each session, oldest first.
    """

    key: str
    keys: tuple[str, ...]
    kind: RequestKind
    question: str
    statement: str
    scope: Scope = EVERYWHERE
    requests: tuple[SessionRequest, ...]

    @property
    def twist(self) -> tuple[str, frozenset[str]]:
        """Of a twist, what is asked for, and the words that come with it."""
        _, head, _ = self.key.split(" ", 2)
        return head, frozenset(key.rpartition(" ")[2] for key in self.keys)

    @property
    def sessions(self) -> int:
        """In how many sessions it came."""
        return len(self.requests)
