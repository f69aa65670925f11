"""What the person changed with their own hands: its log, and what takes it back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from sqlalchemy import delete, orm, select

from tom_swe.memory.database import Database
from tom_swe.memory.forgotten import mark_forgotten
from tom_swe.memory.merging import merge, unmerge
from tom_swe.memory.tables import ObservationRow, SessionRow, UserActRow
from tom_swe.model.belief import Belief
from tom_swe.model.user_acts import Did, Image, Moved, UserAct


class UserActs:
    """Reads what the person changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, user_id: str) -> list[UserAct]:
        """What the person changed, oldest first; taken back or not."""
        with self._database.read() as transaction:
            return user_acts_of(transaction, user_id)


class UserEdits:
    """What only the person does, in a transaction; ``session_id`` is of what they state."""

    def __init__(self, transaction: orm.Session, user_id: str, session_id: int | None) -> None:
        self._transaction = transaction
        self._user_id = user_id
        self._session_id = session_id

    def log(self, change: UserAct) -> None:
        """Keeps what the person did."""
        self._transaction.add(
            UserActRow(
                user_id=self._user_id,
                at=change.at,
                did=change.did,
                beliefs=json.dumps(change.belief_ids),
                detail=change.detail,
                image=change.image.model_dump_json(),
                session_id=self._session_id,
                consultation_id=change.consultation_id,
                undone_at=None,
            )
        )
        self._transaction.flush()

    def last(self) -> UserAct | None:
        """The newest change that was not taken back, and can be."""
        acts = user_acts_of(self._transaction, self._user_id)
        kept = [each for each in acts if not each.undone_at and not each.is_bare]
        return kept[-1] if kept else None

    def taken_back(self, change: UserAct) -> None:
        """Notes that a change was taken back."""
        row = self._transaction.get_one(UserActRow, change.id)
        row.undone_at = datetime.now(UTC)
        if change.session_id is not None:
            # Its words go with the session, and so do the beliefs that it made.
            row.session_id, row.beliefs, row.detail = None, "[]", ""
            row.image = Image().model_dump_json()
        self._transaction.flush()

    def merge(self, kept_id: int, other_id: int) -> Moved:
        """Moves all that one belief has to another and deletes it."""
        return merge(self._transaction, self._user_id, kept_id, other_id)

    def unmerge(self, other: Belief, moved: Moved, change_id: int) -> int:
        """Moves it back, as far as it is still there; the id that the other one has now."""
        back = unmerge(self._transaction, self._user_id, other, moved)
        if back != other.id:
            # Its id was given to another: what was done to it before can no longer be told.
            drop_user_acts_on(self._transaction, self._user_id, [other.id], but=change_id)
        return back

    def unstate(self, session_id: int, forgotten: Iterable[str]) -> None:
        """Deletes what was stated to tom; words that were forgotten are so again."""
        self._transaction.execute(delete(SessionRow).where(SessionRow.id == session_id))
        mark_forgotten(self._transaction, self._user_id, forgotten)
        self._transaction.expire_all()


def user_acts_of(transaction: orm.Session, user_id: str) -> list[UserAct]:
    """What a person changed, oldest first."""
    mine = select(UserActRow).where(UserActRow.user_id == user_id)
    return [_value(row) for row in transaction.scalars(mine.order_by(UserActRow.id))]


def drop_user_acts_on(
    transaction: orm.Session, user_id: str, belief_ids: Collection[int], but: int = 0
) -> None:
    """Deletes what was changed on beliefs that are gone: it holds their words.

    What was merged into one of them goes with it. Another merge stays, and cannot be taken back.
    """
    gone = set(belief_ids)
    acts = [each for each in user_acts_of(transaction, user_id) if each.id != but]
    while found := [each for each in acts if gone & _mentioned(each)]:
        for each in found:
            acts.remove(each)
            # A merge that was undone holds nothing together.
            moved = each.image.moved if each.undone_at is None else None
            if moved and moved.kept not in gone:
                _keep_bare(transaction, each)
                continue
            if moved:
                gone.add(moved.other)
            transaction.execute(delete(UserActRow).where(UserActRow.id == each.id))


def drop_user_acts_worded(transaction: orm.Session, user_id: str, texts: Collection[str]) -> None:
    """Deletes acts on beliefs that were worded so: the words were forgotten."""
    for each in user_acts_of(transaction, user_id):
        worded = {text for belief in each.image.before for text in belief.wordings}
        if worded.isdisjoint(texts):
            continue
        if each.image.moved and each.undone_at is None:
            _keep_bare(transaction, each)
        else:
            transaction.execute(delete(UserActRow).where(UserActRow.id == each.id))


def drop_merges_without_words(transaction: orm.Session, user_id: str) -> None:
    """Leaves merges bare that words under them were forgotten of: they are not taken back."""
    for each in user_acts_of(transaction, user_id):
        moved = each.image.moved
        if moved is None or each.undone_at is not None:
            continue
        observed = {observation for _, observation, _ in moved.evidence}
        there = select(ObservationRow.id).where(ObservationRow.id.in_(observed))
        if observed != set(transaction.scalars(there)):
            _keep_bare(transaction, each)
            drop_user_acts_on(transaction, user_id, [moved.other], but=each.id)


def _keep_bare(transaction: orm.Session, act: UserAct) -> None:
    """Keeps of a merge only which words it was of, by their numbers."""
    moved = act.image.moved
    assert moved is not None
    image = Image(moved=Moved(kept=moved.kept, other=moved.other, evidence=moved.evidence))
    row = transaction.get_one(UserActRow, act.id)
    row.image, row.detail = image.model_dump_json(), ""
    transaction.flush()


def _mentioned(change: UserAct) -> set[int]:
    image = change.image
    known = {*change.belief_ids, *(belief.id for belief in image.before)}
    return known | ({image.moved.other} if image.moved else set())


def _value(row: UserActRow) -> UserAct:
    return UserAct(
        id=row.id,
        at=row.at,
        did=Did(row.did),
        belief_ids=tuple(json.loads(row.beliefs)),
        detail=row.detail,
        image=Image.model_validate_json(row.image),
        session_id=row.session_id,
        consultation_id=row.consultation_id,
        undone_at=row.undone_at,
    )
