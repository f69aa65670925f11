"""Beliefs are derived from what was heard and done: what founded each, and what was compared."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE belief ADD COLUMN founded_on VARCHAR NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE belief ADD COLUMN made_at VARCHAR NOT NULL DEFAULT ''")
    op.execute(
        "UPDATE belief SET made_at = coalesce("
        "(SELECT min(at) FROM revision WHERE belief_id = belief.id), first_seen)"
    )
    # How a belief came to be what it is follows from the log.
    op.drop_table("revision")
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
    _keep_what_comparisons_led_to()
    # What a change led to is derived, so nothing is compared with it any more.
    op.execute(
        "UPDATE person_change SET "
        "image = json_remove(image, '$.after', '$.moved.revisions', '$.moved.abouts')"
    )
    op.execute("""UPDATE person_change SET image = replace(image, '"rulings":', '"decisions":')""")


def _keep_what_comparisons_led_to() -> None:
    """Relations that a language model found were kept only in what they led to.

    They are read from that, where no value of one dimension decides. What the person merged is
    no relation of statements.
    """
    word_of = (
        "(SELECT coalesce(min(CASE WHEN o.statement = {0}.statement THEN o.id END), min(o.id)) "
        "FROM evidence e JOIN observation o ON o.id = e.observation_id "
        "WHERE e.belief_id = {0}.id AND e.stance = 'supports')"
    )
    undecided = (
        "({0}.dimension <> {1}.dimension OR {0}.value = '' OR {1}.value = '') "
        "AND lower({0}.statement) <> lower({1}.statement)"
    )
    op.execute(
        "INSERT OR IGNORE INTO comparison (held_id, heard_id, relation) "
        f"SELECT {word_of.format('old')}, {word_of.format('new')}, 'contradict' "
        "FROM belief old JOIN belief new ON new.id = old.superseded_by "
        f"WHERE {undecided.format('old', 'new')}"
    )
    op.execute(
        "INSERT OR IGNORE INTO comparison (held_id, heard_id, relation) "
        f"SELECT {word_of.format('b')}, said.id, 'agree' "
        "FROM belief b JOIN evidence e ON e.belief_id = b.id AND e.stance = 'supports' "
        "JOIN observation said ON said.id = e.observation_id "
        f"WHERE {undecided.format('b', 'said')} AND b.polarity = said.polarity "
        "AND b.id NOT IN (SELECT json_extract(beliefs, '$[0]') FROM person_change "
        "WHERE did = 'merge' AND undone_at IS NULL)"
    )
