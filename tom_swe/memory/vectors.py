"""Vectors live in our own database; whatever index is derived from them can be thrown away."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, String, and_, cast, delete, func, orm, select, update
from sqlalchemy.dialects.sqlite import insert

from tom_swe.memory.database import Database
from tom_swe.memory.tables import SessionRow, TurnRow, VectorRow
from tom_swe.model.session import Role

if TYPE_CHECKING:
    from tom_swe.ports import Vector


# SQLite takes no more than some 30,000 values in one statement.
MOST_KEYS = 10_000


class VectorOf(StrEnum):
    """What a vector is of. A key names that and its id: ``t:3`` is of the turn 3."""

    TURN = "t"
    BELIEF = "b"
    STATEMENT = "s"
    WISH = "w"

    def key(self, name: int | str) -> str:
        """The key of the vector of a turn or belief, by its id, or of a digest of words."""
        return f"{self}:{name}"

    def keys(self) -> ColumnElement[bool]:
        """That a row's key is of this kind."""
        return VectorRow.key.between(f"{self}:", f"{self};")


def id_of(key: str) -> int:
    """The id of the turn or of the belief that a key names."""
    return int(key.partition(":")[2])


def put_vectors(
    transaction: orm.Session, user_id: str, model: str, vectors: Mapping[str, Vector]
) -> None:
    """Keeps vectors by key, to be indexed later."""
    rows = [
        {
            "key": key,
            "user_id": user_id,
            "model": model,
            "data": vector.astype("<f4").tobytes(),
            # Beliefs are few: they are compared one by one and need no index.
            "indexed": not key.startswith(VectorOf.TURN),
        }
        for key, vector in vectors.items()
    ]
    if rows:
        put = insert(VectorRow)
        transaction.execute(
            put.on_conflict_do_update(
                index_elements=["key"],
                set_={name: put.excluded[name] for name in ("user_id", "model", "data", "indexed")},
            ),
            rows,
        )


def load_vectors(transaction: orm.Session, keys: Iterable[str], model: str) -> dict[str, Vector]:
    """The vectors of one model, by key; keys without one are left out."""
    import numpy as np

    found = select(VectorRow.key, VectorRow.data).where(
        VectorRow.model == model, VectorRow.data.is_not(None)
    )
    return {
        key: np.frombuffer(data, dtype="<f4")
        for some in batched(keys, MOST_KEYS)
        for key, data in transaction.execute(found.where(VectorRow.key.in_(some)))
        if data is not None
    }


def statement_vectors(
    transaction: orm.Session, user_id: str, statements: Iterable[str], model: str | None = None
) -> dict[str, Vector]:
    """The vectors of statements, of this model or of the one that made most of them.

    Statements without one are left out.
    """
    import numpy as np

    keys = {statement_key(user_id, each): each for each in statements}
    found: dict[str, dict[str, Vector]] = {}
    for some in batched(keys, MOST_KEYS):
        rows = select(VectorRow.key, VectorRow.model, VectorRow.data)
        for key, made_by, data in transaction.execute(rows.where(VectorRow.key.in_(some))):
            if data is not None:
                found.setdefault(made_by, {})[keys[key]] = np.frombuffer(data, dtype="<f4")
    if model is None:
        model = max(found, key=lambda name: len(found[name]), default="")
    return found.get(model, {})


def statement_key(user_id: str, statement: str) -> str:
    """What the vector of a statement is kept under."""
    digest = hashlib.sha256(f"{user_id}\0{statement.casefold()}".encode())
    return VectorOf.STATEMENT.key(digest.hexdigest()[:32])


def keep_statement_vectors(
    transaction: orm.Session,
    user_id: str,
    model: str,
    fresh: Mapping[str, Vector],
    said: Iterable[str],
) -> None:
    """Keeps vectors by the statements that they are of, and only those of what is said."""
    keyed = {statement_key(user_id, each): vector for each, vector in fresh.items()}
    put_vectors(transaction, user_id, model, keyed)
    kept = {statement_key(user_id, each) for each in said}
    drop_others(transaction, user_id, VectorOf.STATEMENT, kept)


def drop_others(
    transaction: orm.Session, user_id: str, kind: VectorOf, kept: Collection[str]
) -> None:
    """Deletes a user's vectors of a kind but for these keys."""
    mine = select(VectorRow.key).where(VectorRow.user_id == user_id, kind.keys())
    _drop(transaction, [key for key in transaction.scalars(mine) if key not in kept])


def keep_belief_vectors(
    transaction: orm.Session,
    user_id: str,
    model: str,
    statements: Mapping[int, str],
    vectors: Mapping[str, Vector],
) -> None:
    """Keeps the vectors of beliefs, and drops those of what is not believed so.

    ``statements`` are those of the beliefs by id, ``vectors`` those of statements.
    """
    keys = {VectorOf.BELIEF.key(i): statement for i, statement in statements.items()}
    stored = load_vectors(transaction, keys, model)
    fresh = {
        key: vector
        for key, statement in keys.items()
        if (vector := vectors.get(statement)) is not None
        and (key not in stored or stored[key].tobytes() != vector.astype("<f4").tobytes())
    }
    put_vectors(transaction, user_id, model, fresh)
    _drop(transaction, [key for key, statement in keys.items() if statement not in vectors])


