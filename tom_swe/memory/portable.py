"""A person's rows out of one database and into another, number for number.

What comes in is put into a database in memory first, at the schema that it was written at,
brought up to date there and read whole; only what is sound reaches the person's own.
"""

from collections.abc import Generator, Iterator, Mapping
from itertools import batched
from typing import Any

from sqlalchemy import Column, delete, func, orm, select, text
from sqlalchemy.exc import IntegrityError

import tom_migrations
from tom_swe.errors import TomError, UsageError
from tom_swe.memory.beliefs import Beliefs
from tom_swe.memory.consultations import Consultations
from tom_swe.memory.database import Database
from tom_swe.memory.pointers import Pointers
from tom_swe.memory.sessions import Sessions
from tom_swe.memory.tables import ObservationRow, SessionRow, Table, TurnRow, UserRow
from tom_swe.memory.tellings import SessionTellings
from tom_swe.memory.templates import keep_lines
from tom_swe.memory.user_edits import UserActs
from tom_swe.model.portable import Export, Row
from tom_swe.model.session import Role

_OF_USER = "user_id = :user"
_OF_SESSION = "session_id IN (SELECT id FROM session WHERE user_id = :user)"
_OF_BELIEF = "belief_id IN (SELECT id FROM belief WHERE user_id = :user)"
AT_ONCE = 500  # rows that are put in together
_OF_TELLING = "telling_id IN (SELECT id FROM telling WHERE user_id = :user)"
# Each comes after what it points at.
OWNED: Mapping[str, str] = {
    "user": "id = :user",
    "session": _OF_USER,
    "turn": _OF_SESSION,
    "session_model": _OF_SESSION,
    "corrective_turn": "turn_id IN (SELECT t.id FROM turn t JOIN session s "
    "ON s.id = t.session_id WHERE s.user_id = :user)",
    "observation": _OF_SESSION,
    "learn_queue": _OF_SESSION,
    "comparison": "heard_id IN (SELECT o.id FROM observation o JOIN session s "
    "ON s.id = o.session_id WHERE s.user_id = :user)",
    "belief": _OF_USER,
    "evidence": _OF_BELIEF,
    "ruling": _OF_BELIEF,
    "consultation": _OF_USER,
    "verdict": _OF_BELIEF,
    "person_change": _OF_USER,
    "telling": _OF_USER,
    "told": _OF_TELLING,
    "told_saying": _OF_TELLING,
    "check_mode": _OF_BELIEF,
    "check_hit": _OF_BELIEF,
    "noted": _OF_USER,
    "forgotten": _OF_USER,
}
# Tables of earlier schemas, which the migrations take over.
FORMER = frozenset({"revision"})
# Derived, or of this machine.
LEFT_OUT = frozenset(
    {
        "long_line",
        "request",
        "requests_read",
        "saying",
        "saying_term",
        "saying_place",
        "sayings_read",
        "vector",
        "briefing",
        "compiled_check",
        "source_seen",
        "model_call",
    }
)
# Whose it is, and who is at work on it, is the importing memory's to say.
_WHOSE = {"user": {"id"}, "learn_queue": {"owner", "leased_until"}}


class Portable:
    """Takes a person's rows out and puts them in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, user_id: str) -> Generator[tuple[str, Iterator[Row]]]:
        """The person's rows, table by table, as of one moment; each to be read in its turn."""
        with self._database.read() as transaction:
            for name in OWNED:
                yield name, _rows(transaction, user_id, name)

    def put(self, user_id: str, export: Export, *, replace: bool = False) -> None:
        """Makes an export what is kept about a user: all of it, or nothing on a failure.

        Raises UsageError where it is not sound, where there is a memory of them already and
        it is not to be replaced, or where another user has its numbers.
        """
        staged = _staged(user_id, export)
        try:
            with self._database.write() as transaction:
                transaction.execute(text("PRAGMA defer_foreign_keys = ON"))
                if not replace and _is_known(transaction, user_id):
                    raise UsageError(
                        "there is already a memory here: save it with `tom memory export`, "
                        "then use --replace"
                    )
                transaction.execute(delete(UserRow).where(UserRow.id == user_id))
                with staged.read() as source:
                    for name in OWNED:
                        _insert(transaction, user_id, name, _rows(source, user_id, name))
                mine = select(SessionRow.id).where(SessionRow.user_id == user_id)
                for session_id in transaction.scalars(mine).all():
                    said = select(TurnRow.ordinal, TurnRow.text)
                    theirs = TurnRow.role.in_((Role.USER, Role.COPY))
                    texts = transaction.execute(
                        said.where(TurnRow.session_id == session_id, theirs)
                    )
                    keep_lines(transaction, session_id, dict(texts.all()))
        except IntegrityError as error:
            raise UsageError(
                "its ids are used by another user's memory here: import it into a TOM_HOME of "
                "its own"
            ) from error
        finally:
            staged.close()


