"""Which of the person's words made an observation one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was read before says nothing of it until it is read again.
    op.add_column("observation", sa.Column("basis", sa.String(), nullable=False, server_default=""))
