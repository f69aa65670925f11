"""Confirmed rules are checked against what agents do."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    def belief(**how: bool) -> sa.Column[int]:
        return sa.Column(
            "belief_id", sa.Integer(), sa.ForeignKey("belief.id", ondelete="CASCADE"), **how
        )

    def text(*names: str) -> list[sa.Column[str]]:
        return [sa.Column(name, sa.String(), nullable=False) for name in names]

    op.create_table(
        "compiled_check",
        belief(primary_key=True),
        sa.Column(
            "user_id", sa.String(), sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False
        ),
        *text("spec", "says", "quote"),
    )
    op.create_index("ix_compiled_check_user_id", "compiled_check", ["user_id"])
    op.create_table(
        "check_mode",
        belief(primary_key=True),
        *text("mode", "off_in"),
        sa.Column("at", sa.String(), nullable=False),
    )
    op.create_table(
        "check_hit",
        sa.Column("id", sa.Integer(), primary_key=True),
        belief(nullable=False),
        *text("host", "host_id"),
        sa.Column("at", sa.String(), nullable=False),
        *text("mode", "outcome"),
    )
    op.create_index("ix_check_hit_belief_id", "check_hit", ["belief_id"])
    op.create_index("ix_check_hit_host_host_id", "check_hit", ["host", "host_id"])
