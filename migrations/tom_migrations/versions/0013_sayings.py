"""The sentences that may help with later requests are kept, with the terms that find them."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    def of(table: str) -> sa.ForeignKey:
        return sa.ForeignKey(f"{table}.id", ondelete="CASCADE")

    op.create_table(
        "sayings_read",
        sa.Column("session_id", sa.Integer(), of("session"), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "saying",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("session_id", sa.Integer(), of("session"), nullable=False),
        sa.Column("turn_id", sa.Integer(), of("turn"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("useful", sa.Float(), nullable=False),
        sa.Column("reach", sa.Integer(), nullable=False),
    )
    op.create_index("ix_saying_session_id", "saying", ["session_id"])
    op.create_index("ix_saying_turn_id", "saying", ["turn_id"])
    op.create_table(
        "saying_term",
        sa.Column("key", sa.Integer(), primary_key=True),
        sa.Column("saying_id", sa.Integer(), of("saying"), primary_key=True),
        sa.Column("useful", sa.Float(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_saying_term_saying_id", "saying_term", ["saying_id"])
    op.create_table(
        "saying_place",
        sa.Column(
            "user_id",
            sa.String(),
            sa.ForeignKey("user.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("repository", sa.String(), primary_key=True),
        sa.Column("folders", sa.String(), nullable=False),
    )
