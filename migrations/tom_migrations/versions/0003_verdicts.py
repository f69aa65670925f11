"""What became of advice, and pointers that agents leave to the person's words.

The number of an advice is never given again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CONSULTATION = "id, user_id, repository, query, action, text, cites, confidence, outcome, at"


def upgrade() -> None:
    _number_consultations_once()
    op.create_table(
        "verdict",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "belief_id",
            sa.Integer(),
            sa.ForeignKey("belief.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "consultation_id",
            sa.Integer(),
            sa.ForeignKey("consultation.id", ondelete="SET NULL"),
            nullable=True,
        ),
        sa.Column("stance", sa.String(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.CheckConstraint("weight > 0 AND weight <= 1", name="ck_verdict_weight"),
    )
    op.create_index("ix_verdict_belief_id", "verdict", ["belief_id"])
    op.create_index("ix_verdict_consultation_id", "verdict", ["consultation_id"])
    op.create_table(
        "noted",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "user_id", sa.String(), sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "session_id",
            sa.Integer(),
            sa.ForeignKey("session.id", ondelete="CASCADE"),
            nullable=True,
        ),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("repository", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
    )
    op.create_index("ix_noted_user_id", "noted", ["user_id"])
    op.create_index("ix_noted_session_id", "noted", ["session_id"])


def _number_consultations_once() -> None:
    op.create_table(
        "consultation_numbered",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column(
            "user_id", sa.String(), sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False
        ),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("repository", "query")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("action", "text", "cites")),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("at", sa.String(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.execute(
        f"INSERT INTO consultation_numbered ({_CONSULTATION}) "
        f"SELECT {_CONSULTATION} FROM consultation"
    )
    op.drop_table("consultation")
    op.rename_table("consultation_numbered", "consultation")
    op.create_index("ix_consultation_user_id", "consultation", ["user_id"])
