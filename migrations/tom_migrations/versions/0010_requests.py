"""The requests of each session are kept, so that those that recur are known."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "requests_read",
        sa.Column(
            "session_id",
            sa.Integer(),
            sa.ForeignKey("session.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(
            sa.Column(
                f"{name}_id",
                sa.Integer(),
                sa.ForeignKey(f"{name}.id", ondelete="CASCADE"),
                nullable=False,
            )
            for name in ("session", "turn")
        ),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "key")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("place", "length")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("first", "last")),
    )
    for name in ("session", "turn"):
        op.create_index(f"ix_request_{name}_id", "request", [f"{name}_id"])
