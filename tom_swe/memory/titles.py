"""The titles of sessions, made from their first messages when they are listed."""

from collections.abc import Collection
from itertools import batched, groupby

from sqlalchemy import func, orm, select

from tom_swe.memory.tables import TurnRow
from tom_swe.model.session import Role

AT_ONCE = 500  # sessions in one query
# Of so many messages of a session, so much is looked at.
MESSAGES, WORDS, ATTACHMENT = 12, 1_000, 400


def titles_of(transaction: orm.Session, session_ids: Collection[int]) -> dict[int, str]:
    """What each of these sessions is called; "" where the person wrote nothing in it."""
    # Telling prose from what was pasted takes patterns that nothing else here needs.
    from tom_swe.text.title import Opening, title_of

    found: dict[int, str] = {}
    for some in batched(session_ids, AT_ONCE):
        place = func.row_number().over(partition_by=TurnRow.session_id, order_by=TurnRow.ordinal)
        first = (
            select(TurnRow.id, place.label("place"))
            .where(TurnRow.session_id.in_(some), TurnRow.role == Role.USER)
            .subquery()
        )
        turns = (
            select(
                TurnRow.session_id,
                func.substr(TurnRow.text, 1, WORDS),
                func.substr(TurnRow.attachment, 1, ATTACHMENT),
            )
            .join(first, first.c.id == TurnRow.id)
            .where(first.c.place <= MESSAGES)
            .order_by(TurnRow.session_id, TurnRow.ordinal)
        )
        for session_id, group in groupby(transaction.execute(turns), key=lambda row: row[0]):
            found[session_id] = title_of(Opening(words, beside) for _, words, beside in group)
    return found
