"""Beliefs are derived from what was heard and done: what founded each, and what was compared."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE belief ADD COLUMN founded_on VARCHAR NOT NULL DEFAULT ''")
    op.create_table(
        "comparison",
        *(
            sa.Column(
                f"{name}_id",
                sa.Integer(),
                sa.ForeignKey("observation.id", ondelete="CASCADE"),
                primary_key=True,
            )
            for name in ("held", "heard")
        ),
        sa.Column("relation", sa.String(), nullable=False),
    )
    op.create_index("ix_comparison_heard_id", "comparison", ["heard_id"])
    # What a change led to is derived, so nothing is compared with it any more.
    op.execute(
        "UPDATE person_change SET "
        """image = replace(json_remove(image, '$.after'), '"rulings":', '"decisions":')"""
    )
