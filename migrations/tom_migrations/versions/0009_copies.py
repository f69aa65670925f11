"""Copies and templates are known by what was said, repositories by their folders too."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE session ADD COLUMN provenance VARCHAR NOT NULL DEFAULT 'own'")
    op.execute("ALTER TABLE turn ADD COLUMN key VARCHAR NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE turn ADD COLUMN echo VARCHAR NOT NULL DEFAULT ''")
    op.create_index("ix_turn_echo", "turn", ["echo"], sqlite_where=sa.text("echo <> ''"))
    op.create_index("ix_turn_key", "turn", ["key"], sqlite_where=sa.text("key <> ''"))
    op.execute("ALTER TABLE briefing ADD COLUMN folders VARCHAR NOT NULL DEFAULT '[]'")
    op.create_table(
        "long_line",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "turn_id", sa.Integer(), sa.ForeignKey("turn.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("digest", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
    )
    op.create_index("ix_long_line_turn_id", "long_line", ["turn_id"])
    op.create_index("ix_long_line_digest", "long_line", ["digest"])
    # The host's own id of a session is looked for whatever the host.
    op.create_index("ix_session_host_id", "session", ["user_id", "host_id"])