def columns_of(name: str) -> list[Column[Any]]:
    """The columns of a table that are taken along."""
    whose = {"user_id", *_WHOSE.get(name, ())}
    return [each for each in Table.metadata.tables[name].columns if each.name not in whose]


def _rows(transaction: orm.Session, user_id: str, name: str) -> Iterator[Row]:
    columns = ", ".join(f'"{each.name}"' for each in columns_of(name))
    key = ", ".join(each.name for each in Table.metadata.tables[name].primary_key)
    found = text(f'SELECT {columns} FROM "{name}" WHERE {OWNED[name]} ORDER BY {key}')
    for row in transaction.execute(found, {"user": user_id}).mappings():
        yield dict(row)


def _insert(transaction: orm.Session, user_id: str, name: str, rows: Iterator[Row]) -> None:
    """Rows of one table, all with the same columns. Raises UsageError."""
    owner = {"id": user_id} if name == "user" else {"user_id": user_id}
    if owner.keys().isdisjoint(_all_columns(transaction, name)):
        owner = {}
    columns: set[str] | None = None
    for batch in batched(rows, AT_ONCE):
        columns = batch[0].keys() | owner.keys() if columns is None else columns
        if any(row.keys() | owner.keys() != columns for row in batch):
            raise UsageError(f"its rows of {name} have different columns")
        names = ", ".join(f'"{each}"' for each in columns)
        values = ", ".join(f":{each}" for each in columns)
        into = text(f'INSERT INTO "{name}" ({names}) VALUES ({values})')
        transaction.execute(into, [{**row, **owner} for row in batch])


def _all_columns(transaction: orm.Session, name: str) -> set[str]:
    return set(
        transaction.scalars(text("SELECT name FROM pragma_table_info(:name)"), {"name": name})
    )


def _is_known(transaction: orm.Session, user_id: str) -> bool:
    for name, owned in OWNED.items():
        # A user row and what hooks told a session are there before anything is known.
        there = text(f'SELECT 1 FROM "{name}" WHERE {owned} LIMIT 1')
        if name not in {"user", "telling"} and transaction.scalar(there, {"user": user_id}):
            return True
    return False


def _staged(user_id: str, export: Export) -> Database:
    """A database in memory that holds the export, up to date and read whole. Raises UsageError."""
    if export.schema_revision not in tom_migrations.REVISIONS:
        raise UsageError(
            f"it was written by a newer tom (schema {export.schema_revision}): upgrade tom-swe"
        )
    staged = Database.in_memory(export.schema_revision)
    try:
        with staged.write() as transaction:
            transaction.execute(text("PRAGMA defer_foreign_keys = ON"))
            for name, rows in export.tables.items():
                known = name in OWNED or name in FORMER
                columns = _all_columns(transaction, name) if known else set[str]()
                columns -= {"user_id", *_WHOSE.get(name, ())}
                if unknown := {each for row in rows for each in row} - columns or not columns:
                    raise UsageError(f"tom does not know {name} with {unknown}")
            for name in (*OWNED, *FORMER):
                _insert(transaction, user_id, name, iter(export.tables.get(name, ())))
        staged.upgrade()
        _read_whole(staged, user_id)
    except TomError:
        staged.close()
        raise
    except (IntegrityError, ValueError, KeyError, TypeError) as error:
        staged.close()
        raise UsageError(f"it is damaged or was changed ({type(error).__name__})") from error
    return staged


def _read_whole(staged: Database, user_id: str) -> None:
    """Reads every value as it will be read later. Raises where one cannot be, or has no ground."""
    sessions = Sessions(staged)
    for each in sessions.summaries(user_id):
        sessions.get(user_id, each.id)
    beliefs = Beliefs(staged)
    if ground := [b.id for b in beliefs.all(user_id) if not b.supporting]:
        raise UsageError(f"its belief b{ground[0]} has no quote: the file was changed")
    beliefs.log(user_id)
    beliefs.for_one_task(user_id)
    for store in (UserActs, Consultations, Pointers, SessionTellings):
        store(staged).all(user_id)
    with staged.read() as transaction:
        strays = (
            select(func.count())
            .select_from(ObservationRow)
            .join(TurnRow, TurnRow.id == ObservationRow.turn_id)
            .where(func.instr(TurnRow.text, ObservationRow.quote) == 0)
        )
        if transaction.scalar(strays):
            raise UsageError("it has quotes that nobody said: the file was changed")
