"""What the person decided about beliefs, and what it takes to take it back.

Why a belief ended named what it gave way to by its words, which stayed when those were
forgotten; now it is named by its id.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_REVISION = "id, belief_id, session_id, change, reason, status, confidence, at"


def upgrade() -> None:
    op.create_table(
        "ruling",
        sa.Column(
            "belief_id",
            sa.Integer(),
            sa.ForeignKey("belief.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("kind", sa.String(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("at", "statement")),
        sa.Column("scope", sa.String(), nullable=True),
        sa.Column("learned", sa.String(), nullable=False),
    )
    op.create_table(
        "person_change",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "user_id", sa.String(), sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False
        ),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("at", "did")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("beliefs", "detail", "image")),
        *(
            sa.Column(
                f"{name}_id",
                sa.Integer(),
                sa.ForeignKey(f"{name}.id", ondelete="CASCADE"),
                nullable=True,
            )
            for name in ("session", "consultation")
        ),
        sa.Column("undone_at", sa.String(), nullable=True),
    )
    for name in ("user", "session", "consultation"):
        op.create_index(f"ix_person_change_{name}_id", "person_change", [f"{name}_id"])
    _name_successors()


def _name_successors() -> None:
    # Made anew, since a foreign key that SQLite adds to a table is not seen as one.
    op.create_table(
        "revision_named",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "belief_id",
            sa.Integer(),
            sa.ForeignKey("belief.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "session_id",
            sa.Integer(),
            sa.ForeignKey("session.id", ondelete="SET NULL"),
            nullable=True,
        ),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("change", "reason", "status")),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column(
            "about", sa.Integer(), sa.ForeignKey("belief.id", ondelete="SET NULL"), nullable=True
        ),
    )
    op.execute(
        f"INSERT INTO revision_named ({_REVISION}, about) SELECT {_REVISION}, NULL FROM revision"
    )
    op.execute(
        "UPDATE revision_named SET reason = 'superseded', about = "
        "(SELECT superseded_by FROM belief WHERE belief.id = belief_id) "
        "WHERE reason LIKE 'superseded: %'"
    )
    op.drop_table("revision")
    op.rename_table("revision_named", "revision")
    for name in ("belief_id", "session_id", "about"):
        op.create_index(f"ix_revision_{name}", "revision", [name])
