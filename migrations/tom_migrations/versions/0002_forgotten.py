"""What the person had forgotten stays forgotten: a digest of it, never its text.

Also remembers which transcript files were read, so that unchanged ones are passed over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, extra in (
        ("forgotten", [sa.Column("at", sa.String(), nullable=False)]),
        ("source_seen", [sa.Column("stamp", sa.String(), nullable=False)]),
    ):
        op.create_table(
            table,
            sa.Column(
                "user_id", sa.String(), sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False
            ),
            sa.Column("digest", sa.String(), nullable=False),
            *extra,
            sa.PrimaryKeyConstraint("user_id", "digest"),
        )
