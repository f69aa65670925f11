"""Full-text search over what was said and what is believed."""

import re
from collections.abc import Sequence

from sqlalchemy import orm, select, text

from tom_swe.memory.database import Database
from tom_swe.memory.tables import SessionRow, TurnRow
from tom_swe.model.advice import PastTurn
from tom_swe.model.session import Role

# A term that stands in more documents than this says little and costs much: common
# words made a query 100 times slower (docs/adr/0003). Small memories keep all terms.
COMMON_SHARE = 0.2
COMMON_FLOOR = 200
MAX_TERMS = 24
# Scoring takes about 2 microseconds a document that matches: the rarest terms are taken
# for as long as those of all together are no more than this.
MAX_MATCHES = 5_000
# Words that hold a sentence together, or open a question or a request. BM25 alone does not
# discount them enough in a memory of hundreds of turns.
STOP_WORDS = frozenset(
    """
    a about an and are as at be been but by can could did do does for from had has have he
    her his how if in into is it its me my of on or our please she should so than that the
    their them then there these they this those to was we were what when where which who why
    will with would you your
    """.split()  # noqa: SIM905
)

_TERM = re.compile(r"\w{2,}")
_TABLE = {Role.USER: "turn_user_fts", Role.AGENT: "turn_agent_fts"}


class Search:
    """Finds turns and beliefs by their words; scores are BM25, higher is better."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def turns(
        self, user_id: str, query: str, limit: int, role: Role = Role.USER
    ) -> list[tuple[int, float]]:
        """(turn id, score) of the turns one speaker said that match best."""
        table = _TABLE[role]
        with self._database.read() as transaction:
            match = _match(transaction, table, query)
            if not match:
                return []
            found = transaction.execute(
                text(
                    f"SELECT rowid, -rank FROM {table} WHERE {table} MATCH :match"
                    " AND EXISTS (SELECT 1 FROM turn JOIN session ON session.id = turn.session_id"
                    f" WHERE turn.id = {table}.rowid AND session.user_id = :user)"
                    " ORDER BY rank LIMIT :limit"
                ),
                {"match": match, "user": user_id, "limit": limit},
            )
            return [(turn_id, score) for turn_id, score in found]

    def beliefs(self, user_id: str, query: str, limit: int) -> list[tuple[int, float]]:
        """(belief id, score) of the beliefs whose statements match best."""
        with self._database.read() as transaction:
            match = _match(transaction, "belief_fts", query)
            if not match:
                return []
            found = transaction.execute(
                text(
                    "SELECT belief.id, -bm25(belief_fts) FROM belief_fts"
                    " JOIN belief ON belief.id = belief_fts.rowid"
                    " WHERE belief_fts MATCH :match AND belief.user_id = :user"
                    " ORDER BY bm25(belief_fts) LIMIT :limit"
                ),
                {"match": match, "user": user_id, "limit": limit},
            )
            return [(belief_id, score) for belief_id, score in found]

    def past_turns(self, turn_ids: Sequence[int]) -> list[PastTurn]:
        """These turns; ids that are gone are left out."""
        found = (
            select(
                TurnRow.id,
                TurnRow.session_id,
                TurnRow.ordinal,
                TurnRow.text,
                TurnRow.at,
                SessionRow.repository,
                SessionRow.started_at,
            )
            .join(SessionRow, SessionRow.id == TurnRow.session_id)
            .where(TurnRow.id.in_(turn_ids))
        )
        with self._database.read() as transaction:
            return [
                PastTurn(
                    turn_id=row.id,
                    session_id=row.session_id,
                    ordinal=row.ordinal,
                    repository=row.repository,
                    at=row.at or row.started_at,
                    text=row.text,
                )
                for row in transaction.execute(found)
            ]


def _match(transaction: orm.Session, table: str, query: str) -> str:
    """An FTS5 expression that finds any of the query's telling terms; "" where none is."""
    said = dict.fromkeys(term.casefold() for term in _TERM.findall(query))
    # A query of nothing else is searched as it is.
    terms = ([t for t in said if t not in STOP_WORDS] or list(said))[: 4 * MAX_TERMS]
    if not terms:
        return ""
    documents = transaction.scalar(text(f"SELECT count(*) FROM {table}_docsize")) or 0
    ceiling = min(max(COMMON_FLOOR, int(documents * COMMON_SHARE)), MAX_MATCHES)
    counted: list[tuple[int, str]] = []
    count = text(
        f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH :term LIMIT :most)"
    )
    for term in terms:
        quoted = f'"{term}"'
        found = transaction.scalar(count, {"term": quoted, "most": ceiling + 1}) or 0
        if 0 < found <= ceiling:
            counted.append((found, quoted))
    chosen: list[str] = []
    matches = 0
    for found, term in sorted(counted)[:MAX_TERMS]:
        matches += found
        if matches > MAX_MATCHES:
            break
        chosen.append(term)
    return " OR ".join(chosen)
