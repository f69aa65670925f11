"""The turns that correct the agent are kept once a session is learned."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE session_model ADD COLUMN turns_judged INTEGER")
    op.create_table(
        "corrective_turn",
        sa.Column(
            "turn_id", sa.Integer(), sa.ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("score", sa.Float(), nullable=False),
    )
