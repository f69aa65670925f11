"""The three tiers of memory, their full-text indexes and the learn queue."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Name of what is indexed, the table and column it comes from, and which rows.
_FULL_TEXT = (
    ("turn_user", "turn", "text", "role = 'user'"),
    ("turn_agent", "turn", "text", "role = 'agent'"),
    ("belief", "belief", "statement", "true"),
)


def _id_of(
    table: str, name: str, *, nullable: bool = False, ondelete: str = "CASCADE"
) -> sa.Column:
    kind = sa.String() if table == "user" else sa.Integer()
    return sa.Column(name, kind, sa.ForeignKey(f"{table}.id", ondelete=ondelete), nullable=nullable)


def _text(*names: str, nullable: bool = False) -> list[sa.Column]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table("user", sa.Column("id", sa.String(), primary_key=True), *_text("created_at"))
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), primary_key=True),
        _id_of("user", "user_id"),
        *_text("host", "host_id", "cwd", "repository", "source"),
        *_text("started_at", "ended_at", nullable=True),
        *_text("content_hash", "imported_at"),
        sa.UniqueConstraint("user_id", "host", "host_id", name="uq_session_user_id_host_host_id"),
    )
    op.create_index("ix_session_user_id_started_at", "session", ["user_id", "started_at"])
    op.create_table(
        "turn",
        sa.Column("id", sa.Integer(), primary_key=True),
        _id_of("session", "session_id"),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        *_text("role", "text", "attachment", "tool"),
        *_text("at", nullable=True),
        sa.UniqueConstraint("session_id", "ordinal", name="uq_turn_session_id_ordinal"),
    )
    op.create_table(
        "session_model",
        sa.Column(
            "session_id",
            sa.Integer(),
            sa.ForeignKey("session.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        *_text("intent", "summary", "reader", "content_hash", "made_at"),
    )
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), primary_key=True),
        _id_of("session", "session_id"),
        _id_of("turn", "turn_id"),
        *_text("quote", "kind", "source", "statement", "dimension", "value", "polarity"),
        *_text("reach", "scope_name"),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_index("ix_observation_session_id", "observation", ["session_id"])
    op.create_index("ix_observation_turn_id", "observation", ["turn_id"])
    op.create_table(
        "belief",
        sa.Column("id", sa.Integer(), primary_key=True),
        _id_of("user", "user_id"),
        *_text("kind", "statement", "dimension", "value", "polarity"),
        *_text("reach", "scope_name", "status"),
        sa.Column("confidence", sa.Float(), nullable=False),
        _id_of("belief", "superseded_by", nullable=True, ondelete="SET NULL"),
        *_text("first_seen", "last_seen"),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name="ck_belief_confidence"),
    )
    op.create_index("ix_belief_user_id_status", "belief", ["user_id", "status"])
    op.create_index("ix_belief_superseded_by", "belief", ["superseded_by"])
    op.create_table(
        "evidence",
        _id_of("belief", "belief_id"),
        _id_of("observation", "observation_id"),
        *_text("stance"),
        sa.PrimaryKeyConstraint("belief_id", "observation_id"),
    )
    op.create_index("ix_evidence_observation_id", "evidence", ["observation_id"])
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), primary_key=True),
        _id_of("belief", "belief_id"),
        _id_of("session", "session_id", nullable=True, ondelete="SET NULL"),
        *_text("change", "reason", "status"),
        sa.Column("confidence", sa.Float(), nullable=False),
        *_text("at"),
    )
    op.create_index("ix_revision_belief_id", "revision", ["belief_id"])
    op.create_index("ix_revision_session_id", "revision", ["session_id"])
    op.create_table(
        "consultation",
        sa.Column("id", sa.Integer(), primary_key=True),
        _id_of("user", "user_id"),
        *_text("repository", "query", "action", "text", "cites"),
        sa.Column("confidence", sa.Float(), nullable=False),
        *_text("outcome", nullable=True),
        *_text("at"),
    )
    op.create_index("ix_consultation_user_id", "consultation", ["user_id"])
    op.create_table(
        "briefing",
        _id_of("user", "user_id"),
        *_text("repository", "text"),
        sa.Column("tokens", sa.Integer(), nullable=False),
        *_text("belief_ids", "made_at"),
        sa.PrimaryKeyConstraint("user_id", "repository"),
    )
    op.create_table(
        "learn_queue",
        sa.Column(
            "session_id",
            sa.Integer(),
            sa.ForeignKey("session.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        *_text("queued_at"),
        *_text("owner", "leased_until", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_text("error", nullable=True),
    )
    op.create_table(
        "vector",
        sa.Column("key", sa.String(), primary_key=True),
        _id_of("user", "user_id"),
        *_text("model"),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("indexed", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_vector_user_id_key", "vector", ["user_id", "key"])
    op.create_index("ix_vector_indexed", "vector", ["indexed"])
    for name, table, column, which in _FULL_TEXT:
        _full_text(name, table, column, which)
    for table, letter in (("turn", "t"), ("belief", "b")):
        op.execute(
            f"CREATE TRIGGER {table}_vector_gone AFTER DELETE ON {table} BEGIN "
            f"UPDATE vector SET data = NULL, indexed = 0 WHERE key = '{letter}:' || old.id; END"
        )


def _full_text(name: str, table: str, column: str, which: str) -> None:
    """An FTS5 table over one column of the rows that ``which`` picks, kept by triggers."""
    fts = f"{name}_fts"
    if name != table:
        # FTS5 rebuilds from its content table, so that must hold just these rows.
        op.execute(f"CREATE VIEW {name} AS SELECT id, {column} FROM {table} WHERE {which}")
    op.execute(
        f"CREATE VIRTUAL TABLE {fts} USING fts5("
        f"{column}, content='{name}', content_rowid='id', tokenize='porter unicode61')"
    )
    new, old = (which.replace("role", f"{side}.role") for side in ("new", "old"))
    add = f"INSERT INTO {fts}(rowid, {column}) VALUES (new.id, new.{column})"
    drop = f"INSERT INTO {fts}({fts}, rowid, {column}) VALUES ('delete', old.id, old.{column})"
    for event, when, action in (
        ("AFTER INSERT", new, add),
        ("AFTER DELETE", old, drop),
        # The old text leaves the index before the new one enters.
        (f"BEFORE UPDATE OF {column}", old, drop),
        (f"AFTER UPDATE OF {column}", new, add),
    ):
        label = event.split(" OF ")[0].replace(" ", "_").lower()
        op.execute(
            f"CREATE TRIGGER {fts}_{label} {event} ON {table} WHEN {when} BEGIN {action}; END"
        )