def _drop(transaction: orm.Session, keys: Iterable[str]) -> None:
    for some in batched(keys, MOST_KEYS):
        transaction.execute(delete(VectorRow).where(VectorRow.key.in_(some)))


class Unindexed(NamedTuple):
    """A vector that the index has not seen; without ``vector`` it is to be dropped there."""

    key: str
    user_id: str
    model: str
    vector: Vector | None


class Vectors:
    """What is embedded, what is still to be, and what the index has not seen yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unembedded(self, user_id: str, model: str, limit: int) -> dict[str, str]:
        """Texts of user turns that have no vector of this model, by key, at most ``limit``."""
        key = f"{VectorOf.TURN}:" + cast(TurnRow.id, String)
        found = (
            select(key, TurnRow.text)
            .join(SessionRow, SessionRow.id == TurnRow.session_id)
            .outerjoin(VectorRow, and_(VectorRow.key == key, VectorRow.model == model))
            .where(SessionRow.user_id == user_id, VectorRow.key.is_(None))
            .where(TurnRow.role == Role.USER, TurnRow.text != "")
            .limit(limit)
        )
        with self._database.read() as transaction:
            return dict(transaction.execute(found).all())

    def put(self, user_id: str, model: str, vectors: Mapping[str, Vector]) -> None:
        """Keeps vectors by key."""
        with self._database.write() as transaction:
            put_vectors(transaction, user_id, model, vectors)

    def of_beliefs(self, belief_ids: Iterable[int], model: str) -> dict[int, Vector]:
        """The vectors of beliefs' statements, by belief id."""
        with self._database.read() as transaction:
            stored = load_vectors(transaction, map(VectorOf.BELIEF.key, belief_ids), model)
        return {id_of(key): vector for key, vector in stored.items()}

    def count(self, user_id: str) -> int:
        """How many vectors of turns a user has."""
        with self._database.read() as transaction:
            mine = select(func.count()).where(VectorRow.user_id == user_id, VectorOf.TURN.keys())
            return transaction.scalar(mine) or 0

    def most(self) -> int:
        """How many vectors of turns the user has who has most of them."""
        with self._database.read() as transaction:
            each = select(func.count()).where(VectorOf.TURN.keys())
            most = each.group_by(VectorRow.user_id).order_by(func.count().desc()).limit(1)
            return transaction.scalar(most) or 0

    def nearest(
        self, user_id: str, model: str, vector: Vector, limit: int
    ) -> list[tuple[int, float]]:
        """The turns most alike to a vector, as (turn id, cosine), best first: an exact scan."""
        import numpy as np

        with self._database.read() as transaction:
            mine = select(VectorRow.key, VectorRow.data).where(
                VectorRow.user_id == user_id,
                VectorRow.model == model,
                VectorOf.TURN.keys(),
                VectorRow.data.is_not(None),
            )
            rows = transaction.execute(mine).all()
        if not rows:
            return []
        stored = np.frombuffer(b"".join(data or b"" for _, data in rows), dtype="<f4")
        scores = stored.reshape(len(rows), -1) @ vector
        best: list[int] = np.argsort(-scores, kind="stable")[:limit].tolist()
        return [(id_of(rows[i][0]), float(scores[i])) for i in best]

    def unindexed(self, limit: int) -> list[Unindexed]:
        """What the index has not seen, at most ``limit``."""
        import numpy as np

        with self._database.read() as transaction:
            found = select(VectorRow).where(VectorRow.indexed.is_(False)).limit(limit)
            return [
                Unindexed(
                    row.key,
                    row.user_id,
                    row.model,
                    None if row.data is None else np.frombuffer(row.data, dtype="<f4"),
                )
                for row in transaction.scalars(found)
            ]

    def mark_indexed(self, keys: Iterable[str]) -> None:
        """Notes that the index holds these, or has dropped those that are gone."""
        keys = list(keys)
        with self._database.write() as transaction:
            transaction.execute(
                delete(VectorRow).where(VectorRow.key.in_(keys), VectorRow.data.is_(None))
            )
            transaction.execute(
                update(VectorRow).where(VectorRow.key.in_(keys)).values(indexed=True)
            )

    def drop_gone(self) -> None:
        """Takes out what waits only for an index to drop it, where there is no index."""
        gone = VectorRow.data.is_(None)
        with self._database.read() as transaction:
            if not transaction.scalar(select(func.count()).where(gone)):
                return
        with self._database.write() as transaction:
            transaction.execute(delete(VectorRow).where(gone))

    def mark_all_unindexed(self) -> None:
        """Has everything indexed anew."""
        with self._database.write() as transaction:
            transaction.execute(delete(VectorRow).where(VectorRow.data.is_(None)))
            turns = VectorOf.TURN.keys()
            transaction.execute(update(VectorRow).where(turns).values(indexed=False))

    def keys(self, model: str) -> set[str]:
        """The keys of every turn's vector of a model: what should be in its index."""
        with self._database.read() as transaction:
            found = select(VectorRow.key).where(
                VectorRow.data.is_not(None),
                VectorRow.model == model,
                VectorOf.TURN.keys(),
            )
            return set(transaction.scalars(found))
