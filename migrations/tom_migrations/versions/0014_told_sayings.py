"""Which earlier words a session was told."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    def of(table: str) -> sa.ForeignKey:
        return sa.ForeignKey(f"{table}.id", ondelete="CASCADE")

    op.create_table(
        "told_saying",
        sa.Column("telling_id", sa.Integer(), of("telling"), primary_key=True),
        sa.Column("session_id", sa.Integer(), of("session"), primary_key=True),
        sa.Column("ordinal", sa.Integer(), primary_key=True),
    )
    op.create_index("ix_told_saying_session_id", "told_saying", ["session_id"])
