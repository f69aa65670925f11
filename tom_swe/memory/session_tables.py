"""What was said, what it showed, and what is still to be read."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from tom_swe.memory.table import Table


class UserRow(Table):
    """A person of whom something is kept."""

    __tablename__ = "user"
    id: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class SessionRow(Table):
    """A conversation with an agent, by its host and the host's name for it."""

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("user_id", "host", "host_id"),
        Index(None, "user_id", "started_at"),
        Index("ix_session_host_id", "user_id", "host_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    host: Mapped[str]
    host_id: Mapped[str]
    cwd: Mapped[str]
    repository: Mapped[str]
    source: Mapped[str]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    content_hash: Mapped[str]
    provenance: Mapped[str]
    imported_at: Mapped[datetime]


class TurnRow(Table):
    """What one speaker said, in the order of the session."""

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("session_id", "ordinal"),
        Index("ix_turn_key", "key", sqlite_where=sql("key <> ''")),
        Index("ix_turn_echo", "echo", sqlite_where=sql("echo <> ''")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    role: Mapped[str]
    text: Mapped[str]
    attachment: Mapped[str]
    tool: Mapped[str]
    at: Mapped[datetime | None]
    key: Mapped[str]
    echo: Mapped[str]


class LongLineRow(Table):
    """A line of a long message of the person's, by its digest: templates share many."""

    __tablename__ = "long_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), index=True)
    digest: Mapped[int] = mapped_column(index=True)
    size: Mapped[int]


class SessionModelRow(Table):
    """What a reader made of a session, and of which state of it."""

    __tablename__ = "session_model"
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), primary_key=True
    )
    intent: Mapped[str]
    summary: Mapped[str]
    reader: Mapped[str]
    content_hash: Mapped[str]
    made_at: Mapped[datetime]
    turns_judged: Mapped[int | None]


class CorrectiveTurnRow(Table):
    """A turn in which the person corrects the agent, and how likely that is."""

    __tablename__ = "corrective_turn"
    turn_id: Mapped[int] = mapped_column(
        ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True
    )
    score: Mapped[float]


class ObservationRow(Table):
    """Something that a session showed, with the words that show it."""

    __tablename__ = "observation"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    turn_id: Mapped[int] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), index=True)
    quote: Mapped[str]
    kind: Mapped[str]
    source: Mapped[str]
    statement: Mapped[str]
    dimension: Mapped[str]
    value: Mapped[str]
    polarity: Mapped[str]
    reach: Mapped[str]
    scope_name: Mapped[str]
    count: Mapped[int]
    basis: Mapped[str]


class ComparisonRow(Table):
    """How two statements relate, by an observation of each, as a language model compared them."""

    __tablename__ = "comparison"
    held_id: Mapped[int] = mapped_column(
        ForeignKey("observation.id", ondelete="CASCADE"), primary_key=True
    )
    heard_id: Mapped[int] = mapped_column(
        ForeignKey("observation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    relation: Mapped[str]


class PointerRow(Table):
    """Words that an agent claims the person said; ``session_id`` is where tom found them."""

    __tablename__ = "noted"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    quote: Mapped[str]
    repository: Mapped[str]
    at: Mapped[datetime]


class RequestsReadRow(Table):
    """That the requests of a session are kept, as this version of the reading finds them."""

    __tablename__ = "requests_read"
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int]


class RequestRow(Table):
    """A request in a turn: its sentence is ``length`` characters from ``place`` on.

    ``first`` and ``last`` are where the request begins and ends in the sentence.
    """

    __tablename__ = "request"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    turn_id: Mapped[int] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    key: Mapped[str]
    place: Mapped[int]
    length: Mapped[int]
    first: Mapped[int]
    last: Mapped[int]


class SayingsReadRow(Table):
    """That the sayings of a session are kept, as this version of the reading finds them."""

    __tablename__ = "sayings_read"
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int]


class SayingRow(Table):
    """A sentence that may help later: ``length`` characters of a turn from ``place`` on.

    ``useful`` is how likely that is, ``reach`` is one of `tom_swe.memory.sayings.Reaches`.
    """

    __tablename__ = "saying"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    turn_id: Mapped[int] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), index=True)
    place: Mapped[int]
    length: Mapped[int]
    useful: Mapped[float]
    reach: Mapped[int]


class SayingTermRow(Table):
    """That a saying holds a term where it may be said: ``key`` is a digest of both.

    ``useful`` is the saying's, so that ranking reads one table.
    """

    __tablename__ = "saying_term"
    __table_args__: ClassVar = {"sqlite_with_rowid": False}
    key: Mapped[int] = mapped_column(primary_key=True)
    saying_id: Mapped[int] = mapped_column(
        ForeignKey("saying.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    useful: Mapped[float]


class SayingPlaceRow(Table):
    """A repository in which something was said, and the folders it was used in, as JSON."""

    __tablename__ = "saying_place"
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    repository: Mapped[str] = mapped_column(primary_key=True)
    folders: Mapped[str]


class LearnQueueRow(Table):
    """Sessions with something new. An expired lease is free again."""

    __tablename__ = "learn_queue"
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), primary_key=True
    )
    queued_at: Mapped[datetime]
    owner: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]
    error: Mapped[str | None]


class ForgottenRow(Table):
    """A digest of something the person forgot, so that tom does not learn it again."""

    __tablename__ = "forgotten"
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class SourceSeenRow(Table):
    """A digest of a transcript's path and the size and time it had when it was read."""

    __tablename__ = "source_seen"
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(primary_key=True)
    stamp: Mapped[str]
