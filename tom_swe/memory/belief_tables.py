"""What is believed, what the person did to it, what was told of it, and what that cost."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tom_swe.memory.table import Table


class BeliefRow(Table):
    """``made_at`` is when tom came to believe it: a belief of the same id may have been before."""

    """A belief as the log says it now."""

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
    made_at: Mapped[datetime]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]


class EvidenceRow(Table):
    """An observation for or against a belief."""

    __tablename__ = "evidence"
    belief_id: Mapped[int] = mapped_column(
        ForeignKey("belief.id", ondelete="CASCADE"), primary_key=True
    )
    observation_id: Mapped[int] = mapped_column(
        ForeignKey("observation.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    stance: Mapped[str]


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


class ToldSayingRow(Table):
    """A turn of an earlier session whose words a session was told; it goes with that session."""

    __tablename__ = "told_saying"
    telling_id: Mapped[int] = mapped_column(
        ForeignKey("telling.id", ondelete="CASCADE"), primary_key=True
    )
    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True)


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
    """The rendered user model, one row a repository ("" is everywhere else).

    ``folders`` is a JSON list of the folders it was used in, the newest first.
    """

    __tablename__ = "briefing"
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    repository: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    tokens: Mapped[int]
    belief_ids: Mapped[str]
    folders: Mapped[str]
    made_at: Mapped[datetime]


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
