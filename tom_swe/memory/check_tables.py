"""Checks of beliefs, the modes that the person chose, and the breaches."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tom_swe.memory.table import Table


class CompiledCheckRow(Table):
    """The check of a confirmed belief, derived from it. ``spec`` is JSON."""

    __tablename__ = "compiled_check"
    belief_id: Mapped[int] = mapped_column(
        ForeignKey("belief.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    spec: Mapped[str]
    says: Mapped[str]
    quote: Mapped[str]


class CheckModeRow(Table):
    """What tom does at a breach of a belief, as the person chose.

    ``off_in`` is a JSON list of the repositories in which it is not checked.
    """

    __tablename__ = "check_mode"
    belief_id: Mapped[int] = mapped_column(
        ForeignKey("belief.id", ondelete="CASCADE"), primary_key=True
    )
    mode: Mapped[str]
    off_in: Mapped[str]
    at: Mapped[datetime]


class CheckHitRow(Table):
    """A breach that a check found, and what tom did; its session may be stored later."""

    __tablename__ = "check_hit"
    __table_args__ = (Index(None, "host", "host_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    belief_id: Mapped[int] = mapped_column(ForeignKey("belief.id", ondelete="CASCADE"), index=True)
    host: Mapped[str]
    host_id: Mapped[str]
    at: Mapped[datetime]
    mode: Mapped[str]
    outcome: Mapped[str]
