"""Tier 1: one conversation, cleaned and redacted."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tom_swe.model.base import Value
from tom_swe.model.belief import Scope

# Part of every content hash: raise it when cleaning changes what a stored turn holds,
# and the next import writes the session again.
CLEANING = 3

# The host of what the person says to tom itself. No importer writes sessions of this host.
OWN_HOST = "tom"


class Role(StrEnum):
    """Who speaks in a turn. Only the user's own words make beliefs.

    ``COPY`` marks words of the user that another session holds: a fork, a resume or an export
    repeats them. Memory tells them apart; importers never do.
    """

    USER = "user"
    AGENT = "agent"
    TOOL = "tool"
    COPY = "copy"


class Provenance(StrEnum):
    """Where a session comes from, in the order in which one of several holds what was said.

    ``FORK`` says that its record names another session it goes on from, ``MIRROR`` that another
    program than the host wrote it down.
    """

    OWN = "own"
    FORK = "fork"
    MIRROR = "mirror"

    @property
    def rank(self) -> int:
        """Smaller holds."""
        return list(Provenance).index(self)


class Turn(Value):
    """One message.

    ``text`` holds only what the speaker wrote. What came along without being
    written (pasted output, host tags, expanded commands) is in ``attachment``:
    kept as context, never quoted, never learned from. ``key`` names what a user said: it is
    the same in every copy of the message, and empty where a copy cannot be told.
    """

    ordinal: int
    role: Role
    text: str
    attachment: str = ""
    at: datetime | None = None
    tool: str = ""
    key: str = ""


class Template(Value):
    """What of a message comes again in other sessions: a prompt that is kept, not written.

    ``lines`` are digests, as memory makes them; ``held`` says that this is the oldest of
    ``sessions`` in which it was sent.
    """

    lines: frozenset[int]
    held: bool
    sessions: int


class Session(Value):
    """One conversation of one person with one host's agent, in order.

    ``host`` and ``host_id`` identify it: importing it again finds the same
    session. ``repository`` is inferred from ``cwd``, the working directory recorded
    in the transcript, and is empty where none was. ``source`` is the transcript.
    ``stated_scope`` is where a statement to tom itself holds; a transcript has none.
    """

    host: str
    host_id: str
    cwd: str = ""
    repository: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    source: str = ""
    stated_scope: Scope | None = None
    provenance: Provenance = Provenance.OWN
    turns: tuple[Turn, ...] = ()

    @property
    def content_hash(self) -> str:
        """Hex sha256 over what the turns say; equal hashes mean there is nothing new."""
        digest = hashlib.sha256(f"{CLEANING}\0{self.repository}".encode())
        for turn in self.turns:
            at = turn.at.isoformat() if turn.at else ""
            for part in (turn.role, turn.text, turn.attachment, at, turn.tool, turn.key):
                digest.update(part.encode())
                digest.update(b"\0")
        return digest.hexdigest()

    def by(self, role: Role) -> tuple[Turn, ...]:
        """The turns of one speaker, in order."""
        return tuple(turn for turn in self.turns if turn.role is role)


class SaidSentence(NamedTuple):
    """A sentence of the person's and where it stands: the nth of so many of its message.

    ``before`` is what the agent said before the message, and ``length`` the message's length in
    words.
    """

    words: str
    before: str = ""
    nth: int = 0
    of: int = 1
    length: int = 0
    is_question: bool = False
