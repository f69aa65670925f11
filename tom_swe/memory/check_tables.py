"""How beliefs are checked, what the person wants of that, and what it met."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tom_swe.memory.table import Table


class CompiledCheckRow(Table):
    """What a confirmed belief is checked by, as follows from it. ``spec`` is JSON."""

    __tablename__ = "compiled_check"
    belief_id: Mapped[int] = mapped_column(
        ForeignKey("belief.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    spec: Mapped[str]
    says: Mapped[str]
    quote: Mapped[str]


class CheckModeRow(Table):
    """What the person wants done about breaches of a belief.

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
    """A breach that was met, and what came of it; the session may be kept later."""

    __tablename__ = "check_hit"
    __table_args__ = (Index(None, "host", "host_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    belief_id: Mapped[int] = mapped_column(ForeignKey("belief.id", ondelete="CASCADE"), index=True)
    host: Mapped[str]
    host_id: Mapped[str]
    at: Mapped[datetime]
    mode: Mapped[str]
    outcome: Mapped[str]
