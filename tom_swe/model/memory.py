"""What memory reports about itself."""

from datetime import datetime
from enum import StrEnum

from tom_swe.model.base import Value


class PutState(StrEnum):
    """What putting a session did."""

    NEW = "new"
    GROWN = "grown"
    UNCHANGED = "unchanged"
    FORGOTTEN = "forgotten"  # the person had it forgotten; it stays so


class Put(Value):
    """The outcome of putting one session; no id where it is to stay forgotten."""

    state: PutState
    session_id: int | None = None


class SessionSummary(Value):
    """One session as a line: where and when it was, and what it was about.

    ``user_turns`` are those in which the person wrote something. ``title`` is the heading of the
    plan that it begins with or the first request, and "" where it was not asked for.
    """

    id: int
    host: str
    repository: str
    started: datetime | None
    ended: datetime | None
    user_turns: int
    turns: int
    title: str = ""
    intent: str = ""
    summary: str = ""
    observations: int = 0


class SessionCounts(Value):
    """The kept sessions with agents, and how many of them could be read.

    ``messages`` are the person's own, and in ``unwritten`` sessions they wrote none. ``stated``
    counts what they told tom itself. ``waiting`` sessions are still to be read, and ``failed``
    ones could not be.

    Corrections were looked for in ``judged`` sessions. In ``unanswered`` ones the person wrote
    nothing after the agent began, in ``foreign`` ones in a language that tom cannot judge, and in
    ``unjudged`` ones nobody has looked yet.
    """

    sessions: int = 0
    unwritten: int = 0
    messages: int = 0
    stated: int = 0
    since: datetime | None = None
    until: datetime | None = None
    waiting: int = 0
    failed: int = 0
    corrections: int = 0
    judged: int = 0
    unanswered: int = 0
    foreign: int = 0
    unjudged: int = 0


class Job(Value):
    """A session taken from the learn queue by ``owner``."""

    session_id: int
    user_id: str
    owner: str
    attempts: int


class Sizes(Value):
    """How much is in memory."""

    users: int
    sessions: int
    turns: int
    observations: int
    beliefs: int
    consultations: int
    pending: int
    vectors: int
    unindexed: int


class Problem(Value):
    """A problem and how to fix it."""

    what: str
    fix: str


class Mentions(Value):
    """What holds a phrase, or is to go for another reason: ids by what they are of."""

    sessions: tuple[int, ...] = ()
    beliefs: tuple[int, ...] = ()
    consultations: tuple[int, ...] = ()
    pointers: tuple[int, ...] = ()
    user_acts: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing of it."""
        return not any(
            (self.sessions, self.beliefs, self.consultations, self.pointers, self.user_acts)
        )


class Salvaged(Value):
    """What of a damaged database could be read: rows by table.

    ``torn`` are the tables of which rows may be missing; ``loose`` rows were left out, since
    what they belong to is lost.
    """

    rows: dict[str, int]
    torn: tuple[str, ...] = ()
    loose: int = 0
