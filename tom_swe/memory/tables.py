"""The relational memory: the truth that every index is derived from.

Full-text tables (``turn_user_fts``, ``turn_agent_fts``, ``belief_fts``) and the
triggers that keep them in step are made by the migrations; they are no part of
this metadata because SQLAlchemy has no word for them.
"""

from datetime import UTC, datetime
from typing import ClassVar, override

from sqlalchemy import (
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

FULL_TEXT = ("turn_user_fts", "turn_agent_fts", "belief_fts")


class UtcTime(TypeDecorator[datetime]):
    """An aware time, stored as UTC text that sorts by time."""

    impl = String
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UtcTime}


class UserRow(Table):
    __tablename__ = "user"
    id: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class SessionRow(Table):
    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("user_id", "host", "host_id"),
        Index(None, "user_id", "started_at"),
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
    imported_at: Mapped[datetime]


class TurnRow(Table):
    __tablename__ = "turn"
    __table_args__ = (UniqueConstraint("session_id", "ordinal"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    role: Mapped[str]
    text: Mapped[str]
    attachment: Mapped[str]
    tool: Mapped[str]
    at: Mapped[datetime | None]


class SessionModelRow(Table):
    __tablename__ = "session_model"
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), primary_key=True
    )
    intent: Mapped[str]
    summary: Mapped[str]
    reader: Mapped[str]
    content_hash: Mapped[str]
    made_at: Mapped[datetime]


class ObservationRow(Table):
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


class BeliefRow(Table):
    __tablename__ = "belief"
    __table_args__ = (
        Index(None, "user_id", "status"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[str]
    statement: Mapped[str]
    dimension: Mapped[str]
    value: Mapped[str]
    polarity: Mapped[str]
    reach: Mapped[str]
    scope_name: Mapped[str]
    status: Mapped[str]
    confidence: Mapped[float]
    superseded_by: Mapped[int | None] = mapped_column(
        ForeignKey("belief.id", ondelete="SET NULL"), index=True
    )
    founded_on: Mapped[str]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]


class EvidenceRow(Table):
    __tablename__ = "evidence"
    belief_id: Mapped[int] = mapped_column(
        ForeignKey("belief.id", ondelete="CASCADE"), primary_key=True
    )
    observation_id: Mapped[int] = mapped_column(
        ForeignKey("observation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    stance: Mapped[str]


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


class DecisionRow(Table):
    """What the person decided about a belief, one row for each kind. ``scope`` is text."""

    __tablename__ = "ruling"
    belief_id: Mapped[int] = mapped_column(
        ForeignKey("belief.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    statement: Mapped[str]
    scope: Mapped[str | None]
    learned: Mapped[str]


class UserActRow(Table):
    """Something the person changed, and how to undo it.

    ``image`` and ``beliefs`` are JSON. A change on a belief that is gone is deleted with it,
    since it holds the belief's words.
    """

    __tablename__ = "person_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    did: Mapped[str]
    beliefs: Mapped[str]
    detail: Mapped[str]
    image: Mapped[str]
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )
    consultation_id: Mapped[int | None] = mapped_column(
        ForeignKey("consultation.id", ondelete="CASCADE"), index=True
    )
    undone_at: Mapped[datetime | None]


class RevisionRow(Table):
    __tablename__ = "revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    belief_id: Mapped[int] = mapped_column(ForeignKey("belief.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("session.id", ondelete="SET NULL"), index=True
    )
    change: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str]
    confidence: Mapped[float]
    at: Mapped[datetime]
    about: Mapped[int | None] = mapped_column(
        ForeignKey("belief.id", ondelete="SET NULL"), index=True
    )


class ConsultationRow(Table):
    """A question that was answered. ``cites`` is a JSON object of belief and session ids."""

    __tablename__ = "consultation"
    # A number that people and agents were told never comes to mean another answer.
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    repository: Mapped[str]
    query: Mapped[str]
    action: Mapped[str]
    text: Mapped[str]
    cites: Mapped[str]
    confidence: Mapped[float]
    outcome: Mapped[str | None]
    at: Mapped[datetime]


class VerdictRow(Table):
    """A belief's share of the outcome of advice that cited it.

    ``session_id`` is of a session that was told the belief and kept to it; no advice is judged.
    """

    __tablename__ = "verdict"
    __table_args__ = (CheckConstraint("weight > 0 AND weight <= 1", name="weight"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    belief_id: Mapped[int] = mapped_column(ForeignKey("belief.id", ondelete="CASCADE"), index=True)
    consultation_id: Mapped[int | None] = mapped_column(
        ForeignKey("consultation.id", ondelete="SET NULL"), index=True
    )
    stance: Mapped[str]
    weight: Mapped[float]
    by: Mapped[str]
    at: Mapped[datetime]
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), index=True
    )


class TellingRow(Table):
    """That a session was told something, by its host's name for it: it may not be kept yet."""

    __tablename__ = "telling"
    __table_args__ = (UniqueConstraint("user_id", "host", "host_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    host: Mapped[str]
    host_id: Mapped[str]
    repository: Mapped[str]
    at: Mapped[datetime]


class ToldRow(Table):
    """A belief in a session's briefing, and what the session did with it.

    It goes with the belief, whose id may be given again.
    """

    __tablename__ = "told"
    telling_id: Mapped[int] = mapped_column(
        ForeignKey("telling.id", ondelete="CASCADE"), primary_key=True
    )
    belief_id: Mapped[int] = mapped_column(
        ForeignKey("belief.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    adherence: Mapped[str | None]


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


class ModelCallRow(Table):
    """A call of a language model, as numbers and names; nobody's words are in it.

    It belongs to no user, so it outlives them: the day's budget rests on it.
    """

    __tablename__ = "model_call"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    model: Mapped[str]
    purpose: Mapped[str]
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("session.id", ondelete="SET NULL"), index=True
    )
    tokens_in: Mapped[int]
    tokens_out: Mapped[int]
    cached: Mapped[int]
    cost: Mapped[float | None]
    milliseconds: Mapped[int | None]
    settled: Mapped[str]


class BriefingRow(Table):
    """The rendered user model, one row a repository ("" is everywhere else)."""

    __tablename__ = "briefing"
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    repository: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    tokens: Mapped[int]
    belief_ids: Mapped[str]
    made_at: Mapped[datetime]


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


class VectorRow(Table):
    """The vector of a turn (``t:ID``) or a belief (``b:ID``), little-endian float32.

    ``indexed`` says whether the derived index holds it. A trigger empties ``data``
    when its owner is deleted; such a row stands until the index has dropped it too.
    """

    __tablename__ = "vector"
    __table_args__ = (Index(None, "user_id", "key"),)
    key: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    model: Mapped[str]
    data: Mapped[bytes | None] = mapped_column(LargeBinary)
    indexed: Mapped[bool] = mapped_column(index=True)


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
