"""Copies of a session are known by what was said, repositories by where they lie as well."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE session ADD COLUMN provenance VARCHAR NOT NULL DEFAULT 'own'")
    op.execute("ALTER TABLE turn ADD COLUMN key VARCHAR NOT NULL DEFAULT ''")
    op.create_index("ix_turn_key", "turn", ["key"], sqlite_where=sa.text("key <> ''"))
    op.execute("ALTER TABLE briefing ADD COLUMN folders VARCHAR NOT NULL DEFAULT '[]'")
    # The host's own id of a session is looked for whatever the host.
    op.create_index("ix_session_host_id", "session", ["user_id", "host_id"])
