"""What each session was told, what became of it there, and the sessions that kept to it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_VERDICT = 'id, belief_id, consultation_id, stance, weight, "by", at'


def upgrade() -> None:
    op.create_table(
        "telling",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "user_id", sa.String(), sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False
        ),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("host", "host_id")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("repository", "at")),
        sa.UniqueConstraint("user_id", "host", "host_id", name="uq_telling_user_id_host_host_id"),
    )
    op.create_table(
        "told",
        *(
            sa.Column(
                f"{name}_id",
                sa.Integer(),
                sa.ForeignKey(f"{name}.id", ondelete="CASCADE"),
                primary_key=True,
            )
            for name in ("telling", "belief")
        ),
        sa.Column("adherence", sa.String(), nullable=True),
    )
    op.create_index("ix_told_belief_id", "told", ["belief_id"])
    _let_sessions_judge()


def _let_sessions_judge() -> None:
    # Made anew, since a foreign key that SQLite adds to a table is not seen as one.
    op.create_table(
        "verdict_judged",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(
            sa.Column(
                f"{name}_id",
                sa.Integer(),
                sa.ForeignKey(f"{name}.id", ondelete=then),
                nullable=name != "belief",
            )
            for name, then in (("belief", "CASCADE"), ("consultation", "SET NULL"))
        ),
        sa.Column("stance", sa.String(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("by", "at")),
        sa.Column(
            "session_id",
            sa.Integer(),
            sa.ForeignKey("session.id", ondelete="CASCADE"),
            nullable=True,
        ),
        sa.CheckConstraint("weight > 0 AND weight <= 1", name="ck_verdict_weight"),
    )
    op.execute(
        f"INSERT INTO verdict_judged ({_VERDICT}, session_id) SELECT {_VERDICT}, NULL FROM verdict"
    )
    op.drop_table("verdict")
    op.rename_table("verdict_judged", "verdict")
    for name in ("belief", "consultation", "session"):
        op.create_index(f"ix_verdict_{name}_id", "verdict", [f"{name}_id"])
